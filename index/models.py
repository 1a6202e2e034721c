"""The nouns of the index. Offsets are 0-based code points, end exclusive, into a document's text as decoded."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Box",
    "CharacterBoxes",
    "Document",
    "DocumentRecord",
    "Element",
    "ElementKind",
    "Heads",
    "Label",
    "Passage",
    "Reading",
    "Sentence",
    "Span",
    "revision_of",
]

Label = Literal["prose", "caption", "abbreviation", "heading", "metadata", "references", "boilerplate"]
"""What a stretch of text is for. Ranking reads it; nothing is deleted because of it.

``prose`` running text · ``caption`` of a figure or table · ``abbreviation`` a term with its meaning ·
``heading`` · ``metadata`` authors, identifiers, dates, keywords · ``references`` a literature list ·
``boilerplate`` navigation, shop and legal text around the document.
"""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open, non-empty range of code points.

    Raises ValueError when it would be empty or start before 0.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if self.start < 0 or self.end <= self.start:
            raise ValueError(f"a span needs 0 <= start < end, not [{self.start}, {self.end})")

    def __len__(self) -> int:
        return self.end - self.start

    def cut(self, text: str) -> str:
        """The characters of ``text`` under the span; ValueError if the span reaches beyond it."""
        if self.end > len(text):
            raise ValueError(f"the span ends at {self.end}, the text at {len(text)}")
        return text[self.start : self.end]

    def shift(self, by: int) -> "Span":
        """The same length, ``by`` code points further on."""
        return Span(self.start + by, self.end + by)

    def overlaps(self, other: "Span") -> bool:
        """Whether the two share at least one code point."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: "Span") -> bool:
        """Whether every code point of ``other`` is in this span."""
        return self.start <= other.start and other.end <= self.end


CharacterBoxes = NDArray[np.int32]
"""Where each character of an extracted text stands: shape (characters, 5), columns page, left, top, right, bottom.

Pages count from 1; 0 is a character that stands nowhere, as a line break that the extractor put in. The rest is in
tenths of a point (1/720 inch) from the top left corner of the page as it is shown: cropped and turned.
"""

Heads = tuple[tuple[Span, ...], ...]
"""The headings over each cell of a table row, in the order of the cells; none over some."""

ElementKind = Literal["title", "heading", "paragraph", "item", "row", "caption", "reference", "metadata", "furniture"]
"""What the format or the layout says that a stretch is; see Label for what is made of it. ``paragraph`` says nothing
but that it belongs together, ``row`` is a row of a table, ``furniture`` a running head, page number or navigation."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page, in points from the top left corner of the page as it is shown; pages count from 1."""

    page: int
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Element:
    """What an extractor knows of a stretch of its text.

    Elements are in the order of the text and do not overlap; between them is white space only. ``level`` is a heading's
    depth from 1. ``heads`` are, for each cell of a table row, the headings that stand over it, elsewhere in the text.
    ``soft`` is a paragraph that may go on from the one before: only a page or column break parts them.
    """

    span: Span
    kind: ElementKind
    level: int = 0
    heads: Heads = ()
    soft: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """One unit that can be quoted, in reading order.

    ``parts`` has one span, or several where the layout broke a sentence and put something between; the
    parts are in reading order, which need not be the order of the file. ``heads`` are, for each cell of a table row,
    the headings that stand over it: searched with it and no part of it.
    """

    parts: tuple[Span, ...]
    label: Label
    section: str
    heads: Heads = ()

    @property
    def span(self) -> Span:
        """The first part: where the sentence starts to be read."""
        return self.parts[0]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader makes of a file's bytes: see Document.

    ``encoding`` is None for an extracted text. ``title`` and ``metadata`` are what the document states of itself; what
    a manifest states goes over that.
    """

    text: str
    encoding: str | None
    media_type: str
    extractor: str
    title: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    elements: tuple[Element, ...] = ()
    boxes: CharacterBoxes | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Document:
    """One source file: decoded and otherwise untouched, or extracted.

    ``location`` is where it was read (an absolute path), ``path`` how people are shown it (relative to the
    folder that was indexed). ``encoding`` decodes the file's bytes to ``text`` exactly, with Python's codec
    of that name; it is None where ``extractor`` made the text from another format, and then ``elements`` says what
    its stretches are and ``boxes``, in a format that has pages, where its characters stand. ``metadata`` holds what the
    manifest or the document itself states, as strings; ``stated`` is a digest of the manifest's part.
    """

    id: str
    location: str
    path: str
    title: str
    text: str
    encoding: str | None
    size: int
    media_type: str = "text/plain"
    extractor: str = "text 1"
    metadata: Mapping[str, str] = field(default_factory=dict)
    stated: str = ""
    elements: tuple[Element, ...] = ()
    boxes: CharacterBoxes | None = field(default=None, compare=False)

    @property
    def text_sha256(self) -> str:
        """SHA-256 of the text in UTF-8, hexadecimal."""
        return sha256(self.text.encode("utf-8")).hexdigest()


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """What the catalogue says of one indexed document, its text left out; ``encoding`` is None for an extracted one.

    ``key`` names this version of the document in the index: bytes, metadata and the way it was cut.
    """

    key: str
    id: str
    location: str
    path: str
    title: str
    encoding: str | None
    size: int
    media_type: str
    extractor: str
    text_sha256: str
    characters: int
    passages: int
    metadata: Mapping[str, str] = field(default_factory=dict)
    stated: str = ""

    @property
    def file_name(self) -> str:
        """The last component of the path."""
        return self.path.rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences that is retrieved together: ``text == span.cut(document.text)``, always.

    ``sentences`` lie within ``span``, except the further parts of a sentence that the layout broke.
    """

    document_key: str
    ordinal: int
    span: Span
    text: str
    section: str
    label: Label
    sentences: tuple[Sentence, ...]

    @property
    def id(self) -> str:
        """Unique in a collection and the same whenever the same bytes are indexed the same way."""
        return f"{self.document_key}/{self.ordinal}"


def revision_of(records: Iterable[DocumentRecord]) -> str:
    """A digest of what is indexed: the same documents give the same revision, whatever the order they came in."""
    lines = sorted(f"{record.key}\t{record.path}\t{record.title}" for record in records)
    return sha256("\n".join(lines).encode()).hexdigest()[:16]
