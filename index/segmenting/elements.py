"""Blocks of a text whose extractor knows what its stretches are: nothing to guess but what the words say."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from index.models import Element, ElementKind, Label
from index.segmenting.blocks import Block, Kind
from index.segmenting.labelling import Labelled, in_sections, label_blocks
from index.segmenting.lines import Line, split_lines

__all__ = ["blocks_of", "label_elements"]

_KINDS: Mapping[ElementKind, Kind] = {
    "title": "heading",
    "heading": "heading",
    "item": "item",
    "row": "row",
    "reference": "entry",
    "furniture": "furniture",
}
_LABELS: Mapping[ElementKind, Label] = {
    "title": "heading",
    "heading": "heading",
    "row": "prose",
    "caption": "caption",
    "reference": "references",
    "metadata": "metadata",
    "furniture": "boilerplate",
}
"""What is certain. Of paragraphs and list items the words say whether they are prose."""


def blocks_of(text: str, elements: Sequence[Element]) -> list[Block]:
    """A block for each element, its lines those of the text.

    Raises ValueError where elements overlap, are not in order, or leave visible text between them.
    """
    _check(text, elements)
    blocks: list[Block] = []
    for element in elements:
        lines = split_lines(element.span.cut(text))
        placed = [
            replace(line, start=line.start + element.span.start, end=line.end + element.span.start) for line in lines
        ]
        blocks.append(Block(tuple(_apart(placed, soft=element.soft)), _KINDS.get(element.kind, "text"), element.soft))
    return blocks


def _check(text: str, elements: Sequence[Element]) -> None:
    at = 0
    for element in elements:
        if element.span.start < at or text[at : element.span.start].strip() or not element.span.cut(text).strip():
            raise ValueError(f"elements must tile the visible text in order; {element.span} does not")
        at = element.span.end
    if text[at:].strip():
        raise ValueError(f"the text from {at} is in no element")


def _apart(lines: Sequence[Line], *, soft: bool) -> list[Line]:
    """The lines of an element stand together, apart from what is before them."""
    first = replace(lines[0], gap="page" if soft else "blank")
    return [first, *(replace(line, gap="line") for line in lines[1:])]


def label_elements(text: str, blocks: Sequence[Block], elements: Sequence[Element]) -> list[Labelled]:
    """Every block with its label and section: what the extractor is certain of, the rest told from its words."""
    guessed = label_blocks(text, blocks, pairs=False)
    labels = [
        _LABELS.get(element.kind) or _unless_heading(labelled.label)
        for element, labelled in zip(elements, guessed, strict=True)
    ]
    heads = {block.start: element.heads for block, element in zip(blocks, elements, strict=True) if element.heads}
    return [
        replace(labelled, heads=heads.get(labelled.block.start, ()))
        for labelled in in_sections([labelled.block for labelled in guessed], labels, text)
    ]


def _unless_heading(label: Label) -> Label:
    """Whatever looks like a heading in a paragraph is none: the extractor knows headings."""
    return "prose" if label == "heading" else label
