"""The nouns of answering. Offsets are 0-based code points, end exclusive; lines are 1-based, inclusive."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from index.models import DocumentRecord, Passage
from index.passages import Shown
from index.store import Vectors
from index.texts import Location

__all__ = [
    "Answer",
    "AnswerSentence",
    "Caution",
    "Citation",
    "CitationRole",
    "Hit",
    "Question",
    "Refusal",
    "RefusalReason",
    "Reply",
]

Caution = Literal["cautious", "balanced", "eager"]
CitationRole = Literal["source", "part", "agrees"]
RefusalReason = Literal["nothing_relevant", "not_answered", "unsupported", "no_documents", "not_a_question"]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, of which documents, and how carefully. ``documents`` are ids; empty means all."""

    text: str
    collection: str = "default"
    documents: tuple[str, ...] = ()
    max_sentences: int = 4
    caution: Caution = "balanced"


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage with its scores: ``score`` fused in [0, 1], ``dense`` cosine, ``lexical`` BM25; higher is better.

    ``sentence_vectors`` has a row of unit length for each of the passage's sentences, ``shown`` how each is shown, None
    where that depends on the words of all documents.
    """

    passage: Passage
    sentence_vectors: Vectors
    shown: Sequence[Shown | None]
    record: DocumentRecord
    score: float
    dense: float
    lexical: float


@dataclass(frozen=True, slots=True)
class Citation:
    """A span of a document, quoted. Made in ``assistant/citing.py`` only, re-cut from the stored text."""

    number: int
    role: CitationRole
    record: DocumentRecord
    location: Location
    section: str
    passage_id: str
    score: float

    @property
    def cited_text(self) -> str:
        """The source's own characters."""
        return self.location.text


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """A sentence as shown: ``text`` is ``answer[start:end]``; ``citations`` are numbers, ``focus`` indexes ``text``."""

    text: str
    start: int
    end: int
    citations: tuple[int, ...]
    focus: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """Verbatim sentences, each with at least one citation; markers in ``text`` and citations match one to one."""

    text: str
    sentences: tuple[AnswerSentence, ...]
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """The documents do not say.

    ``missing`` are words of the question they lack, ``nearest`` what came closest. ``withheld`` is the answer that a
    less careful assistant would have given: evaluation measures it, users are not shown it.
    """

    reason: RefusalReason
    message: str
    missing: tuple[str, ...] = ()
    nearest: tuple[Citation, ...] = ()
    withheld: Answer | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """An Answer or a Refusal with what it stands on.

    ``confidence`` is the probability that an answer is supported and answers the question; ``timings`` are
    milliseconds by stage. Everything else is the same for the same question, settings and revision.
    """

    id: str
    question: Question
    result: Answer | Refusal
    confidence: float
    collection: str
    revision: str
    documents: int
    passages: int
    timings: Mapping[str, float] = field(default_factory=dict)
    searched_for: str | None = None
