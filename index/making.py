"""How an index is made, recorded in it, and held against what is in force."""

import re
from collections.abc import Mapping
from hashlib import sha256

from index.chunking import CHUNKING
from index.embedding import Embedder
from index.errors import IndexingError, IndexMismatch
from index.store import CollectionState

__all__ = [
    "FORMAT",
    "NAME",
    "check_format",
    "check_name",
    "check_not_newer",
    "check_state",
    "document_key",
    "following",
    "making_of",
    "new_state",
    "volume_name",
]

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
FORMAT = 3
"""Version of what is stored. An index of another version is refused with the command that makes it anew."""


def check_name(collection: str) -> None:
    """Raises IndexingError for a collection name that could not be stored, or not everywhere."""
    if not NAME.fullmatch(collection):
        raise IndexingError(
            f"A collection cannot be called {collection!r}: use up to 63 lower-case letters, digits, - and _, "
            "a letter or digit first."
        )


def making_of(embedder: Embedder, *, tokens: int) -> dict[str, str]:
    """Everything that, when changed, would make other passages or vectors of the same documents."""
    return {
        "model": embedder.name,
        "weights": embedder.fingerprint,
        "dimension": str(embedder.dimension),
        "chunking": CHUNKING,
        "passage_tokens": str(min(tokens, embedder.window)),
    }


def new_state(name: str, making: Mapping[str, str]) -> CollectionState:
    """The state of an empty collection."""
    return CollectionState(name, FORMAT, volume_name(making), dict(making), revision="empty", documents=0, passages=0)


def following(volume: str, *, named: str) -> str:
    """The name of the volume that a rebuild fills after ``volume``: ``named`` by how it is made, and numbered.

    It is none that the collection had before, so no reader takes one that was deleted for the one in force; and it is
    the same for a rebuild that is tried again.
    """
    number = re.search(r"-(\d+)$", volume)
    return f"{named}-{int(number[1]) + 1 if number else 2}"


def volume_name(making: Mapping[str, str]) -> str:
    """Names a volume by how it is made, so that an interrupted rebuild finds what it had done."""
    facts = "\n".join(f"{name}={value}" for name, value in sorted(making.items()))
    return sha256(f"{FORMAT}\n{facts}".encode()).hexdigest()[:12]


def document_key(document_id: str, title: str, media_type: str, extractor: str) -> str:
    """Names a version of a document in a volume: the same bytes read alike under the same title are the same one."""
    return sha256(f"{document_id}\n{title}\n{media_type}\n{extractor}".encode()).hexdigest()[:24]


def check_not_newer(state: CollectionState) -> None:
    """Raises IndexMismatch when a newer citespan made the index: not even a rebuild can read it."""
    if state.format > FORMAT:
        raise IndexMismatch(
            f"This index has format {state.format}, made by a newer citespan; this one reads {FORMAT}. "
            "Upgrade citespan, or make the index anew in another CITESPAN_STATE_DIR."
        )


def check_format(state: CollectionState) -> None:
    """Raises IndexMismatch when the index has another format than this citespan writes, saying what helps."""
    check_not_newer(state)
    if state.format < FORMAT:
        raise IndexMismatch(f"This index has the older format {state.format} (now {FORMAT}). Run: {_remake(state)}")


def check_state(state: CollectionState, making: Mapping[str, str]) -> None:
    """Raises IndexMismatch when an index cannot be used as it is, naming the command that helps."""
    check_format(state)
    changed = [name for name in making if state.making.get(name) != making[name]]
    if changed:
        before = ", ".join(f"{name} {state.making.get(name, 'unknown')}" for name in changed)
        after = ", ".join(f"{name} {making[name]}" for name in changed)
        raise IndexMismatch(
            f"This index was made with {before}; now in force: {after}. Set it back, or run: {_remake(state)}"
        )


def _remake(state: CollectionState) -> str:
    return f"citespan index rebuild{'' if state.name == 'default' else f' --collection {state.name}'}"
