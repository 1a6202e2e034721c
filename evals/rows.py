"""The lines of BEIR and QA folders, checked when they are read."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar

from pydantic import (
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    ValidationError,
    model_validator,
)

from assistant.answering import LONGEST_QUESTION
from evals.models import EvalError

__all__ = [
    "CorpusRow",
    "QueryRow",
    "QuestionRow",
    "QuestionText",
    "SpanRow",
    "explained",
    "read_qrels",
    "read_rows_of",
    "wordings",
]


HIGHEST_GRADE = 1000
"""Beyond it trec_eval, which is written in C, counts wrong."""


def _asked(text: object) -> object:
    if isinstance(text, str) and not text.strip():
        raise ValueError("a question needs words")
    if isinstance(text, str) and len(text) > LONGEST_QUESTION:
        raise ValueError(f"a question has at most {LONGEST_QUESTION} characters, this one {len(text)}")
    return text


QuestionText = Annotated[str, BeforeValidator(_asked)]
Id = Annotated[str, Field(min_length=1, validation_alias=AliasChoices("id", "_id"))]


class _Row(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)

    id: Id


class CorpusRow(_Row):
    """A document; one without text is its title."""

    title: str = ""
    text: str = ""


class QueryRow(_Row):
    """A BEIR query."""

    text: QuestionText


class SpanRow(BaseModel):
    """Where an answer or evidence stands: in the ``text`` of a document, from a code point on, or in its title."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)

    doc: str | None = None
    field: str = "text"
    start: int | None = Field(None, ge=0)
    text: str | None = Field(None, min_length=1)

    @model_validator(mode="after")
    def _stands_somewhere(self) -> Self:
        if self.field == "text" and (self.start is None or self.text is None):
            raise ValueError("a span in a text needs both start and text")
        return self


class QuestionRow(_Row):
    """A question of a QA folder; ``context_id`` is the document that its answers stand in."""

    question: QuestionText
    answerable: StrictBool
    type: str | None = None
    context_id: str | None = None
    answers: tuple[SpanRow, ...] | None = None
    evidence: tuple[SpanRow, ...] | None = None
    exact_answer: Any = None


Row = TypeVar("Row", bound=_Row)


def read_rows_of(kind: type[Row], *paths: Path) -> dict[str, tuple[Row, str]]:
    """The rows of some JSONL files by id, each with where it stands.

    Raises EvalError for a line that is wrong, or an id that comes twice.
    """
    found: dict[str, tuple[Row, str]] = {}
    for path in paths:
        for line, where in _lines(path):
            try:
                row = kind.model_validate_json(line)
            except ValidationError as error:
                raise EvalError(f"{where}{explained(error)}") from error
            if row.id in found:
                raise EvalError(f"{where}: the id {row.id!r} is there already, at {found[row.id][1]}.")
            found[row.id] = row, where
    return found


def explained(error: ValidationError) -> str:
    """The first thing that is wrong, with the field it is about, to stand behind a place."""
    found = error.errors(include_url=False)[0]
    field = ".".join(str(part) for part in found["loc"])
    return f"{': ' + field if field else ''}: {str(found['msg']).removeprefix('Value error, ')}"


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    """The lines of a file that are not blank, each with where it stands."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise EvalError(f"{path} cannot be read: {error}") from error
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield line, f"{path}, line {number}"


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """Grades by query id and corpus id. Raises EvalError."""
    found: dict[str, dict[str, int]] = {}
    for number, (line, where) in enumerate(_lines(path)):
        columns = line.rstrip("\r").split("\t")
        if number == 0 and columns[-1].strip() == "score":
            continue
        try:
            query, document, score = columns
            grade = int(score)
        except ValueError as error:
            raise EvalError(f"{where}: this is not query-id, corpus-id, score.") from error
        if abs(grade) > HIGHEST_GRADE:
            raise EvalError(f"{where}: the score {grade} is out of range.")
        if found.setdefault(query, {}).setdefault(document, grade) != grade:
            raise EvalError(f"{where}: this document has another score for this query already.")
    return found


def wordings(exact: object, *, one: bool) -> tuple[tuple[str, ...], ...]:
    """BioASQ's exact answers as facts: wordings of one thing, or several things, each with its wordings."""
    if not isinstance(exact, list):
        return ()
    items: Iterable[Any] = exact if all(isinstance(item, list) for item in exact) else [exact]
    facts = [tuple(str(wording) for wording in item if str(wording).strip()) for item in items]
    if one:
        facts = [tuple(wording for fact in facts for wording in fact)]
    return tuple(fact for fact in facts if fact)
