"""From a question to a Reply: retrieve, extract, judge, cite."""

import json
import re
import time
from collections.abc import Collection, Sequence
from hashlib import sha256

from assistant.citing import cite_answer, cite_nearest
from assistant.errors import QuestionError
from assistant.extracting import Candidate, asked_words, gather, select, weigh_terms
from assistant.judging import THRESHOLDS, confidence, observe
from assistant.models import Answer, Hit, Question, Refusal, RefusalReason, Reply
from assistant.retrieving import rank, retrieve
from index.embedding import Embedder
from index.errors import StaleRead
from index.reading import IndexReader, Snapshot
from index.store import Vectors
from index.tokenizing import terms

__all__ = ["LONGEST_QUESTION", "Assistant"]

LONGEST_QUESTION = 2000
HITS = 20
NEAREST = 2
ATTEMPTS = 3
RELEVANT = 0.1
"""Below this confidence a refusal says that nothing is relevant, and points at nothing."""


class Stopwatch:
    """Milliseconds by stage."""

    def __init__(self) -> None:
        self._started = self._lap = time.perf_counter()
        self.laps: dict[str, float] = {}

    def lap(self, name: str) -> None:
        """Book the time since the last lap under ``name``."""
        now = time.perf_counter()
        self.laps[name] = round(1000 * (now - self._lap), 2)
        self._lap = now

    def total(self) -> dict[str, float]:
        """All laps, and the whole."""
        return self.laps | {"total": round(1000 * (time.perf_counter() - self._started), 2)}


class Assistant:
    """Answers questions from an index. Safe to use from several threads."""

    def __init__(self, reader: IndexReader, embedder: Embedder) -> None:
        self.reader = reader
        self._embedder = embedder

    def ask(self, question: Question) -> Reply:
        """Answer, or refuse. Raises QuestionError, IndexMissing, IndexMismatch."""
        text = question.text.strip()
        if not text:
            raise QuestionError(
                "The question is empty. Ask something, for example: which factors mediate wound healing?"
            )
        if len(text) > LONGEST_QUESTION:
            raise QuestionError(f"The question has {len(text)} characters; at most {LONGEST_QUESTION} are read.")
        if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
            raise QuestionError("The question holds half a character (a lone surrogate). Send it as UTF-8.")
        for attempt in range(ATTEMPTS):
            try:
                return self._reply(question, self.reader.snapshot(question.collection))
            except StaleRead:
                if attempt == ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable")

    def search(self, question: Question, *, limit: int) -> list[Hit]:
        """The passages that retrieval finds, best first."""
        snapshot = self.reader.snapshot(question.collection)
        return self._retrieve(question, snapshot, Stopwatch(), limit=limit)[0]

    def rank(self, question: Question) -> list[str]:
        """The ids of all passages that retrieval finds, best first; nothing of them is read."""
        snapshot = self.reader.snapshot(question.collection)
        vector = self._embedder.embed_query(question.text.strip())
        ranking = rank(question.text, vector, snapshot, documents=_document_keys(question, snapshot))
        return [passage_id for passage_id, _ in ranking.fused]

    def _reply(self, question: Question, snapshot: Snapshot) -> Reply:
        watch = Stopwatch()
        sure, result = self._result(question, snapshot, watch)
        watch.lap("answer")
        return Reply(
            id=_reply_id(question, snapshot),
            question=question,
            result=result,
            confidence=round(sure, 4),
            collection=snapshot.state.name,
            revision=snapshot.derived.revision,
            documents=snapshot.documents,
            passages=snapshot.passages_searched,
            timings=watch.total(),
        )

    def _result(self, question: Question, snapshot: Snapshot, watch: Stopwatch) -> tuple[float, Answer | Refusal]:
        if not re.search(r"\w", question.text):
            return 0.0, Refusal("not_a_question", "That has no word in it to look for.")
        hits, vector = self._retrieve(question, snapshot, watch, limit=HITS)
        if not hits:
            return 0.0, Refusal("no_documents", "There are no documents to look in.")
        weights = weigh_terms(question.text, snapshot)
        candidates = gather(hits, weights, vector, snapshot)
        watch.lap("rank")
        sure = confidence(observe(hits, candidates))
        chosen = select(candidates, limit=question.max_sentences)
        answer = cite_answer(chosen, snapshot) if chosen else None
        if answer is None or sure < THRESHOLDS[question.caution]:
            return sure, _refuse(question, sure, candidates, answer, snapshot)
        return sure, answer

    def _retrieve(
        self, question: Question, snapshot: Snapshot, watch: Stopwatch, *, limit: int
    ) -> tuple[list[Hit], Vectors]:
        vector = self._embedder.embed_query(question.text.strip())
        watch.lap("embed")
        keys = _document_keys(question, snapshot)
        hits = retrieve(question.text, vector, snapshot, limit=limit, documents=keys)
        watch.lap("retrieve")
        return hits, vector


def _document_keys(question: Question, snapshot: Snapshot) -> Collection[str] | None:
    if not question.documents:
        return None
    ids = [document for document in question.documents if document.isascii()]
    found = {record.id: record.key for record in snapshot.volume.with_ids(ids)} if ids else {}
    unknown = [document for document in question.documents if document not in found]
    if unknown:
        raise QuestionError(
            f"No document {unknown[0]} is in the collection {question.collection!r}. See: citespan index list"
        )
    return set(found.values())


def _refuse(
    question: Question, sure: float, candidates: Sequence[Candidate], withheld: Answer | None, snapshot: Snapshot
) -> Refusal:
    missing = [word for word in asked_words(question.text) if not _stands_anywhere(word, snapshot)]
    reason: RefusalReason = "not_answered" if sure >= RELEVANT else "nothing_relevant"
    message = f"The documents {'do not answer this' if reason == 'not_answered' else 'hold nothing on this'}."
    if missing:
        message += f" They do not contain: {', '.join(missing)}."
    nearest = candidates[:NEAREST] if reason == "not_answered" else []
    return Refusal(reason, message, tuple(missing), cite_nearest(nearest, snapshot), withheld)


def _stands_anywhere(word: str, snapshot: Snapshot) -> bool:
    return any(snapshot.derived.lexical.passages_with(term) for term in terms(word))


def _reply_id(question: Question, snapshot: Snapshot) -> str:
    facts = [
        question.text,
        question.collection,
        sorted(question.documents),
        question.max_sentences,
        question.caution,
        snapshot.derived.revision,
        dict(snapshot.state.making),
    ]
    return "ask_" + sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:20]
