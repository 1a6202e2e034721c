"""Models that think aloud first: what stands between <think> and </think> at the beginning is no answer."""

from collections.abc import Iterable, Iterator

__all__ = ["without_thoughts"]

_OPEN, _CLOSE = "<think>", "</think>"


def without_thoughts(bits: Iterable[str]) -> Iterator[str]:
    """The text without the thoughts that it begins with, and without the space after them, as it comes."""
    bits = iter(bits)
    held = ""
    for bit in bits:
        held += bit
        start = held.lstrip()
        if start.startswith(_OPEN):
            if _CLOSE in start:
                yield from _from_first_word(start.split(_CLOSE, 1)[1], bits)
                return
        elif not _OPEN.startswith(start):
            yield held
            yield from bits
            return
    if not held.lstrip().startswith(_OPEN):
        yield held


def _from_first_word(first: str, bits: Iterator[str]) -> Iterator[str]:
    first = first.lstrip()
    while not first:
        bit = next(bits, None)
        if bit is None:
            return
        first = bit.lstrip()
    yield first
    yield from bits
