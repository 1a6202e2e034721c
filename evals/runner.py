"""From a data set to a report: index its documents, ask every case through the users' own door, measure."""

import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.metadata import version
from typing import Protocol

from assistant.answering import Assistant
from assistant.bootstrap import Parts
from assistant.errors import QuestionError
from assistant.generating.opening import EXTRACTIVE
from assistant.models import Answer, Caution, Citation, Question, Refusal, Reply
from evals.measuring import score_all
from evals.models import Case, Dataset, EvalError, Outcome, Place, Quoted, Said
from evals.report import Report, make_report
from index.build import Progress
from index.models import Passage, Span

__all__ = ["Asked", "Prepared", "Way", "evaluate", "prepare"]

COLLECTION = "default"
BUSY_SECONDS = 600.0
"""How long to wait for another process that indexes the same documents."""
CONTEXT = 120
"""Code points kept on either side of a quotation, for people to read."""
SHOWN = 5
"""How many misplaced quotes an error names."""


class Asked(Protocol):
    """Told after every question."""

    def __call__(self, *, done: int, total: int) -> None:
        """``done`` of ``total`` cases are asked."""


@dataclass(frozen=True, slots=True)
class Way:
    """How the cases are asked: how sure an answer must be, how long it may be, how many questions at a time."""

    caution: Caution = "balanced"
    max_sentences: int = 4
    jobs: int = 1


@dataclass(frozen=True, slots=True)
class Prepared:
    """A data set whose documents are indexed."""

    dataset: Dataset
    assistant: Assistant


def prepare(dataset: Dataset, parts: Parts, *, progress: Progress | None = None) -> Prepared:
    """Index the documents in the cache, where the settings and the content keep an earlier index in use."""
    over = parts.over([dataset.documents])
    summary = over.builder(COLLECTION, wait_seconds=BUSY_SECONDS, progress=progress).add(
        [dataset.documents], mirror=True
    )
    if summary.state is None or not summary.state.documents:
        raise EvalError(f"There is no document in {dataset.documents} that could be indexed.")
    if summary.skipped:
        note = f"{len(summary.skipped)} files are not indexed, the first: {summary.skipped[0].message}"
        dataset = replace(dataset, notes=(*dataset.notes, note))
    return Prepared(dataset, over.assistant())


def evaluate(prepared: Prepared, way: Way, *, asked: Asked | None = None) -> Report:
    """Ask every case and measure.

    Raises EvalError when a case names a place that the documents do not have.
    """
    dataset, assistant = prepared.dataset, prepared.assistant
    outcomes = list(_ask_all(dataset, assistant, way, asked))
    snapshot = assistant.reader.snapshot(COLLECTION)
    setup = {
        "citespan": version("citespan"),
        "cases": len(dataset.cases),
        "selection": dataset.selection,
        "caution": way.caution,
        "max_sentences": way.max_sentences,
        "documents": snapshot.documents,
        "passages": snapshot.passages_searched,
        "revision": snapshot.derived.revision,
        "making": dict(snapshot.state.making),
        "profile": assistant.profile.name,
    }
    if assistant.generator != EXTRACTIVE:
        setup["generator"] = assistant.generator
    return make_report(dataset, score_all(outcomes, answering=dataset.answering), setup)


def _ask_all(dataset: Dataset, assistant: Assistant, way: Way, asked: Asked | None) -> Iterator[Outcome]:
    """The outcome of every case, in their order; the first is asked once before, to warm up."""
    run = _Run(assistant, way, answering=dataset.answering)
    run.check(dataset)
    for case in dataset.cases[:1]:
        run.ask(case)
    pool = ThreadPoolExecutor(way.jobs)
    try:
        for done, outcome in enumerate(pool.map(run.ask, dataset.cases), 1):
            yield outcome
            if asked:
                asked(done=done, total=len(dataset.cases))
    finally:
        pool.shutdown(cancel_futures=True)


class _Run:
    """One collection, asked the same way throughout."""

    def __init__(self, assistant: Assistant, way: Way, *, answering: bool) -> None:
        self._assistant = assistant
        self._way = way
        self._answering = answering
        self._snapshot = assistant.reader.snapshot(COLLECTION)
        self._records = {record.path: record for record in self._snapshot.records()}
        self._paths = {record.key: record.path for record in self._records.values()}
        self._text_of = lru_cache(maxsize=256)(self._read)
        self._passages_of = lru_cache(maxsize=256)(self._list_passages)

    def check(self, dataset: Dataset) -> None:
        """Every place of the cases must be in the documents, with what the cases say stands there."""
        wrong = [
            f"{case.id}: {problem}"
            for case in dataset.cases
            for place in case.places
            if (problem := self._problem(place, dataset.quotes.get(place)))
        ]
        if wrong:
            more = f"\n  … and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
            raise EvalError(
                f"{len(wrong)} places of evidence are not what the cases say:\n  "
                + "\n  ".join(wrong[:SHOWN])
                + "\n".join([more, *dataset.notes])
                + "\nCorrect the cases, or move quotes to where they stand now: citespan eval relocate"
            )

    def ask(self, case: Case) -> Outcome:
        """Ask one case, unless only a ranking is wanted, and look up what was ranked."""
        question = Question(case.question, max_sentences=self._way.max_sentences, caution=self._way.caution)
        started = time.perf_counter()
        try:
            reply, passages = self._asked(question)
        except QuestionError as error:
            raise EvalError(f"{case.id}: {error}") from error
        milliseconds = 1000 * (time.perf_counter() - started)
        result = reply.result if reply else None
        answer = result.withheld if isinstance(result, Refusal) else result
        return Outcome(
            case=case,
            answered=isinstance(result, Answer),
            confidence=reply.confidence if reply else 0.0,
            reason=result.reason if isinstance(result, Refusal) else None,
            sentences=self._said(answer) if answer else (),
            documents=tuple(dict.fromkeys(self._paths[name.partition("/")[0]] for name in passages)),
            passages=tuple(passages),
            evidence=tuple(self._passages_with(case.places)),
            milliseconds=milliseconds,
        )

    def _asked(self, question: Question) -> tuple[Reply | None, list[str]]:
        """The reply, where answers are wanted, and the ids of all passages found, best first."""
        if not self._answering:
            return None, self._assistant.rank(question)
        reply, found = self._assistant.examine(question)
        return reply, found.passage_ids

    def _problem(self, place: Place, quote: str | None) -> str | None:
        record = self._records.get(place.file)
        if record is None:
            return f"there is no document {place.file!r}"
        if place.span.end > record.characters:
            return f"{place.file} ends at {record.characters}, before {place.span.end}"
        if quote is not None and place.span.cut(self._text_of(place.file)) != quote:
            return f"{quote[:60]!r} does not stand at {place.span.start} of {place.file}"
        return None

    def _said(self, answer: Answer) -> tuple[Said, ...]:
        citations = {citation.number: citation for citation in answer.citations}
        return tuple(
            Said(sentence.text, tuple(self._quoted(citations[number]) for number in sentence.citations))
            for sentence in answer.sentences
        )

    def _quoted(self, citation: Citation) -> Quoted:
        record, span = citation.record, citation.location.span
        before, after = max(0, span.start - CONTEXT), min(record.characters, span.end + CONTEXT)
        around = self._snapshot.locate(record, Span(before, after)).text
        return Quoted(
            place=Place(record.path, span),
            text=citation.cited_text,
            before=around[: span.start - before],
            after=around[span.end - before :],
        )

    def _passages_with(self, places: Iterable[Place]) -> list[str]:
        """The ids of all passages in which one of the places stands."""
        found: dict[str, None] = {}
        for place in places:
            for passage in self._passages_of(place.file):
                if _holds(passage, place.span):
                    found[passage.id] = None
        return list(found)

    def _read(self, file: str) -> str:
        record = self._records[file]
        return self._snapshot.locate(record, Span(0, record.characters)).text

    def _list_passages(self, file: str) -> list[Passage]:
        record = self._records[file]
        names = [f"{record.key}/{number}" for number in range(record.passages)]
        return [stored.passage for stored in self._snapshot.passages(names)[0].values()]


def _holds(passage: Passage, span: Span) -> bool:
    return passage.span.overlaps(span) or any(
        part.overlaps(span) for sentence in passage.sentences for part in sentence.parts
    )
