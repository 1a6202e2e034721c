"""Folders that can be evaluated on, each as documents and cases.

A BEIR folder holds ``corpus.jsonl`` {id or _id, title, text}, ``queries.jsonl`` {id or _id, text} and ``qrels.tsv`` or
``qrels/test.tsv`` (query-id, corpus-id, score, with a header line): retrieval only. A QA folder holds ``corpus.jsonl``
and ``qa.jsonl`` {id, question, answerable, context_id, answers: [{text, start}]}, or with BioASQ's ``evidence`` [{doc,
field, start, text}] and ``exact_answer``; ``unanswerable*.jsonl`` beside it holds more questions, and qrels, where
there are any, say which documents are relevant.
"""

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Literal
from urllib.parse import quote
from zlib import crc32

from evals.cases import quotes_of, read_rows, to_cases
from evals.models import Case, Dataset, EvalError, Place, fingerprint
from evals.rows import CorpusRow, QueryRow, QuestionRow, SpanRow, read_qrels, read_rows_of, wordings
from index.models import Span

__all__ = ["Half", "Selection", "chosen", "file_of", "half_of", "open_cases", "open_folder"]

Half = Literal["even", "odd"]

LONGEST_NAME = 100
FORM = ""
"""Changes whenever the same corpus would be written out differently."""


def open_cases(cases: Path, documents: Path) -> Dataset:
    """A file of cases over a folder of documents. Raises EvalError."""
    if not documents.exists():
        raise EvalError(f"There is no folder of documents {documents}. Name it with --documents DIR.")
    rows = read_rows(cases)
    return Dataset(cases.stem, documents, to_cases(rows), quotes=quotes_of(rows))


def open_folder(folder: Path, *, cache_dir: Path) -> Dataset:
    """A BEIR or QA folder; its corpus is written out below ``cache_dir``, once. Raises EvalError."""
    corpus, questions, queries = (folder / name for name in ("corpus.jsonl", "qa.jsonl", "queries.jsonl"))
    answering = questions.is_file()
    if not corpus.is_file() or not (answering or queries.is_file()):
        raise EvalError(
            f"{folder} holds no data set: it needs corpus.jsonl with either qa.jsonl, or queries.jsonl and qrels.tsv."
        )
    rows = {name: row for name, (row, _) in read_rows_of(CorpusRow, corpus).items()}
    if not rows:
        raise EvalError(f"{corpus} holds no document.")
    texts, copies = _texts(rows)
    relevant, unknown = _relevant(folder, texts, copies)
    if answering:
        asked = read_rows_of(QuestionRow, questions, *sorted(folder.glob("unanswerable*.jsonl")))
        found = [_question(row, where, texts, copies, relevant.get(row.id, {})) for row, where in asked.values()]
    else:
        found = [_query(row, relevant.get(row.id, {})) for row, _ in read_rows_of(QueryRow, queries).values()]
    cases = tuple(case for case in found if case)
    if not cases:
        raise EvalError(f"{folder} holds no question with anything in the corpus that answers it.")
    return Dataset(
        name=folder.resolve().name,
        documents=_written(corpus, rows, cache_dir),
        copies=copies,
        cases=cases,
        answering=answering,
        quotes={place: place.span.cut(texts[place.file]) for case in cases for place in case.places},
        notes=tuple(_notes(len(found) - len(cases), unknown, answering=answering)),
    )


@dataclass(frozen=True, slots=True)
class Selection:
    """Which cases to ask: of some kinds, a seeded sample, the first few; all where nothing is said."""

    kinds: tuple[str, ...] = ()
    sample: int | None = None
    seed: int = 7
    limit: int | None = None


def chosen(dataset: Dataset, selection: Selection) -> Dataset:
    """The data set with the chosen cases only, in the order of the file. Raises EvalError for an unknown kind."""
    known = {case.kind for case in dataset.cases}
    for kind in selection.kinds:
        if kind not in known:
            raise EvalError(f"There is no case of the kind {kind!r}. There are: {', '.join(sorted(known))}.")
    cases = [case for case in dataset.cases if not selection.kinds or case.kind in selection.kinds]
    if selection.sample is not None and selection.sample < len(cases):
        drawn = set(random.Random(selection.seed).sample(range(len(cases)), selection.sample))
        cases = [case for number, case in enumerate(cases) if number in drawn]
    cases = cases[: selection.limit]
    said = asdict(selection) if len(cases) < len(dataset.cases) else None
    return replace(dataset, cases=tuple(cases), selection=said)


def half_of(dataset: Dataset, half: Half) -> Dataset:
    """The cases of one half, by a checksum of their cluster: all questions about a document are in it, or none."""
    cases = tuple(case for case in dataset.cases if crc32(case.cluster.encode()) % 2 == (half == "odd"))
    return replace(dataset, cases=cases, selection={"half": half})


def file_of(document: str) -> str:
    """The file name of a corpus id."""
    safe = quote(document, safe="", errors="backslashreplace")
    return f"{safe if len(safe) <= LONGEST_NAME else sha256(safe.encode()).hexdigest()[:32]}.txt"


def _texts(rows: Mapping[str, CorpusRow]) -> tuple[dict[str, str], dict[str, str]]:
    """Texts by file; and for every file whose text another had before, that other: such a text is indexed once."""
    first: dict[str, str] = {}
    copies: dict[str, str] = {}
    for name, row in rows.items():
        file, text = file_of(name), row.text or row.title
        if first.setdefault(text, file) != file:
            copies[file] = first[text]
    return {file: text for text, file in first.items()}, copies


def _relevant(
    folder: Path, texts: Mapping[str, str], copies: Mapping[str, str]
) -> tuple[dict[str, dict[str, int]], int]:
    """Grades by query and file, of the documents that the corpus has; and how many others are named."""
    places = [folder / "qrels.tsv", folder / "qrels" / "test.tsv"]
    path = next((place for place in places if place.is_file()), None)
    grades = read_qrels(path) if path else {}
    named = {
        query: {copies.get(file_of(name), file_of(name)): grade for name, grade in found.items()}
        for query, found in grades.items()
    }
    known = {query: {file: grade for file, grade in found.items() if file in texts} for query, found in named.items()}
    return known, sum(len(named[query]) - len(known[query]) for query in named)


def _notes(left_out: int, unknown: int, *, answering: bool) -> Iterator[str]:
    if left_out and answering:
        yield f"{left_out} answerable questions are left out: no span in a document's text answers them."
    elif left_out:
        yield f"{left_out} queries are left out: no document of the corpus is relevant to them."
    if unknown:
        yield f"{unknown} relevance judgements are left out: the corpus does not have their documents."


def _query(row: QueryRow, grades: Mapping[str, int]) -> Case | None:
    if not any(grade > 0 for grade in grades.values()):
        return None
    printed = fingerprint(row.text, answerable=True, quotes=(), facts=(), relevant=grades)
    return Case(row.id, row.text, answerable=True, kind="query", relevant=grades, cluster=row.id, fingerprint=printed)


def _question(
    row: QuestionRow, where: str, texts: Mapping[str, str], copies: Mapping[str, str], grades: Mapping[str, int]
) -> Case | None:
    """A question as a case; None when it is answerable, and no span in a text answers it."""
    accepted = _accepted(row) if row.answerable else []
    places = tuple(dict.fromkeys(_place(span, document, where, texts, copies) for span, document in accepted))
    if row.answerable and not places:
        return None
    facts = wordings(row.exact_answer, one=row.type == "factoid") if row.answerable else ()
    relevant = (grades or dict.fromkeys((place.file for place in places), 1)) if row.answerable else {}
    quotes = tuple((place.file, place.span.cut(texts[place.file])) for place in places)
    return Case(
        id=row.id,
        question=row.question,
        answerable=row.answerable,
        kind=row.type if row.type and row.answerable else ("answerable" if row.answerable else "unanswerable"),
        evidence=(places,) if places else (),
        facts=facts,
        relevant=relevant,
        cluster=row.context_id or next(iter(relevant), row.id),
        fingerprint=fingerprint(
            row.question, answerable=row.answerable, quotes=(quotes,), facts=facts, relevant=relevant
        ),
    )


def _accepted(row: QuestionRow) -> list[tuple[SpanRow, str]]:
    """What is accepted as evidence in a text, with the document it stands in."""
    spans = row.evidence or row.answers or ()
    named = [(span, span.doc or row.context_id) for span in spans if span.field == "text"]
    return [(span, document) for span, document in named if document is not None]


def _place(span: SpanRow, document: str, where: str, texts: Mapping[str, str], copies: Mapping[str, str]) -> Place:
    start, text = span.start or 0, span.text or ""
    file = copies.get(file_of(document), file_of(document))
    stands = texts.get(file)
    if stands is None:
        raise EvalError(f"{where}: the document {document!r} is not in corpus.jsonl.")
    if stands[start : start + len(text)] != text:
        there = stands[start : start + 40]
        raise EvalError(
            f"{where}: {text[:40]!r} does not stand at {start} of the document {document!r}: {there!r} does."
        )
    return Place(file, Span(start, start + len(text)))


def _written(corpus: Path, rows: Mapping[str, CorpusRow], cache_dir: Path) -> Path:
    """The corpus as one text file per document with a manifest of the titles, in a folder named by its content."""
    digest = sha256(FORM.encode() + corpus.read_bytes()).hexdigest()[:16]
    folder = cache_dir / "evals" / digest
    done = folder / "manifest.toml"
    if done.exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    tables = []
    for name, row in rows.items():
        title = " ".join(row.title.split())
        (folder / file_of(name)).write_bytes((row.text or title).encode("utf-8", "replace"))
        shown = json.dumps(title or name, ensure_ascii=False)
        tables.append(f"[[documents]]\nfile = {json.dumps(file_of(name))}\ntitle = {shown}\n")
    with NamedTemporaryFile("w", dir=folder, suffix=".part", delete=False, encoding="utf-8") as unfinished:
        unfinished.write("\n".join(tables))
    Path(unfinished.name).replace(done)
    return folder
