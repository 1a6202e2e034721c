"""Elements as JSON holds them: in the rows of the store, and in what the child that extracts answers."""

from collections.abc import Sequence
from typing import Any, get_args

from index.models import Element, ElementKind, Span
from index.table_rows import heads_from, heads_listed

__all__ = ["element_from", "element_listed"]

_KINDS = frozenset(get_args(ElementKind))


def element_listed(element: Element) -> list[Any]:
    """An element as a list of numbers and its kind."""
    span, heads = element.span, heads_listed(element.heads)
    return [span.start, span.end, element.kind, element.level, heads, element.soft]


def element_from(listed: Sequence[Any]) -> Element:
    """The element in such a list. Raises TypeError or ValueError for one that is none."""
    start, end, kind, level, heads, soft = listed
    if kind not in _KINDS:
        raise ValueError(f"no such kind of element: {kind}")
    return Element(Span(int(start), int(end)), kind, int(level), heads_from(heads), bool(soft))
