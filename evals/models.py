"""The nouns of evaluation. Offsets are 0-based code points into a document's text, end exclusive."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, NamedTuple

from index.errors import CitespanError
from index.models import Span

__all__ = ["Case", "Dataset", "EvalError", "Outcome", "Place", "Quoted", "Said", "Scored", "Split", "fingerprint"]

Split = Literal["dev", "test"]


class EvalError(CitespanError):
    """An evaluation cannot be run: cases, data or a baseline are not what they should be."""


class Place(NamedTuple):
    """A span of a file: ``file`` is the document's path as the index shows it."""

    file: str
    span: Span

    def overlaps(self, other: "Place") -> bool:
        """Whether the two share a code point of the same file."""
        return self.file == other.file and self.span.overlaps(other.span)


@dataclass(frozen=True, slots=True)
class Case:
    """A question, and what a right answer is.

    ``evidence`` holds the required parts; each part is the places of which any one is enough. ``facts`` holds what
    the answer must say, each with its accepted wordings. ``relevant`` grades whole documents, by file. ``cluster``
    names what the case shares with others (a document), for resampling; ``fingerprint`` changes with the question and
    with what counts as right.
    """

    id: str
    question: str
    answerable: bool
    kind: str = "question"
    split: Split | None = None
    evidence: tuple[tuple[Place, ...], ...] = ()
    facts: tuple[tuple[str, ...], ...] = ()
    relevant: Mapping[str, int] = field(default_factory=dict)
    cluster: str = ""
    fingerprint: str = ""

    @property
    def places(self) -> tuple[Place, ...]:
        """Every accepted place, whatever part it belongs to."""
        return tuple(place for part in self.evidence for place in part)


def fingerprint(
    question: str,
    *,
    answerable: bool,
    quotes: tuple[tuple[tuple[str, str], ...], ...],
    facts: tuple[tuple[str, ...], ...],
    relevant: Mapping[str, int],
) -> str:
    """A digest of a question and of what counts as right: cases that differ in it cannot be compared.

    ``quotes`` are file and text of the evidence, by part: where it stands in the file may move.
    """
    counts = (question, answerable, quotes, facts, sorted(relevant.items()))
    return sha256(repr(counts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Dataset:
    """Cases over a folder of documents.

    ``answering`` is whether answers are scored too, or retrieval only. ``quotes`` is what stands at the places that
    the cases name, as far as it is known; ``notes`` is what a reader of the figures should know; ``selection`` says
    how these cases were chosen where they are not all there are. ``copies`` names, for a file whose text another file
    has, that other: it alone is indexed.
    """

    name: str
    documents: Path
    cases: tuple[Case, ...]
    answering: bool = True
    quotes: Mapping[Place, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    selection: Mapping[str, Any] | None = None
    copies: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Quoted:
    """A citation in an answer, with some of the document's text around it for people to read."""

    place: Place
    text: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence of an answer, and what it quotes."""

    text: str
    quotes: tuple[Quoted, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the assistant did with a case.

    ``sentences`` are the answer or, when it refused, the answer that it withheld. ``documents`` (files) and
    ``passages`` (ids) are ranked, best first; ``evidence`` are the ids of all passages in which accepted evidence
    stands, found or not. ``milliseconds`` is the wall time of the answer, or of the ranking where only that is wanted.
    """

    case: Case
    answered: bool
    confidence: float
    reason: str | None
    sentences: tuple[Said, ...]
    documents: tuple[str, ...]
    passages: tuple[str, ...]
    evidence: tuple[str, ...]
    milliseconds: float

    @property
    def shown(self) -> tuple[Said, ...]:
        """The sentences that a user saw: none when it refused."""
        return self.sentences if self.answered else ()


@dataclass(frozen=True, slots=True)
class Scored:
    """A case and what was measured of it; this is what result files hold.

    ``scores`` are by metric (``group/name``); a metric that is not about the case is absent. ``fingerprint`` is the
    case's, ``sentences`` are the outcome's.
    """

    id: str
    kind: str
    split: Split | None
    question: str
    answerable: bool
    cluster: str
    fingerprint: str
    answered: bool
    confidence: float
    reason: str | None
    sentences: tuple[Said, ...]
    scores: Mapping[str, float]
    milliseconds: float = 0.0

    @property
    def right(self) -> bool | None:
        """Whether the user was served: evidence among what is cited, or a refusal; None for a mere ranking."""
        return bool(self.scores["overall/right"]) if "overall/right" in self.scores else None

    @property
    def verdict(self) -> str:
        """What became of it, in words."""
        if self.right is None:
            return "ranked"
        if self.right:
            return "right" if self.answerable else "rightly refused"
        if not self.answerable:
            return "answered, though unanswerable"
        return "evidence not cited" if self.answered else "refused, though answerable"
