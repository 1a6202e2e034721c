"""Folders that can be evaluated on, each as documents and cases.

A BEIR folder holds ``corpus.jsonl`` {id or _id, title, text}, ``queries.jsonl`` {id or _id, text} and ``qrels.tsv`` or
``qrels/test.tsv`` (query-id, corpus-id, score, with a header line): retrieval only. A QA folder holds ``corpus.jsonl``
and ``qa.jsonl`` {id, question, answerable, context_id, answers: [{text, start}]}, or with BioASQ's ``evidence`` [{doc,
field, start, text}] and ``exact_answer``; ``unanswerable*.jsonl`` beside it holds more questions, and qrels, where
there are any, say which documents are relevant.
"""

import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

from evals.cases import quotes_of, read_rows, to_cases
from evals.models import Case, Dataset, EvalError, Place
from index.models import Span

__all__ = ["Selection", "chosen", "file_of", "open_cases", "open_folder"]

LONGEST_NAME = 100


def open_cases(cases: Path, documents: Path) -> Dataset:
    """A file of cases over a folder of documents. Raises EvalError."""
    if not documents.exists():
        raise EvalError(f"There is no folder of documents {documents}. Name it with --documents DIR.")
    rows = read_rows(cases)
    return Dataset(cases.stem, documents, to_cases(rows), quotes=quotes_of(rows))


def open_folder(folder: Path, *, cache_dir: Path) -> Dataset:
    """A BEIR or QA folder; its corpus is written out below ``cache_dir``, once. Raises EvalError."""
    corpus, questions, queries = (folder / name for name in ("corpus.jsonl", "qa.jsonl", "queries.jsonl"))
    if not corpus.is_file() or not (questions.is_file() or queries.is_file()):
        raise EvalError(
            f"{folder} holds no data set: it needs corpus.jsonl with either qa.jsonl, or queries.jsonl and qrels.tsv."
        )
    rows = {_id(row, where): row for row, where in _rows(corpus)}
    relevant = _qrels(folder)
    if questions.is_file():
        files = [questions, *sorted(folder.glob("unanswerable*.jsonl"))]
        found = [_question(row, where, rows, relevant) for path in files for row, where in _rows(path)]
        missing = sum(case is None for case in found)
        notes = (f"{missing} answerable questions are left out: only a title answers them.",) if missing else ()
    else:
        found = [_query(row, where, relevant) for row, where in _rows(queries)]
        notes = ()
    cases = tuple(case for case in found if case)
    twice = [name for name, count in Counter(case.id for case in cases).items() if count > 1]
    if twice:
        raise EvalError(f"{folder}: {len(twice)} ids stand for several questions, the first is {twice[0]!r}.")
    if not cases:
        raise EvalError(f"{folder} holds no question with anything that answers it.")
    documents = _written(corpus, rows, cache_dir)
    texts = {file_of(name): row["text"] for name, row in rows.items()}
    quotes = {place: place.span.cut(texts[place.file]) for case in cases for place in case.places}
    return Dataset(folder.resolve().name, documents, cases, answering=questions.is_file(), quotes=quotes, notes=notes)


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


def _rows(path: Path) -> Iterator[tuple[Mapping[str, Any], str]]:
    """The objects of a JSONL file, each with where it stands."""
    try:
        with path.open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                row = json.loads(line)
                if not isinstance(row, dict):
                    raise EvalError(f"{path}, line {number}: this is no JSON object.")
                yield row, f"{path}, line {number}"
    except (OSError, ValueError) as error:
        raise EvalError(f"{path} cannot be read: {error}") from error


def _id(row: Mapping[str, Any], where: str) -> str:
    for name in ("id", "_id"):
        if name in row:
            return str(row[name])
    raise EvalError(f"{where}: there is no id.")


def _field(row: Mapping[str, Any], name: str, where: str) -> Any:  # noqa: ANN401  as JSON has it
    if name not in row:
        raise EvalError(f"{where}: there is no {name!r}.")
    return row[name]


def _qrels(folder: Path) -> Mapping[str, Mapping[str, int]]:
    """Grades by query and file."""
    places = [folder / "qrels.tsv", folder / "qrels" / "test.tsv"]
    path = next((place for place in places if place.is_file()), None)
    found: dict[str, dict[str, int]] = defaultdict(dict)
    if path is None:
        return found
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), 1):
        columns = line.split("\t")
        if number == 1 and columns[-1].strip() == "score":
            continue
        try:
            query, document, score = columns
            found[query][file_of(document)] = int(float(score))
        except ValueError as error:
            raise EvalError(f"{path}, line {number}: this is not query-id, corpus-id, score.") from error
    return found


def _query(row: Mapping[str, Any], where: str, relevant: Mapping[str, Mapping[str, int]]) -> Case | None:
    name = _id(row, where)
    grades = relevant.get(name, {})
    if not any(grade > 0 for grade in grades.values()):
        return None
    return Case(name, _field(row, "text", where), answerable=True, kind="query", relevant=grades, cluster=name)


def _question(
    row: Mapping[str, Any],
    where: str,
    corpus: Mapping[str, Mapping[str, Any]],
    relevant: Mapping[str, Mapping[str, int]],
) -> Case | None:
    """A question as a case; None when only a title answers it."""
    name, question = _id(row, where), _field(row, "question", where)
    answerable = bool(_field(row, "answerable", where))
    kind = str(row.get("type") or ("answerable" if answerable else "unanswerable"))
    context = str(row["context_id"]) if row.get("context_id") is not None else None
    if not answerable:
        return Case(name, question, answerable=False, kind=kind, cluster=context or name)
    spans = [
        _place(item, document, where, corpus)
        for item, document in _accepted(row, context)
        if item.get("field", "text") == "text"
    ]
    if not spans:
        return None
    grades = relevant.get(name) or dict.fromkeys((place.file for place in spans), 1)
    return Case(
        id=name,
        question=question,
        answerable=True,
        kind=kind,
        evidence=(tuple(dict.fromkeys(spans)),),
        facts=_facts(row),
        relevant=grades,
        cluster=context or next(iter(grades)),
    )


def _accepted(row: Mapping[str, Any], context: str | None) -> list[tuple[Mapping[str, Any], str]]:
    """What is accepted as evidence, with the document it stands in."""
    if row.get("evidence"):
        return [(item, str(item["doc"])) for item in row["evidence"]]
    return [(item, context) for item in row.get("answers") or [] if context is not None]


def _place(item: Mapping[str, Any], document: str, where: str, corpus: Mapping[str, Mapping[str, Any]]) -> Place:
    start, text = _field(item, "start", where), _field(item, "text", where)
    stands = corpus[document]["text"][start : start + len(text)] if document in corpus else None
    if not text or stands != text:
        there = "which is not in corpus.jsonl" if stands is None else f"but {stands[:40]!r} does"
        raise EvalError(f"{where}: {text[:40]!r} does not stand at {start} of the document {document!r}, {there}.")
    return Place(file_of(document), Span(start, start + len(text)))


def _facts(row: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    """BioASQ's exact answers: wordings of one thing, or several things with their wordings."""
    exact = row.get("exact_answer")
    if not isinstance(exact, list) or not exact:
        return ()
    items: Sequence[Any] = exact if all(isinstance(item, list) for item in exact) else [exact]
    if row.get("type") == "factoid":
        items = [[wording for item in items for wording in item]]
    return tuple(tuple(str(wording) for wording in item if str(wording).strip()) for item in items if item)


def file_of(document: str) -> str:
    """The file name of a corpus id."""
    safe = quote(document, safe="")
    return f"{safe if len(safe) <= LONGEST_NAME else sha256(document.encode()).hexdigest()[:32]}.txt"


def _written(corpus: Path, rows: Mapping[str, Mapping[str, Any]], cache_dir: Path) -> Path:
    """The corpus as one text file per document with a manifest of the titles, in a folder named by its content."""
    digest = sha256(corpus.read_bytes()).hexdigest()[:16]
    folder = cache_dir / "evals" / digest
    done = folder / "manifest.toml"
    if done.exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    tables = []
    for name, row in rows.items():
        title = " ".join(str(row.get("title") or "").split())
        text = row.get("text") or title
        (folder / file_of(name)).write_bytes(text.encode("utf-8", "replace"))
        shown = json.dumps(title or name, ensure_ascii=False)
        tables.append(f"[[documents]]\nfile = {json.dumps(file_of(name))}\ntitle = {shown}\n")
    unfinished = folder / "manifest.part"
    unfinished.write_text("\n".join(tables), encoding="utf-8")
    unfinished.rename(done)
    return folder
