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
    "DropReason",
    "Dropped",
    "Fallback",
    "Hit",
    "Question",
    "Refusal",
    "RefusalReason",
    "Reply",
    "Stated",
    "Turn",
    "Writing",
]

Caution = Literal["cautious", "balanced", "eager"]
CitationRole = Literal["source", "part", "agrees", "supports"]
"""``source`` the sentence itself, ``part`` a piece of one that the layout broke, ``agrees`` another document that says
the same, ``supports`` what a model's words rest on."""
RefusalReason = Literal["nothing_relevant", "not_answered", "unsupported", "no_documents", "not_a_question"]
DropReason = Literal[
    "no_quote", "not_in_passages", "near_miss", "contradicted", "not_supported", "beside_the_question", "repeated"
]
"""Why a model's claim is not shown: it quotes nothing · its quotes are in no passage it was given · a quote differs
from the closest span there is · its quotes say otherwise · do not say it · they do, but far better sentences answer the
question · a claim that is shown already says it."""
Fallback = Literal["no_claim_survived", "model_found_nothing", "model_failed"]
"""Why sentences of the documents are given although a model was to write."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier turn of a conversation."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, of which documents, and how carefully. ``documents`` are ids; empty means all.

    ``history`` are the turns before, oldest first; ``generator`` names what writes the answer, None is the usual one.
    """

    text: str
    collection: str = "default"
    documents: tuple[str, ...] = ()
    max_sentences: int = 4
    caution: Caution = "balanced"
    history: tuple[Turn, ...] = ()
    generator: str | None = None


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
    """A sentence as shown: ``text`` is ``answer[start:end]``; ``citations`` are numbers, ``focus`` indexes ``text``.

    ``generated`` ones are a model's words, judged to be supported by what they cite; all others are the source's own.
    """

    text: str
    start: int
    end: int
    citations: tuple[int, ...]
    focus: tuple[tuple[int, int], ...] = ()
    generated: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """Sentences, each with at least one citation; markers in ``text`` and citations match one to one."""

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
class Dropped:
    """A claim of a model that is not shown. ``nearest`` is the closest span to a quotation that is not quite there."""

    reason: DropReason
    text: str
    detail: str = ""
    nearest: Citation | None = None


@dataclass(frozen=True, slots=True)
class Writing:
    """Who wrote an answer: ``generator`` as it was asked for, and the model's own name where there is one.

    ``usage`` counts tokens ("input", "output"); ``fallback`` says why the documents' sentences are given instead, and
    ``message`` says it to people.
    """

    generator: str = "extractive"
    model: str | None = None
    usage: Mapping[str, int] | None = None
    dropped: tuple[Dropped, ...] = ()
    fallback: Fallback | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Stated:
    """A generated sentence as soon as it is verified; the reply that follows has it in this place."""

    number: int
    sentence: AnswerSentence
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """An Answer or a Refusal with what it stands on.

    ``confidence`` is the probability that an answer is supported and answers the question; ``timings`` are
    milliseconds by stage. Everything else is the same for the same question, settings and revision, unless a model
    writes. ``rewritten`` is a follow-up as a question that stands alone, ``searched_for`` that with words respelt.
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
    rewritten: str | None = None
    writing: Writing = field(default_factory=Writing)
