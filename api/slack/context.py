"""The modal that shows a quotation where it stands: the text around it, cut from the index when it is asked for."""

from collections.abc import Iterator

from api.slack.buttons import Pressed
from api.slack.rich_text import Block, rich, section, text
from api.slack.text import printable, shorten, units
from api.wording import place_in
from index.errors import CitespanError
from index.models import Span
from index.reading import IndexReader

__all__ = ["context_view", "notice_view"]

AROUND = 1000
"""Code points of the document on either side of the quotation."""
LONGEST_QUOTE = 4500
LONGEST_BLOCK = 2900
TITLE = "Source in context"


def context_view(pressed: Pressed, reader: IndexReader) -> Block:
    """The document around the quotation that a button stands for, the quotation in bold, as it stands in the file.

    Raises DocumentNotFound when the document left the index, StaleRead when it is leaving it now.
    """
    if pressed.document_id is None or pressed.start is None or pressed.end is None:
        raise CitespanError("The button names no source.")
    snapshot = reader.snapshot(pressed.collection)
    record = snapshot.record(pressed.document_id)
    span = Span(pressed.start, pressed.end)
    wide = Span(max(0, span.start - AROUND), min(record.characters, span.end + AROUND))
    around = snapshot.locate(record, wide)
    inner = span.shift(-wide.start)
    before, quoted, after = around.text[: inner.start], inner.cut(around.text), around.text[inner.end :]
    quoted_shown = shorten(printable(quoted), LONGEST_QUOTE)
    blocks = [
        _heading(record.title, ", ".join(filter(None, [record.path, place_in(around)]))),
        *_texts(("…" if wide.start else "") + printable(before), bold=False),
        *_texts(quoted_shown, bold=True),
        *_texts(printable(after) + ("…" if wide.end < record.characters else ""), bold=False),
    ]
    return _view(_joined(blocks))


def notice_view(words: str) -> Block:
    """A modal that says why there is no context to show."""
    said = {"type": "plain_text", "text": shorten(printable(words), LONGEST_BLOCK) or "?", "emoji": False}
    return _view([{"type": "section", "text": said}])


def _view(blocks: list[Block]) -> Block:
    title, close = ({"type": "plain_text", "text": words, "emoji": False} for words in (TITLE, "Close"))
    return {"type": "modal", "title": title, "close": close, "blocks": blocks}


def _heading(title: str, place: str) -> Block:
    first, second = (shorten(printable(words), 400) for words in (title, place))
    named = [text(first, bold=True)] if first else []
    return rich(section([*named, text(f"\n{second}")]))


def _texts(words: str, *, bold: bool) -> Iterator[Block]:
    """The text in pieces that fit into a block, none of them cut within a character."""
    rest = words
    while rest:
        piece = rest if units(rest) <= LONGEST_BLOCK else shorten(rest, LONGEST_BLOCK + 1)[:-1]
        yield text(piece, bold=bold)
        rest = rest[len(piece) :]


def _joined(items: list[Block]) -> list[Block]:
    """Text elements put together into blocks as long as Slack takes them; blocks stay as they are."""
    blocks: list[Block] = []
    elements: list[Block] = []
    for item in items:
        if item["type"] != "text":
            blocks.append(item)
            continue
        if elements and sum(units(element["text"]) for element in elements) + units(item["text"]) > LONGEST_BLOCK:
            blocks.append(rich(section(elements)))
            elements = []
        elements.append(item)
    return [*blocks, *([rich(section(elements))] if elements else [])]
