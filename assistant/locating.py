"""Where found passages stand in their files."""

from collections import defaultdict
from collections.abc import Iterable

from assistant.models import Hit
from index.errors import StaleRead
from index.reading import Snapshot
from index.store import Piece
from index.texts import Location, locate, piece_numbers

__all__ = ["locate_hits"]


def locate_hits(hits: Iterable[Hit], snapshot: Snapshot) -> list[tuple[Hit, Location]]:
    """Each passage with its bytes and lines, one request for each document; what has left the index is left out."""
    hits = list(hits)
    wanted: defaultdict[str, set[int]] = defaultdict(set)
    for hit in hits:
        wanted[hit.record.key].update(piece_numbers(hit.passage.span))
    pieces = {key: _pieces(key, numbers, snapshot) for key, numbers in wanted.items()}
    return [(hit, _location(hit, pieces[hit.record.key])) for hit in hits if pieces[hit.record.key]]


def _pieces(key: str, numbers: set[int], snapshot: Snapshot) -> dict[int, Piece]:
    try:
        return {piece.number: piece for piece in snapshot.volume.pieces(key, sorted(numbers))}
    except StaleRead:
        return {}


def _location(hit: Hit, pieces: dict[int, Piece]) -> Location:
    span = hit.passage.span
    return locate([pieces[number] for number in piece_numbers(span)], span, hit.record.encoding)
