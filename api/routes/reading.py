"""What every path that reads the index has in common: which collection, one more try, and the problems it can have."""

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from api.problems.details import responses_for
from api.problems.kinds import KindName
from index.errors import StaleRead

__all__ = ["DEFAULT_COLLECTION", "CollectionQuery", "Responses", "again", "reading_responses"]

DEFAULT_COLLECTION = "default"

Result = TypeVar("Result")
Responses = dict[int | str, dict[str, Any]]


class CollectionQuery(BaseModel):
    """Which library of documents."""

    model_config = ConfigDict(extra="forbid")
    collection: str = Field(DEFAULT_COLLECTION, min_length=1, description="The library of documents to look in.")


def again(read: Callable[[], Result]) -> Result:
    """Read, and once more from the newest state when what was read left the index meanwhile."""
    try:
        return read()
    except StaleRead:
        return read()


def reading_responses(path: str, *others: KindName) -> Responses:
    """The problems that every path which reads the index can have, and others."""
    path = path.format(document_id="sha256:00")
    return responses_for(
        path, "invalid-request", *others, "index-missing", "index-mismatch", "stale-read", "store", "internal"
    )
