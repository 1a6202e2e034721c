"""Labels of blocks: what each one is for, told from its words, its shape and its neighbours."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.models import Heads, Label
from index.segmenting.blocks import Block
from index.segmenting.looks import Look, label_of, looks_of
from index.segmenting.patterns import (
    ABBREVIATIONS_HEADING,
    BARE_LABEL,
    CITATION,
    END_MATTER_HEADING,
    JOURNAL_ISSUE,
    METADATA,
    REFERENCES_HEADING,
)

__all__ = ["Labelled", "in_sections", "label_blocks"]

_MEANING = re.compile(r"\S.{0,30}?(?::\s|\t|\s[-–—=]\s|\s{3,})\s*\S")
_FEWEST_PAIRS = 3
_SPREAD = 3


@dataclass(frozen=True, slots=True)
class Labelled:
    """A block, what it is for, the heading it stands under, and those of its columns if it is a table's row."""

    block: Block
    label: Label
    section: str
    heads: Heads = ()


def label_blocks(text: str, blocks: Sequence[Block], *, pairs: bool = True) -> list[Labelled]:
    """Every block with its label and section, in file order; with ``pairs``, terms and meanings are made one block."""
    looks = looks_of(text, _pair_terms(text, blocks) if pairs else blocks)
    labels = [label_of(looks, number) for number in range(len(looks))]
    _label_captions(looks, labels)
    _label_references(looks, labels)
    _label_abbreviations(text, looks, labels)
    _spread(looks, labels)
    return in_sections([look.block for look in looks], labels, text)


def _pair_terms(text: str, blocks: Sequence[Block]) -> list[Block]:
    """Blocks "TERM:" and meaning made one, where at least three such pairs follow each other."""
    result: list[Block] = []
    number = 0
    while number < len(blocks):
        pairs = 0
        while _is_pair(text, blocks, number + 2 * pairs):
            pairs += 1
        if pairs < _FEWEST_PAIRS:
            result.append(blocks[number])
            number += 1
            continue
        result += [Block(a.lines + b.lines, "pair") for a, b in _in_twos(blocks[number : number + 2 * pairs])]
        number += 2 * pairs
    return result


def _in_twos(blocks: Sequence[Block]) -> Iterator[tuple[Block, Block]]:
    return zip(blocks[::2], blocks[1::2], strict=True)


def _is_pair(text: str, blocks: Sequence[Block], number: int) -> bool:
    if number + 1 >= len(blocks):
        return False
    term, meaning = blocks[number], blocks[number + 1]
    if len(term.lines) > 1 or len(meaning.lines) > 2 or term.end - term.start > 40 or text[term.end - 1] != ":":
        return False
    return meaning.end - meaning.start <= 150 and text[meaning.end - 1] != ":"


def _label_captions(looks: Sequence[Look], labels: list[Label]) -> None:
    """What follows a caption's label that stood alone in its block is the caption."""
    for number in range(1, len(looks)):
        bare = labels[number - 1] == "caption" and BARE_LABEL.match(looks[number - 1].text)
        if bare and labels[number] in ("prose", "heading") and looks[number].block.lines[0].gap == "line":
            labels[number] = "caption"


def _label_references(looks: Sequence[Look], labels: list[Label]) -> None:
    """What looks like literature below a heading "References", up to the next heading that is none of it."""
    inside = seen = False
    for number, look in enumerate(looks):
        if REFERENCES_HEADING.match(look.text):
            inside = seen = True
            labels[number] = "heading"
        elif seen and labels[number] in ("prose", "metadata") and JOURNAL_ISSUE.search(look.text):
            inside, labels[number] = True, "references"
        elif inside and not _is_settled(look, labels[number]):
            entry = CITATION.search(look.text) is not None and not END_MATTER_HEADING.match(look.text)
            goes_on = labels[number - 1] == "references" and labels[number] == "prose"
            inside = entry or (labels[number] != "heading" and not END_MATTER_HEADING.match(look.text))
            if entry or (goes_on and inside):
                labels[number] = "references"


def _is_settled(look: Look, label: Label) -> bool:
    """Whether a block among the references keeps the label that it has."""
    return label in ("boilerplate", "caption", "abbreviation", "references") or (
        label == "metadata" and METADATA.match(look.text) is not None
    )


def _label_abbreviations(text: str, looks: Sequence[Look], labels: list[Label]) -> None:
    """Lines "AF: amniotic fluid" below a heading "Abbreviations"."""
    inside = False
    for number, look in enumerate(looks):
        if ABBREVIATIONS_HEADING.match(look.text):
            inside = True
            labels[number] = "heading"
        elif inside and labels[number] in ("prose", "heading", "metadata"):
            block = look.block
            inside = _MEANING.match(text, block.start, block.end) is not None
            labels[number] = "abbreviation" if inside else labels[number]
        elif labels[number] not in ("abbreviation", "boilerplate"):
            inside = False


def _spread(looks: Sequence[Look], labels: list[Label]) -> None:
    """Short blocks enclosed by furniture are furniture; so are short lines directly below furniture or metadata."""
    above = _reached(looks, labels, range(len(looks)))
    below = _reached(looks, labels, range(len(looks) - 1, -1, -1))
    for number in above & below:
        if labels[number] in ("prose", "heading", "metadata"):
            labels[number] = "boilerplate"
    _spread_down(looks, labels)


def _reached(looks: Sequence[Look], labels: Sequence[Label], order: range) -> set[int]:
    """Numbers of short blocks with furniture a few short blocks before them in this order."""
    reached: set[int] = set()
    left = 0
    for number in order:
        if _is_seed(looks[number], labels[number]):
            left = _SPREAD
        elif not looks[number].short:
            left = 0
        elif left:
            left -= 1
            reached.add(number)
    return reached


def _is_seed(look: Look, label: Label) -> bool:
    """Whether the block is furniture by its wording; page numbers and running heads say nothing of what is near."""
    return label == "boilerplate" and look.block.kind != "furniture"


def _spread_down(looks: Sequence[Look], labels: list[Label]) -> None:
    for number in range(1, len(looks)):
        look, above = looks[number], labels[number - 1]
        below = look.block.lines[0].gap == "line" and look.short and look.block.kind in ("text", "item")
        if below and labels[number] == "prose" and above in ("boilerplate", "metadata") and not look.clausal:
            labels[number] = above


def in_sections(blocks: Sequence[Block], labels: Sequence[Label], text: str) -> list[Labelled]:
    """Blocks with these labels, each in the section of the last heading before it."""
    section, found = "", []
    for block, label in zip(blocks, labels, strict=True):
        found.append(Labelled(block, label, section))
        if label == "heading":
            section = _heading_text(block.folded(text))
    return found


def _heading_text(text: str) -> str:
    return re.sub(r"\s(?:=+|-{2,}|#+)\Z", "", re.sub(r"\A#{1,6}\s+", "", text)).strip()
