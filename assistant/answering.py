"""From a question to a Reply: make it stand alone, find, judge, select, cite; let a model write where one is wanted."""

import json
from collections.abc import Collection, Iterator
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from assistant.citing import cite_answer
from assistant.conversing.rewriting import rewrite
from assistant.errors import QuestionError
from assistant.finding import Finder, Found
from assistant.generating.writers import Writers
from assistant.judging import THRESHOLDS, confidence, observe
from assistant.listing import asks_for_list
from assistant.models import Answer, Hit, Question, Refusal, Reply, Stated, Writing
from assistant.refusing import refuse
from assistant.selecting import select
from assistant.stages import Stages, Waiting, always
from index.errors import StaleRead
from index.reading import IndexReader, Snapshot

if TYPE_CHECKING:
    from assistant.generating.writing import Writer

__all__ = ["LONGEST_QUESTION", "Assistant"]

LONGEST_QUESTION = 2000
ATTEMPTS = 3


class Assistant:
    """Answers questions from an index. Safe to use from several threads."""

    def __init__(self, reader: IndexReader, finder: Finder, writers: Writers) -> None:
        self.reader = reader
        self.profile = finder.profile
        self.generator = writers.usual
        self._finder = finder
        self._writers = writers

    def ask(self, question: Question, *, waiting: Waiting = always) -> Reply:
        """Answer, or refuse.

        Raises QuestionError, GeneratorError, IndexMissing, IndexMismatch; Abandoned once nobody is waiting.
        """
        return self.examine(question, waiting=waiting)[0]

    def examine(self, question: Question, *, waiting: Waiting = always) -> tuple[Reply, Found]:
        """What ``ask`` gives, and everything that was found on the way, for who wants to look behind an answer."""
        steps = list(self.steps(question, waiting=waiting))
        (reply,) = (step for step in steps if isinstance(step, Reply))
        *_, found = (step for step in steps if isinstance(step, Found))
        return reply, found

    def steps(self, question: Question, *, waiting: Waiting = always) -> Iterator[Found | Stated | Reply]:
        """An answer in the making: what was found, what a model states once that is verified, and last the reply.

        What was found may come again, from the newest state, when documents left the index meanwhile: it replaces all
        that came before. Raises what ``ask`` raises.
        """
        _check(question)
        stages = Stages(waiting)
        writer = self._writers.writer(question.generator)
        rewritten = rewrite(question, writer.model if writer else None, waiting)
        if rewritten:
            stages.end("rewrite")
        for attempt in range(ATTEMPTS):
            try:
                yield from self._steps(question, rewritten, writer, stages)
            except StaleRead:
                if attempt == ATTEMPTS - 1:
                    raise
            else:
                return

    def find(self, question: Question, *, limit: int, waiting: Waiting = always) -> Found:
        """What a question finds, ``limit`` passages of it where there are as many. Raises what ``ask`` raises."""
        _check(question)
        return self._find(question, question.text, limit=limit, stages=Stages(waiting))

    def search(self, question: Question, *, limit: int) -> list[Hit]:
        """The ``limit`` best passages, best first."""
        return self._find(question, question.text, limit=limit).hits[:limit]

    def rank(self, question: Question) -> list[str]:
        """The ids of all passages that are found, best first."""
        return self._find(question, rewrite(question, None, always) or question.text).passage_ids

    def _find(self, question: Question, text: str, *, limit: int = 0, stages: Stages | None = None) -> Found:
        stages = stages or Stages()
        snapshot = self.reader.snapshot(question.collection)
        stages.resume()
        keys = _document_keys(question, snapshot)
        return self._finder.find(text, snapshot, documents=keys, limit=limit, stages=stages)

    def _steps(
        self, question: Question, rewritten: str | None, writer: "Writer | None", stages: Stages
    ) -> Iterator[Found | Stated | Reply]:
        found = replace(self._find(question, rewritten or question.text, stages=stages), rewritten=rewritten)
        yield found
        stages.resume()
        sure = confidence(observe(found)) if found.asked.weights and found.hits else 0.0
        stages.end("judge")
        result = _result(found, sure, question)
        stages.end("answer")
        writing = Writing()
        if writer:
            from assistant.generating.deciding import have_written

            result, writing = yield from have_written(
                writer, found, result, sure=sure, question=question, stages=stages
            )
        snapshot = found.snapshot
        yield Reply(
            id=self._reply_id(question, writer, snapshot),
            question=question,
            result=result,
            confidence=round(sure, 4),
            collection=snapshot.state.name,
            revision=snapshot.derived.revision,
            documents=snapshot.documents,
            passages=snapshot.passages_searched,
            timings=stages.timings(),
            searched_for=found.searched_for,
            rewritten=rewritten,
            writing=writing,
        )

    def _reply_id(self, question: Question, writer: "Writer | None", snapshot: Snapshot) -> str:
        facts: list[object] = [
            question.text,
            question.collection,
            sorted(question.documents),
            question.max_sentences,
            question.caution,
            snapshot.derived.revision,
            dict(snapshot.state.making),
            self.profile.name,
            self._finder.reads_with,
        ]
        if question.history or writer:
            facts += [[(turn.role, turn.text) for turn in question.history], writer and writer.model.name]
        return "ask_" + sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:20]


def _check(question: Question) -> None:
    text = question.text.strip()
    if not text:
        raise QuestionError("The question is empty. Ask something, for example: which factors mediate wound healing?")
    if len(text) > LONGEST_QUESTION:
        raise QuestionError(f"The question has {len(text)} characters; at most {LONGEST_QUESTION} are read.")
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise QuestionError("The question holds half a character (a lone surrogate). Send it as UTF-8.")


def _result(found: Found, sure: float, question: Question) -> Answer | Refusal:
    if not found.asked.weights:
        return Refusal("not_a_question", "That has no word in it to look for.")
    if not found.hits:
        return Refusal("no_documents", "There are no documents to look in.")
    chosen = select(found.candidates, limit=question.max_sentences, listed=asks_for_list(found.asked.text))
    answer = cite_answer(chosen, found.asked.text, found.snapshot) if chosen else None
    if answer is None or sure < THRESHOLDS[question.caution]:
        return refuse(found, answer, found.snapshot)
    return answer


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
