"""The public shapes of what a question finds: passages with their scores and their places in the files."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from api.shapes.answers import IndexOut
from api.shapes.asking import EXAMPLE
from api.shapes.citations import file_place
from assistant.finding import Found
from assistant.locating import locate_hits
from assistant.models import Hit, Question
from index.models import Label
from index.texts import Location

__all__ = ["PassageOut", "PassagePlace", "SearchRequest", "SearchResponse", "passage_places", "search_response"]


class PassagePlace(BaseModel):
    """Where a passage stands, and how well it fits; offsets, bytes and lines like those of a citation."""

    passage_id: str
    score: float = Field(description="What passages are ordered by, from 0 to about 1.")
    similarity: float | None = Field(description="Cosine to the question; null where the search by meaning missed it.")
    bm25: float | None = Field(description="BM25; null where the search by words missed it.")
    section: str
    label: Label
    document_id: str
    document_title: str
    file_name: str
    path: str
    start_char_index: int
    end_char_index: int
    start_byte: int | None
    end_byte: int | None
    start_line: int | None
    end_line: int | None
    start_page: int | None
    end_page: int | None


class PassageOut(PassagePlace):
    """A passage."""

    text: str = Field(description="The source from start_char_index to end_char_index, unchanged.")


class SearchRequest(BaseModel):
    """What to find passages for. Only ``question`` is required; unknown fields are errors."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"question": EXAMPLE}, {"question": EXAMPLE, "limit": 3}]}
    )
    question: str = Field(description="What to find passages for.", max_length=2000, min_length=1)
    collection: str = Field("default", min_length=1, description="The library of documents to look in.")
    documents: list[str] = Field(
        default_factory=list, max_length=1000, description="Ids of the only documents to look in."
    )
    limit: int = Field(10, ge=1, le=100, description="Most passages to give.")

    def as_question(self) -> Question:
        """The question, for those who find."""
        return Question(self.question, collection=self.collection, documents=tuple(self.documents))


class SearchResponse(BaseModel):
    """Passages, best first."""

    schema_: Literal[1] = Field(1, alias="schema", serialization_alias="schema")
    question: str
    searched_for: str | None = Field(description="The question as it was searched for, where that differs.")
    index: IndexOut
    passages: list[PassageOut]


def search_response(question: str, found: Found, *, limit: int) -> SearchResponse:
    """The public shape of what was found; passages that have left the index since are left out."""
    snapshot = found.snapshot
    located = locate_hits(found.hits[:limit], snapshot)
    return SearchResponse(
        question=question,
        searched_for=found.searched_for,
        index=IndexOut(
            collection=snapshot.state.name,
            revision=snapshot.derived.revision,
            documents=snapshot.documents,
            passages=snapshot.passages_searched,
        ),
        passages=[PassageOut(**_place(hit, place, found), text=hit.passage.text) for hit, place in located],
    )


def passage_places(found: Found) -> list[PassagePlace]:
    """The passages that an answer is looked for in, without their text."""
    return [PassagePlace(**_place(hit, place, found)) for hit, place in locate_hits(found.hits, found.snapshot)]


def _place(hit: Hit, place: Location, found: Found) -> Mapping[str, object]:
    return {
        "passage_id": hit.passage.id,
        "score": round(hit.score, 4),
        "similarity": _rounded(found.ranking.dense, hit),
        "bm25": _rounded(found.ranking.lexical, hit),
        "section": hit.passage.section,
        "label": hit.passage.label,
        "document_id": hit.record.id,
        "document_title": hit.record.title,
        "file_name": hit.record.file_name,
        "path": hit.record.path,
        "start_char_index": place.span.start,
        "end_char_index": place.span.end,
        **file_place(place),
    }


def _rounded(scores: Mapping[str, float], hit: Hit) -> float | None:
    return round(scores[hit.passage.id], 4) if hit.passage.id in scores else None
