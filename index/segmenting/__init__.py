"""Text to sentences: blocks, their labels, their sentences, and the sentences that the layout broke."""

from collections.abc import Iterator, Sequence

from index.models import Element, Sentence, Span
from index.segmenting.blocks import gather
from index.segmenting.boundaries import LONGEST, sentence_spans, trimmed
from index.segmenting.elements import blocks_of, label_elements
from index.segmenting.labelling import Labelled, label_blocks
from index.segmenting.rejoining import Fragments, rejoin

__all__ = ["segment"]

_WHOLE_REFERENCE = 500


def segment(text: str, *, media_type: str = "text/plain", elements: Sequence[Element] = ()) -> tuple[Sentence, ...]:
    """Every visible character of ``text`` in exactly one part of one sentence, by where sentences start to be read.

    ``elements`` are what an extractor knows of the text. Without any, ``media_type`` "text/markdown" reads headings,
    fences and tables as Markdown; any other is plain text.
    """
    if elements:
        blocks = label_elements(text, blocks_of(text, elements), elements)
    else:
        blocks = label_blocks(text, gather(text, markdown=media_type == "text/markdown"))
    fragments = [Fragments(labelled, tuple(_spans(text, labelled))) for labelled in blocks]
    return tuple(sorted(_sentences(text, fragments), key=lambda sentence: sentence.span))


def _sentences(text: str, fragments: Sequence[Fragments]) -> Iterator[Sentence]:
    follows = rejoin(text, fragments)
    joined = set(follows.values())
    places = {span: fragment.block for fragment in fragments for span in fragment.spans}
    for span, labelled in places.items():
        if span not in joined:
            yield Sentence(_merged(text, _chain(span, follows)), labelled.label, labelled.section, labelled.heads)


def _chain(span: Span, follows: dict[Span, Span]) -> list[Span]:
    parts = [span]
    while parts[-1] in follows:
        parts.append(follows[parts[-1]])
    return parts


def _merged(text: str, parts: Sequence[Span]) -> tuple[Span, ...]:
    """Parts with nothing but white space between them made one."""
    merged: list[Span] = []
    for part in parts:
        last = merged[-1] if merged else None
        if last and last.end <= part.start and (last.end == part.start or text[last.end : part.start].isspace()):
            merged[-1] = Span(last.start, part.end)
        else:
            merged.append(part)
    return tuple(merged)


def _spans(text: str, labelled: Labelled) -> Iterator[Span]:
    block = labelled.block
    whole = labelled.label in ("heading", "metadata") or block.kind in ("entry", "pair", "code", "row", "furniture")
    limit = _WHOLE_REFERENCE if labelled.label == "references" and not whole else LONGEST
    if labelled.label == "abbreviation" and block.kind != "pair":
        yield from _pairs(text, block.start, block.end)
    elif (whole or labelled.label == "references") and block.end - block.start <= limit:
        yield Span(block.start, block.end)
    else:
        yield from sentence_spans(text, block.start, block.end)


def _pairs(text: str, start: int, end: int) -> Iterator[Span]:
    """A running list "AF: amniotic fluid; BM: bone marrow" cut after its semicolons, a list of lines at its lines."""
    while start < end:
        stops = [stop + 1 for stop in (text.find(";", start, end), text.find("\n", start, end)) if stop >= 0]
        stop = min(stops, default=end)
        piece = trimmed(text, start, stop)
        if piece:
            yield from sentence_spans(text, piece.start, piece.end) if len(piece) > LONGEST else [piece]
        start = stop
