"""A tree of elements read in order: inline text put together, blocks put down, each by a rule for its element."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape
from typing import Any, Literal, NamedTuple

from index.extracting.gathering import KEPT_LINE, Gathering, clean, folded, kept
from index.models import ElementKind

__all__ = ["INLINE", "Node", "Rule", "Walk", "inline_text", "local_name", "names_of"]

Node = Any
"""An element of lxml, comment or entity: no types of lxml outside of the functions that parse."""

Way = Literal["inline", "block", "run_in", "spaced", "line", "lines", "skip", "float", "own"]


class Rule(NamedTuple):
    """What an element is to the text.

    ``inline`` its text goes on · ``block`` it stands apart · ``run_in`` what follows stands beside it, after a blank ·
    ``spaced`` inline, blanks around it · ``line`` a line break · ``lines`` inline, on lines of its own · ``skip`` no
    text · ``float`` a block that waits for the end of the paragraph it was anchored in · ``own`` the format
    puts it down itself, unless it is furniture. A ``kind`` is that of all blocks within that have none; ``kept`` is for
    white space that counts.
    """

    way: Way
    kind: ElementKind | None = None
    level: int = 0
    kept: bool = False


INLINE = Rule("inline")
_APART = frozenset({"block", "float", "own"})
_MOST_WAITING = 8
"""Floats within floats that wait; deeper ones stand where they are."""


@dataclass(slots=True)
class _Open:
    """An element that is being read; kind, level and kept are its own or come from around it."""

    node: Node
    way: Way
    kind: ElementKind | None
    level: int
    kept: bool
    children: Iterator[Node]
    floats: list[Node] = field(default_factory=list)


class Walk:
    """Walks trees without recursion, each element once, however deep they are."""

    def __init__(self, rule_of: Callable[[Node], Rule], own: Callable[[Node], None], gathering: Gathering) -> None:
        self._rule_of = rule_of
        self._own = own
        self._gathering = gathering
        self._pieces: list[str] = []
        self._stack: list[_Open] = []
        self._waited_for = 0
        self._led = 0

    def add(self, root: Node) -> None:
        """Read a tree and put down what it holds. A rule may call this for a tree that stands apart."""
        bottom = len(self._stack)
        self._enter(root)
        while len(self._stack) > bottom:
            at = self._stack[-1]
            child = next(at.children, None)
            if child is None:
                self._leave()
                self._take(at.node.tail if len(self._stack) > bottom else None)
            elif not isinstance(child.tag, str):
                self._take(_entity(child))
                self._take(child.tail)
            elif not self._enter(child):
                self._take(child.tail)
        self.flush()

    def flush(self) -> None:
        """Put down the text that was met since the last block began or ended."""
        text = folded(self._pieces)
        self._pieces.clear()
        self._led = 0
        at = self._stack[-1] if self._stack else None
        for stretch in text.split("\n\n"):
            self._gathering.add(at.kind or "paragraph" if at else "paragraph", stretch, level=at.level if at else 0)

    @property
    def furniture(self) -> bool:
        """Whether what is read stands around the document and is no part of it."""
        return bool(self._stack) and self._stack[-1].kind == "furniture"

    @property
    def kind(self) -> ElementKind | None:
        """What the blocks that are read now are, unless they say it themselves."""
        return self._stack[-1].kind if self._stack else None

    def _enter(self, node: Node) -> bool:
        rule = self._rule_of(node)
        if rule.way in ("skip", "line"):
            self._pieces += [KEPT_LINE] if rule.way == "line" else []
            return False
        if rule.way == "own" and not self.furniture:
            self.flush()
            self._own(node)
            return False
        if rule.way == "float" and self._wait(node):
            return False
        if rule.way in _APART and not self._leads:
            self.flush()
        self._around(rule.way)
        self._stack.append(self._opened(node, rule))
        self._take(node.text)
        return True

    def _opened(self, node: Node, rule: Rule) -> _Open:
        """Furniture stays furniture, whatever is in it; else the innermost kind counts."""
        around = self._stack[-1] if self._stack else None
        if around and (around.kind == "furniture" or not rule.kind):
            return _Open(node, rule.way, around.kind, around.level, rule.kept or around.kept, iter(node))
        return _Open(node, rule.way, rule.kind, rule.level, rule.kept or bool(around and around.kept), iter(node))

    def _wait(self, node: Node) -> bool:
        """Put a float off to the end of the block whose text has begun, if one has."""
        if self._waited_for >= _MOST_WAITING or not folded(self._pieces[-8:]):
            return False
        block = next((at for at in reversed(self._stack) if at.way in _APART), None)
        if block:
            block.floats.append(node)
        return block is not None

    def _leave(self) -> None:
        at = self._stack[-1]
        if at.way in _APART:
            self.flush()
            waiting, at.floats = at.floats, []
            self._waited_for += 1
            for node in waiting:
                self.add(node)
            self._waited_for -= 1
        self._stack.pop()
        self._around(at.way)
        if at.way == "run_in":
            self._pieces.append(" ")
            self._led = len(self._pieces)

    @property
    def _leads(self) -> bool:
        """Whether all that was met since the last block is a label, which the next one is to begin with."""
        return 0 < self._led <= len(self._pieces) and not folded(self._pieces[self._led :])

    def _around(self, way: Way) -> None:
        if way == "spaced":
            self._pieces.append(" ")
        elif way == "lines":
            self._pieces.append(KEPT_LINE)

    def _take(self, text: str | None) -> None:
        if text:
            self._pieces.append(kept(text) if self._stack and self._stack[-1].kept else clean(text))


def inline_text(root: Node, rule_of: Callable[[Node], Rule]) -> str:
    """All text of a tree in one line, blocks parted by blanks: a cell, a title."""
    pieces: list[str] = []
    stack: list[tuple[Node, Rule, Iterator[Node]]] = [(root, INLINE, iter(root))]
    pieces.append(clean(root.text or ""))
    while stack:
        node, rule, children = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            pieces.append("" if rule.way == "inline" else " ")
            pieces.append(clean(node.tail or "") if stack else "")
            continue
        below = rule_of(child) if isinstance(child.tag, str) else Rule("skip")
        if below.way in ("skip", "line"):
            pieces += [" " if below.way == "line" else clean(_entity(child)), clean(child.tail or "")]
            continue
        pieces += ["" if below.way in ("inline", "run_in") else " ", clean(child.text or "")]
        stack.append((child, below, iter(child)))
    return folded(pieces)


def local_name(node: Node) -> str:
    """The name of an element without its namespace, in lower case; empty for a comment, and where there is none."""
    return _lower_name(node.tag) if node is not None and isinstance(node.tag, str) else ""


@lru_cache(maxsize=4096)
def _lower_name(tag: str) -> str:
    return tag.rpartition("}")[2].lower()


def names_of(words: str) -> frozenset[str]:
    """Names of elements or classes, written with blanks between them."""
    return frozenset(words.split())


def _entity(node: Node) -> str:
    """The character of an entity that no DTD was read for, if it is one of HTML's; nothing for a comment."""
    text = "" if isinstance(node.tag, str) else node.text or ""
    return unescape(text) if text.startswith("&") and len(text) < 40 and unescape(text) != text else ""
