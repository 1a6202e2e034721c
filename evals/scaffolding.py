"""New cases from a question and picked quotes, and old ones moved along when their documents were edited."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from evals.cases import CaseRow, EvidenceRow, assign_splits
from evals.models import EvalError
from evals.rows import explained
from index.errors import FileSkipped
from index.folders import Source, find_files
from index.loading import load

__all__ = ["new_row", "read_texts", "relocated"]

SPLIT_SEED = 20261122
"""Decides which of the cases without a split become dev and which test."""


def read_texts(folder: Path, *, max_bytes: int, fallback_encoding: str) -> dict[str, str]:
    """The text of every document that would be indexed, by path. Raises IndexingError, EvalError when there is none."""
    texts = {}
    for source in find_files([folder]):
        if isinstance(source, Source):
            try:
                document = load(source, max_bytes=max_bytes, fallback_encoding=fallback_encoding)
            except FileSkipped:
                continue
            texts[document.path] = document.text
    if not texts:
        raise EvalError(f"There is no document to read in {folder}. Name the folder with --documents DIR.")
    return texts


def new_row(
    question: str,
    quotes: Sequence[str],
    facts: Sequence[str],
    *,
    kind: str,
    known: Sequence[CaseRow],
    texts: Mapping[str, str],
) -> CaseRow:
    """A case whose required parts are the quotes, or an unanswerable one without any; facts have wordings after "|".

    Wherever a quote stands, white space aside, is an accepted place. Raises EvalError when it stands nowhere.
    """
    places = tuple(_places(quote, texts) for quote in quotes)
    try:
        row = CaseRow(
            id=_free_id(kind, known),
            kind=kind,
            question=question,
            answerable=bool(quotes),
            evidence=places,
            facts=tuple(tuple(wording.strip() for wording in fact.split("|")) for fact in facts),
        )
    except ValidationError as error:
        raise EvalError(f"This is no case{explained(error)}") from error
    return assign_splits([*known, row], seed=SPLIT_SEED)[-1]


def relocated(row: CaseRow, texts: Mapping[str, str]) -> CaseRow:
    """The case with each quote at the one place where its file holds it now; EvalError when there is not one."""
    evidence = tuple(tuple(_moved(row.id, found, texts) for found in part) for part in row.evidence)
    return row.model_copy(update={"evidence": evidence})


def _free_id(kind: str, known: Iterable[CaseRow]) -> str:
    taken = {row.id for row in known}
    stem = kind.replace("_", "-")
    return next(name for number in range(1, len(taken) + 2) if (name := f"{stem}-{number:02d}") not in taken)


def _places(quote: str, texts: Mapping[str, str]) -> tuple[EvidenceRow, ...]:
    words = quote.split()
    if not words:
        raise EvalError("A quote cannot be empty. Leave --quote out for a question that the documents do not answer.")
    pattern = re.compile(r"\s+".join(map(re.escape, words)))
    found = [
        EvidenceRow(file=file, start=match.start(), end=match.end(), quote=match.group())
        for file, text in texts.items()
        for match in pattern.finditer(text)
    ]
    if not found:
        raise EvalError(f"No document holds {quote[:80]!r}. Copy it from the file itself, line breaks as blanks.")
    return tuple(found)


def _moved(case: str, found: EvidenceRow, texts: Mapping[str, str]) -> EvidenceRow:
    text = texts.get(found.file)
    if text is None:
        raise EvalError(f"{case}: there is no document {found.file!r} any more. Take the place out of the case.")
    if text[found.start : found.end] == found.quote:
        return found
    count = text.count(found.quote)
    if count != 1:
        raise EvalError(f"{case}: {found.quote[:60]!r} stands {count} times in {found.file}. Pick the place by hand.")
    start = text.index(found.quote)
    return found.model_copy(update={"start": start, "end": start + len(found.quote)})
