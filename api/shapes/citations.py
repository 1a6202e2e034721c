"""The public shapes of quotations and of the documents that they stand in.

Offsets are 0-based code points, end exclusive; lines and pages 1-based, inclusive.
"""

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from assistant.models import Citation, CitationRole
from index.models import DocumentRecord
from index.text_fragments import text_fragment_url
from index.texts import Location

__all__ = ["CitationOut", "CitedDocument", "Listed", "PageBox", "boxes_out", "file_place"]

PageBox = Annotated[list[int | float], Field(min_length=5, max_length=5)]
"""Page, left, top, right, bottom."""


class CitationOut(BaseModel):
    """A quotation and where it stands. The ``char_location`` fields read alone are what existing clients expect."""

    id: int
    type: Literal["char_location"] = "char_location"
    role: CitationRole = Field(
        description="`source`: the sentence itself; `part`: a piece of one that the layout broke in two; `agrees`: "
        "another document that says the same; `supports`: what a model's words rest on."
    )
    cited_text: str
    document_index: int
    document_title: str
    start_char_index: int
    end_char_index: int
    document_id: str
    file_name: str
    start_byte: int | None
    end_byte: int | None
    start_line: int | None
    end_line: int | None
    start_page: int | None = None
    end_page: int | None = None
    boxes: list[PageBox] | None = Field(
        None,
        description="Where its lines stand on their pages: page, left, top, right, bottom, in points from the top left "
        "corner of the page as it is shown.",
    )
    source_url: str | None = Field(
        None, description="A link to these words on the web page that the file was saved of."
    )
    section: str
    passage_id: str
    score: float


class CitedDocument(BaseModel):
    """A document that citations point into."""

    index: int
    id: str
    path: str
    title: str
    media_type: str
    encoding: str | None = Field(description="Null where the text was extracted from another format.")
    extractor: str
    text_sha256: str


class Listed:
    """The documents that citations point into, numbered in the order that they are first cited in."""

    def __init__(self) -> None:
        self._records: dict[str, DocumentRecord] = {}

    def cite(self, citations: Iterable[Citation]) -> list[CitationOut]:
        """The public shape of citations; documents that are new are listed."""
        return [self._citation(citation) for citation in citations]

    def documents(self) -> list[CitedDocument]:
        """All of them."""
        return [_document(record, number) for number, record in enumerate(self._records.values())]

    def those_of(self, citations: Sequence[CitationOut]) -> list[CitedDocument]:
        """Those that these citations point into."""
        meant = {citation.document_index for citation in citations}
        return [document for document in self.documents() if document.index in meant]

    def _citation(self, citation: Citation) -> CitationOut:
        location, record = citation.location, citation.record
        self._records.setdefault(record.key, record)
        return CitationOut(
            id=citation.number,
            role=citation.role,
            cited_text=citation.cited_text,
            document_index=list(self._records).index(record.key),
            document_title=record.title,
            start_char_index=location.span.start,
            end_char_index=location.span.end,
            document_id=record.id,
            file_name=record.file_name,
            **file_place(location),
            boxes=boxes_out(location),
            source_url=_source_url(citation),
            section=citation.section,
            passage_id=citation.passage_id,
            score=citation.score,
        )


def file_place(location: Location) -> dict[str, int | None]:
    """Bytes and lines of a span of a text file, pages of one that has pages; the rest is null."""
    first, last = location.pages or (None, None)
    return {
        "start_byte": location.start_byte,
        "end_byte": location.end_byte,
        "start_line": None if location.extracted else location.start_line,
        "end_line": None if location.extracted else location.end_line,
        "start_page": first,
        "end_page": last,
    }


def boxes_out(location: Location) -> list[PageBox] | None:
    """The boxes of a span; null where the format has none."""
    return [[box.page, box.left, box.top, box.right, box.bottom] for box in location.boxes] or None


def _source_url(citation: Citation) -> str | None:
    url = citation.record.metadata.get("url", "")
    return text_fragment_url(url, "", citation.cited_text, "") if url.startswith(("http://", "https://")) else None


def _document(record: DocumentRecord, place: int) -> CitedDocument:
    return CitedDocument(
        index=place,
        id=record.id,
        path=record.path,
        title=record.title,
        media_type=record.media_type,
        encoding=record.encoding,
        extractor=record.extractor,
        text_sha256=record.text_sha256,
    )
