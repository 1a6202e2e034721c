"""Blocks: the runs of lines that belong together, before anything is known of what they say."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from index.segmenting.lines import Line, ends_sentence, first_letter, page_furniture, split_lines
from index.segmenting.names import is_author_list
from index.segmenting.patterns import (
    AFFILIATION,
    AFTER_MENTION,
    BARE_LABEL,
    BULLET,
    CAPTION,
    MARKDOWN_HEADING,
    METADATA,
    METADATA_WORDING,
    NUMBERED,
    REFERENCE_ENTRY,
    REFERENCES_HEADING,
)
from index.segmenting.shapes import Shape, hangs, is_heading_line, is_stepped

__all__ = ["Block", "Kind", "gather"]

Kind = Literal["text", "item", "entry", "row", "code", "heading", "furniture", "pair"]
"""The shape of a block: running text, list item, reference entry, table row, fenced code, heading, page
furniture, or a term with its meaning."""

_FENCE = re.compile(r"(?:```|~~~)")
_SETEXT = re.compile(r"(?:=+|-{2,})\Z")
_LONG_LINE = 200
_MOST = 400
_NARROW = 40
_FRONT = 30


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together; ``soft`` when only a line break that may be a page break parts it from the last."""

    lines: tuple[Line, ...]
    kind: Kind
    soft: bool = False

    @property
    def start(self) -> int:
        """Where its first visible character is."""
        return self.lines[0].start

    @property
    def end(self) -> int:
        """Past its last visible character."""
        return self.lines[-1].end

    def folded(self, text: str) -> str:
        """The beginning of the block with white space folded, for looking at what it is."""
        return " ".join(text[self.start : min(self.end, self.start + _MOST)].split())


def gather(text: str, *, markdown: bool) -> list[Block]:
    """The blocks of ``text`` in file order; together they hold every visible character once."""
    lines = split_lines(text)
    furniture = page_furniture(text, lines)
    gathering = _Gathering(text, markdown=markdown)
    for chunk in _chunks(lines, furniture):
        gathering.add([lines[number] for number in chunk], furniture=chunk[0] in furniture)
    return [Block(tuple(draft.lines), draft.kind, draft.soft) for draft in gathering.drafts]


def _chunks(lines: Sequence[Line], furniture: frozenset[int]) -> list[list[int]]:
    """Numbers of lines without a gap between them; page furniture stands alone."""
    chunks: list[list[int]] = []
    for number, line in enumerate(lines):
        apart = line.gap != "line" or number in furniture or number - 1 in furniture
        if apart or not chunks:
            chunks.append([])
        chunks[-1].append(number)
    return chunks


@dataclass(slots=True)
class _Draft:
    kind: Kind
    soft: bool
    lines: list[Line]


class _Gathering:
    """Cuts chunks of lines into blocks; remembers whether the text is in a reference list or in fenced code."""

    def __init__(self, text: str, *, markdown: bool) -> None:
        self.drafts: list[_Draft] = []
        self._text = text
        self._markdown = markdown
        self._in_references = False
        self._fenced = False

    def add(self, lines: Sequence[Line], *, furniture: bool) -> None:
        if furniture:
            self._open(lines[0], "furniture")
            return
        bodies = [line.body(self._text) for line in lines]
        shape = Shape.of(bodies)
        for number, line in enumerate(lines):
            if self._markdown and self._add_markdown(line, bodies, number):
                continue
            self._add_line(lines, bodies, number, shape)

    def _add_line(self, lines: Sequence[Line], bodies: Sequence[str], number: int, shape: Shape) -> None:
        line, body = lines[number], bodies[number]
        kind = self._kind(bodies, number, shape)
        if kind == "heading":
            self._in_references = REFERENCES_HEADING.match(body) is not None
        if number == 0 or kind in ("heading", "item", "entry"):
            self._open(line, kind)
        elif self._parts(bodies, number, shape):
            self._open(line, "text")
        elif self._may_break(lines, bodies, number):
            self._open(line, "text", soft=True)
        else:
            self._extend(line)

    def _may_break(self, lines: Sequence[Line], bodies: Sequence[str], number: int) -> bool:
        """Whether a page or column may have ended before the line, in the midst of a sentence."""
        if self.drafts[-1].kind != "text" or CAPTION.match(self.drafts[-1].lines[0].body(self._text)[:40]):
            return False
        inside = first_letter(bodies[number]).islower() and not ends_sentence(bodies[number - 1])
        return inside and is_stepped(lines, number)

    def _kind(self, bodies: Sequence[str], number: int, shape: Shape) -> Kind:
        body = bodies[number]
        before = bodies[number - 1] if number else ""
        fresh = not before or ends_sentence(before) or before.endswith(":") or self.drafts[-1].kind == "item"
        if self._in_references and REFERENCE_ENTRY.match(body):
            return "entry"
        if BULLET.match(body) or (fresh and NUMBERED.match(body)):
            return "heading" if is_heading_line(bodies, number, shape) else "item"
        if is_heading_line(bodies, number, shape) or REFERENCES_HEADING.match(body):
            return "heading"
        return "text"

    def _parts(self, bodies: Sequence[str], number: int, shape: Shape) -> bool:
        """Whether line ``number`` starts a block although only a line break comes before it."""
        body, before = bodies[number], bodies[number - 1]
        last = self.drafts[-1]
        if last.kind in ("heading", "code", "furniture"):
            return True
        if BARE_LABEL.match(before):
            return before.isalpha()
        if (CAPTION.match(body) and not AFTER_MENTION.search(before)) or self._starts_metadata(body, before):
            return True
        lower = first_letter(body).islower()
        if ends_sentence(before):
            first = last.lines[0].body(self._text)[:_NARROW]
            if lower:
                return CAPTION.match(first) is not None
            return shape.one_per_line or len(before) > _LONG_LINE or METADATA.match(first) is not None
        return shape.list_like and not lower and not hangs(before)

    def _starts_metadata(self, body: str, before: str) -> bool:
        if len(body) > _LONG_LINE:
            return False
        if len(self.drafts) < _FRONT and is_author_list(body) and before[-1] not in ",-":
            return True
        address = AFFILIATION.match(body)
        if address:
            above = self.drafts[-1].lines[0].body(self._text)[:_NARROW]
            listed = METADATA.match(above) or is_author_list(before)
            return address.group("mark") is not None or ends_sentence(before) or bool(listed)
        journal = body[0] in ".;" and METADATA_WORDING.search(body) is not None
        return journal or (METADATA.match(body) is not None and (not body[0].islower() or ":" in body[:12]))

    def _add_markdown(self, line: Line, bodies: Sequence[str], number: int) -> bool:
        """Handles what only Markdown has; False when the line is to be read like any other."""
        body = bodies[number]
        if _FENCE.match(body) or self._fenced:
            opens = not self._fenced
            self._fenced = self._fenced != bool(_FENCE.match(body))
            if opens or self.drafts[-1].kind != "code":
                self._open(line, "code")
            else:
                self._extend(line)
        elif _SETEXT.match(body) and number and self.drafts[-1].kind == "heading":
            self._extend(line)
        elif MARKDOWN_HEADING.match(body) or (number + 1 < len(bodies) and _SETEXT.match(bodies[number + 1])):
            self._in_references = REFERENCES_HEADING.match(body.lstrip("# ")) is not None
            self._open(line, "heading")
        elif body.startswith("|"):
            self._open(line, "row")
        else:
            return False
        return True

    def _open(self, line: Line, kind: Kind, *, soft: bool = False) -> None:
        self.drafts.append(_Draft(kind, soft, [line]))

    def _extend(self, line: Line) -> None:
        self.drafts[-1].lines.append(line)
