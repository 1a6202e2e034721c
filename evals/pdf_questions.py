"""Questions over PDFs, beside the same over their plain text and the publisher's: what reading their layout is worth.

    python -m evals.pdf_questions ../shared/data/pdf_ccby [--publish] [--show]

Half of the sixty are answered by none of the articles. The judge is the publisher's sentence
(``evals/pdf_cases.py``): a citation is right when its words are those of an accepted place and, in a PDF, when it
stands on that place's page. Indexes anew every time; some minutes.
"""

import argparse
import json
import shlex
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

from assistant.answering import Assistant
from assistant.bootstrap import Parts
from assistant.models import Answer, Citation, Question, Refusal
from evals.measuring import Figure, measure, rate, score_all
from evals.models import Case, EvalError, Outcome, Place, Quoted, Said, Scored
from evals.pdf_cases import Gold, PdfCase, SentencePlace, WordsPlace, agrees, gold_of, on_its_page, read_cases
from evals.publishing import publish
from evals.results import Column, table
from index.loading import Source, find_files, load
from index.models import Document, Span
from index.settings import IndexSettings

__all__ = ["CASES", "Asking", "Judged", "figures", "shown"]

CASES = Path(__file__).with_name("pdf_cases.jsonl")
COLLECTION = "default"
FIGURES = (
    "documents/MRR",
    "extracting/evidence_first",
    "extracting/evidence_any",
    "answering/evidence_first",
    "answering/evidence_any",
    "answering/all_facts",
    "answering/citation_precision",
    "refusing/false_answer_rate",
    "refusing/false_refusal_rate",
    "refusing/AUROC",
    "citations/on_its_page",
    "citations/verified",
)
HEAD = """## Questions over PDFs

24 biomedical PDFs (`pdf_ccby`), 60 questions written from the publishers' XML before any answer was seen, all of them
test cases: 30 that one of the articles answers, 30 near misses that none does. The judge is the publisher's own
sentence. Beside it, the same questions over the same articles as pdfium writes out their text (no headings, no columns,
no page: `citations/on_its_page` is not asked there), and over the paragraphs of the XML, where nothing is broken and
tables are missing. `citations/on_its_page`: of the citations with the words of an accepted sentence, those on its page.
`citations/verified`: of all citations, those whose file, read again, has these characters at this place. The rest is
as above.
"""

Golds = Mapping[SentencePlace | WordsPlace, Gold]


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of a case; of every citation, whether it is on the page of what it agrees with, and re-cut the same.

    ``on_its_page`` is only of citations that agree with an accepted place, and of files that have pages.
    """

    outcome: Outcome
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
        return Judged(outcome, tuple(on_page), tuple(self._verified(citation) for citation in citations))

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


def figures(judged: Sequence[Judged]) -> dict[str, Figure]:
    """The usual metrics, and two of the citations themselves."""
    on_its_page = [here for each in judged for here in each.on_its_page]
    verified = [same for each in judged for same in each.verified]
    return measure(scored(judged)) | {
        "citations/on_its_page": rate(sum(on_its_page), len(on_its_page)),
        "citations/verified": rate(sum(verified), len(verified)),
    }


def scored(judged: Iterable[Judged]) -> list[Scored]:
    """Every metric of every case."""
    return score_all([each.outcome for each in judged], answering=True)


def shown(judged: Sequence[Judged]) -> Iterator[str]:
    """Each case for people to read: what became of it, and what was said; a star before what cites its evidence."""
    for case, each in zip(scored(judged), judged, strict=True):
        ranked = each.outcome.documents[:1] == tuple(each.outcome.case.relevant)
        nearest = "" if not case.answerable or ranked else f", nearest document: {each.outcome.documents[:1]}"
        missing = "" if case.scores.get("extracting/all_facts", 1) else ", facts missing"
        yield f"{case.id}: {case.verdict} ({case.confidence:.2f} {case.reason or ''}){missing}{nearest}"
        yield f"  ? {case.question}"
        for said in case.sentences:
            star = "*" if any(quote.place.file == each.outcome.case.cluster for quote in said.quotes) else " "
            yield f"  {star} {said.text}"


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


def _plain(folder: Path, into: Path) -> Path:
    """The text of each PDF as pdfium gives it, under the PDF's name."""
    into.mkdir()
    for file in sorted((folder / "pdf_text").glob("*.pdfium.txt")):
        copyfile(file, into / file.name.replace(".pdfium.txt", ".txt"))
    return into


def _publishers(folder: Path, into: Path) -> Path:
    """What the publisher's XML has in paragraphs, under the PDF's name: nothing is broken there, and no table is."""
    into.mkdir()
    for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        text = "\n\n".join([row["title"], row["abstract"], *row["paragraphs"]])
        (into / f"{row['id']}.txt").write_text(text, encoding="utf-8")
    return into


def _run(name: str, documents: Path, state_dir: Path, cases: Sequence[PdfCase], golds: Golds) -> list[Judged]:
    parts = Parts(IndexSettings(state_dir=state_dir), notify=lambda line: print(line, file=sys.stderr))
    asking = Asking(documents, parts)
    judged = []
    for number, case in enumerate(cases, 1):
        judged.append(asking.ask(case, golds))
        print(f"\r{name}: {number} of {len(cases)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return judged


def main() -> None:
    """Measure, print the tables and, where that is asked for, put them into evals/RESULTS.md."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="has pdf/, pdf_text/, xml/, gold.jsonl and verified_sentences.jsonl")
    parser.add_argument("--show", action="store_true", help="print each case with what was answered")
    parser.add_argument("--only", choices=["PDF", "plain text", "publisher's text"], help="ask one of them only")
    parser.add_argument("--publish", action="store_true", help="write the part of evals/RESULTS.md")
    options = parser.parse_args()
    cases = read_cases(CASES)
    golds = gold_of(cases, options.folder)
    columns = []
    with TemporaryDirectory(ignore_cleanup_errors=True) as given:
        scratch = Path(given)
        sources = {
            "PDF": options.folder / "pdf",
            "plain text": _plain(options.folder, scratch / "plain"),
            "publisher's text": _publishers(options.folder, scratch / "publishers"),
        }
        for name, documents in sources.items():
            if options.only not in {None, name}:
                continue
            judged = _run(name, documents, scratch / f"state of {name}", cases, golds)
            columns.append(Column(name, figures(judged), {}))
            print("\n".join(shown(judged)) if options.show else "", end="\n" if options.show else "")
    lines = list(table(FIGURES, columns))
    print("\n".join(lines))
    if options.publish:
        publish("pdf_questions", f"python -m evals.pdf_questions {shlex.join(sys.argv[1:])}", [HEAD, *lines])


if __name__ == "__main__":
    main()
