"""Questions over PDFs put to an index of a folder, and every citation judged by the publisher's sentences and pages."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.answering import Assistant
from assistant.bootstrap import Parts
from assistant.models import Answer, Citation, Question, Refusal
from evals.models import Case, EvalError, Outcome, Place, Quoted, Said
from evals.pdf_cases import Gold, PdfCase, SentencePlace, WordsPlace, agrees, letters, on_its_page
from index.folders import Source, find_files
from index.loading import load
from index.models import Document, Span
from index.settings import IndexSettings

__all__ = ["Asking", "Golds", "Judged"]

COLLECTION = "default"

Golds = Mapping[SentencePlace | WordsPlace, Gold]


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of a case; of every citation, whether it is on the page of what it agrees with, and re-cut the same.

    ``on_its_page`` is only of citations that agree with an accepted place, in files that have pages; ``in_one_piece``
    is whether the indexed text has every part of the evidence unbroken, at one of its places.
    """

    outcome: Outcome
    in_one_piece: bool
    on_its_page: tuple[bool, ...]
    verified: tuple[bool, ...]


class Asking:
    """A folder of documents, each named by the id that the cases have for it, asked with the usual settings."""

    def __init__(self, folder: Path, parts: Parts) -> None:
        summary = parts.builder(COLLECTION).add([folder], mirror=True)
        if summary.skipped or not (summary.state and summary.state.documents):
            reasons = "; ".join(skipped.message for skipped in summary.skipped[:3])
            raise EvalError(f"{len(summary.skipped)} files of {folder} are not indexed: {reasons or 'there is none'}")
        self._assistant: Assistant = parts.assistant()
        records = self._assistant.reader.snapshot(COLLECTION).records()
        self._path_of_key = {record.key: record.path for record in records}
        self._path_of = {Path(record.path).stem: record.path for record in records}
        self._read_again = dict(_documents(folder, parts.settings))
        self._letters = {Path(path).stem: letters(document.text) for path, document in self._read_again.items()}

    def ask(self, case: PdfCase, golds: Golds) -> Judged:
        """Ask one case and judge every citation, also of an answer that was withheld."""
        started = time.perf_counter()
        reply, found = self._assistant.examine(Question(case.question))
        milliseconds = 1000 * (time.perf_counter() - started)
        result = reply.result
        answer = result.withheld if isinstance(result, Refusal) else result
        citations = answer.citations if answer else ()
        numbers = {place: number for number, place in enumerate(golds)}
        meant = [(numbers[place], golds[place]) for part in case.evidence for place in part]
        outcome = Outcome(
            case=self._case(case, numbers),
            answered=isinstance(result, Answer),
            confidence=reply.confidence,
            reason=result.reason if isinstance(result, Refusal) else None,
            sentences=_said(answer, meant) if answer else (),
            documents=tuple(dict.fromkeys(self._path_of_key[name.partition("/")[0]] for name in found.passage_ids)),
            passages=(),
            evidence=(),
            milliseconds=milliseconds,
        )
        on_page = [here for citation in citations if (here := _page_agrees(citation, meant)) is not None]
        return Judged(
            outcome=outcome,
            in_one_piece=all(
                any(golds[place].letters in self._letters[place.pdf] for place in part) for part in case.evidence
            ),
            on_its_page=tuple(on_page),
            verified=tuple(self._verified(citation) for citation in citations),
        )

    def _case(self, case: PdfCase, numbers: Mapping[SentencePlace | WordsPlace, int]) -> Case:
        """The case with the number of each accepted place for a span: citations are told to be there, or not."""
        return Case(
            id=case.id,
            question=case.question,
            answerable=case.answerable,
            kind=case.kind,
            split=case.split,
            evidence=tuple(tuple(_numbered(place.pdf, numbers[place]) for place in part) for part in case.evidence),
            facts=case.facts,
            relevant={self._path_of[case.document]: 1} if case.answerable else {},
            cluster=case.document,
        )

    def _verified(self, citation: Citation) -> bool:
        document, location = self._read_again[citation.record.path], citation.location
        again = document.text[location.span.start : location.span.end]
        placed = bool(location.boxes) == (document.boxes is not None)
        return again == citation.cited_text and document.text_sha256 == citation.record.text_sha256 and placed


def _numbered(pdf: str, number: int) -> Place:
    return Place(pdf, Span(number, number + 1))


def _said(answer: Answer, meant: Sequence[tuple[int, Gold]]) -> tuple[Said, ...]:
    citations = {citation.number: citation for citation in answer.citations}
    return tuple(
        Said(
            sentence.text, tuple(quote for number in sentence.citations for quote in _quoted(citations[number], meant))
        )
        for sentence in answer.sentences
    )


def _quoted(citation: Citation, meant: Sequence[tuple[int, Gold]]) -> Iterator[Quoted]:
    """The citation at each accepted place that it agrees with, on its page where there are pages."""
    pages = citation.location.pages
    for number, gold in meant:
        if _agrees(citation, gold) and (pages is None or on_its_page(pages, gold)):
            yield Quoted(_numbered(gold.pdf, number), citation.cited_text)


def _page_agrees(citation: Citation, meant: Sequence[tuple[int, Gold]]) -> bool | None:
    """Whether it is on a page of what it agrees with; None where it agrees with nothing, or has no page."""
    pages = citation.location.pages
    agreeing = [gold for _, gold in meant if _agrees(citation, gold)]
    return any(on_its_page(pages, gold) for gold in agreeing) if pages and agreeing else None


def _agrees(citation: Citation, gold: Gold) -> bool:
    return Path(citation.record.path).stem == gold.pdf and agrees(citation.cited_text, gold)


def _documents(folder: Path, settings: IndexSettings) -> Iterator[tuple[str, Document]]:
    for source in find_files([folder]):
        if isinstance(source, Source):
            yield (
                source.path,
                load(source, max_bytes=settings.max_file_bytes, fallback_encoding=settings.fallback_encoding),
            )
