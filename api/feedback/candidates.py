"""Feedback as candidate cases for the evals: what a person must still decide is said in each, and nothing is invented.

A candidate has the fields of a case (``evals/cases.py``) and ``candidate``, which keeps `citespan eval` from taking it
for one until a person has decided and taken that out. Quotations are cut from the index, never from what a client sent.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from api.feedback.records import Feedback, Verdict
from assistant.answering import Assistant
from assistant.models import Answer, Caution, Question
from evals.cases import EvidenceRow
from index.errors import CitespanError, DocumentNotFound
from index.models import Span
from index.reading import Snapshot
from index.texts import stored_text

__all__ = ["Candidates"]

Parts = list[list[dict[str, Any]]]
"""Evidence as in a cases file: the parts that are needed, each with the places of which any one will do."""

DECIDE: Mapping[Verdict, str] = {
    "helpful": "Do the quotes under evidence answer the question, and all of it? Take out those that do not, add other "
    "places that would do as well, and facts that an answer must state.",
    "wrong_source": "The place under not_evidence does not answer the question. Find one that does and put it under "
    'evidence; if the documents do not say, set "answerable" to false.',
    "missing_answer": "There was no answer. Find the place that answers and put it under evidence; if the documents do "
    'not say, set "answerable" to false.',
    "not_helpful": "The answer did not help. Find the place that answers and put it under evidence (that under "
    'not_evidence may, in part); if the documents do not say, set "answerable" to false.',
}
FINISH = ' Then take "candidate" out.'
NOT_GIVEN = (
    "The answer that was rated is not given any more: the documents or settings have changed, or it was a model's, "
    "or that to a follow-up."
)


class Candidates:
    """Makes candidates of the feedback on one collection. ``assistant`` answers once more what was rated as a whole."""

    def __init__(self, assistant: Assistant, collection: str, *, max_sentences: int, caution: Caution) -> None:
        self._assistant = assistant
        self._collection = collection
        self._max_sentences = max_sentences
        self._caution = caution
        self._snapshot: Snapshot = assistant.reader.snapshot(collection)

    def of(self, given: Iterable[Feedback]) -> list[dict[str, Any]]:
        """A candidate for each verdict on the same question and place, in the order of their first."""
        groups: dict[str, list[Feedback]] = defaultdict(list)
        for feedback in given:
            groups[_case_id(feedback)].append(feedback)
        return [self._candidate(name, group) for name, group in groups.items()]

    def _candidate(self, name: str, group: Sequence[Feedback]) -> dict[str, Any]:
        first = group[0]
        places, notes = self._places(first)
        helpful = first.verdict == "helpful"
        candidate: dict[str, Any] = {
            "verdict": first.verdict,
            "times": len(group),
            "feedback": [feedback.id for feedback in group],
            "decide": DECIDE[first.verdict] + FINISH,
            "not_evidence": [] if helpful else [place for part in places for place in part],
            "comments": [feedback.comment for feedback in group if feedback.comment],
            "notes": notes,
        }
        return {
            "id": name,
            "kind": "feedback",
            "question": first.question,
            "answerable": True,
            "evidence": places if helpful else [],
            "facts": [],
            "candidate": {key: value for key, value in candidate.items() if value != []},
        }

    def _places(self, feedback: Feedback) -> tuple[Parts, list[str]]:
        """What was cited, cut from the index as it is now, and what a person should know of it."""
        if feedback.document_id is not None:
            place, note = self._recut(feedback)
            return ([[place]] if place else []), ([note] if note else [])
        if feedback.answer_id is None or feedback.verdict == "missing_answer":
            return [], []
        answer = self._answered(feedback)
        if answer is None:
            return [], [NOT_GIVEN]
        cited = {citation.number: citation for citation in answer.citations}
        return [
            [
                _row(cited[number].record.path, cited[number].location.span, cited[number].cited_text)
                for number in sentence.citations
            ]
            for sentence in answer.sentences
        ], []

    def _answered(self, feedback: Feedback) -> Answer | None:
        """The answer that was rated, if the same question still gets the same one: its id is a digest of all of it.

        No model is asked: what it wrote once it may not write again, and is no evidence.
        """
        question = Question(
            feedback.question,
            self._collection,
            max_sentences=self._max_sentences,
            caution=self._caution,
            generator="extractive",
        )
        try:
            reply = self._assistant.ask(question)
        except CitespanError:
            return None
        same = reply.id == feedback.answer_id and isinstance(reply.result, Answer)
        return reply.result if same and isinstance(reply.result, Answer) else None

    def _recut(self, feedback: Feedback) -> tuple[dict[str, Any] | None, str]:
        span = Span(feedback.start or 0, feedback.end or 1)
        try:
            record, newer = self._snapshot.version(feedback.document_id or "")
        except DocumentNotFound:
            return None, f"The document {feedback.document_id} is not in the index any more."
        quote = self._snapshot.locate(record, span).text
        if newer is None:
            return _row(record.path, span, quote), ""
        newest = self._snapshot.version(newer).record
        text = stored_text(self._snapshot.volume, newest)
        if text.count(quote) != 1:
            return None, f"{newest.path} has changed, and {quote[:80]!r} does not stand in it once."
        start = text.index(quote)
        return _row(newest.path, Span(start, start + len(quote)), quote), f"{newest.path} has changed since."


def _row(path: str, span: Span, quote: str) -> dict[str, Any]:
    return EvidenceRow(file=path, start=span.start, end=span.end, quote=quote).model_dump()


def _case_id(feedback: Feedback) -> str:
    """Names what was said of what: the same in every export, whoever says it again."""
    whole = feedback.answer_id if feedback.document_id is None else None
    what = (
        feedback.collection,
        feedback.verdict,
        " ".join(feedback.question.split()),
        whole,
        feedback.document_id,
        feedback.start,
        feedback.end,
    )
    return f"feedback-{sha256(json.dumps(what).encode()).hexdigest()[:20]}"
