"""Bytes of a document into what a reader and the segmenter make of them, for tests of the formats."""

from collections.abc import Callable, Sequence

from index.errors import FileSkipped
from index.models import Heads, Reading, Sentence
from index.segmenting import segment
from index.segmenting.elements import blocks_of

__all__ = ["Reader", "elements_of", "heads_of", "outcome", "read", "sentences_of", "texts_labelled"]

Reader = Callable[[str, bytes], Reading]


def read(reader: Reader, content: str | bytes, *, path: str = "folder/a file") -> Reading:
    """What a reader makes of these bytes; its elements tile the text."""
    reading = reader(path, content.encode() if isinstance(content, str) else content)
    blocks_of(reading.text, reading.elements)
    return reading


def outcome(reader: Reader, content: str | bytes) -> str:
    """The text, or the reason why there is none; nothing else is raised."""
    try:
        return read(reader, content).text
    except FileSkipped as skipped:
        return f"skipped: {skipped.reason}" if "a file" in str(skipped) else "skipped without a name"


def elements_of(reading: Reading) -> list[tuple[str, str]]:
    """Kind and text of each element."""
    return [(element.kind, element.span.cut(reading.text)) for element in reading.elements]


def sentences_of(reading: Reading) -> Sequence[Sentence]:
    """The sentences of the text."""
    return segment(reading.text, media_type=reading.media_type, elements=reading.elements)


def texts_labelled(reading: Reading, label: str) -> list[str]:
    """The texts of the sentences with a label."""
    return [sentence.span.cut(reading.text) for sentence in sentences_of(reading) if sentence.label == label]


def heads_of(reading: Reading, heads: Heads) -> list[list[str]]:
    """The headings over each cell, as texts."""
    return [[span.cut(reading.text) for span in over] for over in heads]
