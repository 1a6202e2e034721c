"""Known questions with the places that answer them, one JSON object a line.

    {"id": "number-001-02", "kind": "number", "split": "dev", "question": "How long does HGF stay viable?",
     "answerable": true,
     "evidence": [[{"file": "reviews/a.txt", "start": 10, "end": 42, "quote": "…"}, …any of these…], …all parts…],
     "facts": [["3 to 5 minutes", "3–5 min"], …all facts…]}

``file`` is the path below the folder of documents; ``start`` and ``end`` are code points of its text, end exclusive,
and ``quote`` is what stands there: cases are refused when it does not. An unanswerable case has neither evidence nor
facts. ``split`` is for cases that are tuned on (``dev``) and cases that only report (``test``).
"""

import json
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from evals.models import Case, EvalError, Place, Split, fingerprint
from evals.rows import QuestionText, explained
from index.models import Span

__all__ = ["CaseRow", "EvidenceRow", "assign_splits", "quotes_of", "read_rows", "to_cases", "write_rows"]


class EvidenceRow(BaseModel):
    """A place that answers, with the characters that stand there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str = Field(min_length=1)
    start: int = Field(ge=0)
    end: int
    quote: str = Field(min_length=1)

    @model_validator(mode="after")
    def _quote_fills_the_span(self) -> Self:
        if len(self.quote) != self.end - self.start:
            raise ValueError(f"the quote has {len(self.quote)} characters, [{self.start}, {self.end}) another number")
        return self

    @property
    def place(self) -> Place:
        """Where it is."""
        return Place(self.file, Span(self.start, self.end))


class CaseRow(BaseModel):
    """One line of a cases file. What it has beyond these fields (``why``, an author …) is kept and not read.

    Only ``candidate`` must not be there: what feedback was turned into is no case before a person has decided.
    """

    model_config = ConfigDict(extra="allow", frozen=True)

    id: str = Field(min_length=1)
    kind: str = Field("question", min_length=1)
    split: Split | None = None
    question: QuestionText
    answerable: bool
    evidence: tuple[tuple[EvidenceRow, ...], ...] = ()
    facts: tuple[tuple[str, ...], ...] = ()

    @model_validator(mode="after")
    def _is_decided(self) -> Self:
        if (self.model_extra or {}).get("candidate") is not None:
            raise ValueError('this is a candidate made of feedback: decide what it says, then take "candidate" out')
        return self

    @model_validator(mode="after")
    def _evidence_agrees(self) -> Self:
        if self.answerable and not (self.evidence and all(self.evidence)):
            raise ValueError("an answerable case needs evidence, and each part of it at least one place")
        if not self.answerable and (self.evidence or self.facts):
            raise ValueError("an unanswerable case has neither evidence nor facts")
        if not all(wording.strip() for fact in self.facts for wording in fact) or not all(self.facts):
            raise ValueError("each fact needs at least one wording, and no wording is empty")
        return self


def read_rows(path: Path, *, may_be_empty: bool = False) -> list[CaseRow]:
    """The cases of a file. Raises EvalError with the line that is wrong."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise EvalError(f"The cases {path} cannot be read: {error}") from error
    rows: dict[str, CaseRow] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        row = _parsed(line, f"{path}, line {number}")
        if row.id in rows:
            raise EvalError(f"{path}, line {number}: there is a case {row.id!r} already. Give each its own id.")
        rows[row.id] = row
    if not rows and not may_be_empty:
        raise EvalError(f"{path} holds no case. Make one: citespan eval case --help")
    return list(rows.values())


def _parsed(line: str, where: str) -> CaseRow:
    try:
        return CaseRow.model_validate_json(line)
    except ValidationError as error:
        raise EvalError(f"{where}{explained(error)}") from error


def to_cases(rows: Iterable[CaseRow]) -> tuple[Case, ...]:
    """Rows as cases; every file with evidence counts as relevant."""
    return tuple(_case(row) for row in rows)


def _case(row: CaseRow) -> Case:
    files = dict.fromkeys((found.file for part in row.evidence for found in part), 1)
    quotes = tuple(tuple((found.file, found.quote) for found in part) for part in row.evidence)
    return Case(
        id=row.id,
        question=row.question,
        answerable=row.answerable,
        kind=row.kind,
        split=row.split,
        evidence=tuple(tuple(found.place for found in part) for part in row.evidence),
        facts=row.facts,
        relevant=files,
        cluster=next(iter(files), row.id),
        fingerprint=fingerprint(
            row.question, answerable=row.answerable, quotes=quotes, facts=row.facts, relevant=files
        ),
    )


def quotes_of(rows: Iterable[CaseRow]) -> dict[Place, str]:
    """What stands at each place that the cases name."""
    return {found.place: found.quote for row in rows for part in row.evidence for found in part}


def assign_splits(rows: Sequence[CaseRow], *, seed: int) -> list[CaseRow]:
    """The rows with a split for each that has none: half of each kind by a seeded shuffle; others keep theirs."""
    by_kind: dict[str, list[CaseRow]] = defaultdict(list)
    for row in rows:
        by_kind[row.kind].append(row)
    chosen: dict[str, Split] = {}
    for kind, members in sorted(by_kind.items()):
        given = [row.split for row in members if row.split]
        ahead = given.count("dev") - given.count("test")
        waiting = [row.id for row in members if not row.split]
        random.Random(f"{seed} {kind}").shuffle(waiting)
        for name in waiting:
            chosen[name] = "test" if ahead > 0 else "dev"
            ahead += 1 if chosen[name] == "dev" else -1
    return [row.model_copy(update={"split": chosen[row.id]}) if row.id in chosen else row for row in rows]


def write_rows(path: Path, rows: Iterable[CaseRow]) -> None:
    """One line a case, fields in the order of ``CaseRow``."""
    lines = [json.dumps(row.model_dump(exclude_none=True), ensure_ascii=False) + "\n" for row in rows]
    path.write_text("".join(lines), encoding="utf-8", newline="\n")
