"""The public shapes of libraries of documents."""

from pydantic import BaseModel

from index.store import CollectionState

__all__ = ["CollectionList", "CollectionOut", "collection_out"]


class CollectionOut(BaseModel):
    """A library of documents."""

    name: str
    revision: str
    documents: int
    passages: int


class CollectionList(BaseModel):
    """Every collection, by name."""

    collections: list[CollectionOut]


def collection_out(state: CollectionState) -> CollectionOut:
    """The public shape of a collection's state."""
    return CollectionOut(name=state.name, revision=state.revision, documents=state.documents, passages=state.passages)
