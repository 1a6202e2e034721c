"""Where found passages stand in their files."""

from collections.abc import Iterable, Iterator

from assistant.models import Hit
from index.errors import StaleRead
from index.reading import Snapshot
from index.texts import Location

__all__ = ["locate_hits"]


def locate_hits(hits: Iterable[Hit], snapshot: Snapshot) -> list[tuple[Hit, Location]]:
    """Each passage with its bytes and lines, by one request; what has left the index meanwhile is left out."""
    hits = list(hits)
    try:
        places = snapshot.locate_all([(hit.record, hit.passage.span) for hit in hits])
    except StaleRead:
        return list(_one_by_one(hits, snapshot))
    return list(zip(hits, places, strict=True))


def _one_by_one(hits: Iterable[Hit], snapshot: Snapshot) -> Iterator[tuple[Hit, Location]]:
    for hit in hits:
        try:
            yield hit, snapshot.locate(hit.record, hit.passage.span)
        except StaleRead:
            continue
