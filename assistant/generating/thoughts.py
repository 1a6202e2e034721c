"""Models that think aloud first: what stands between <think> and </think> at the beginning is no answer."""

from collections.abc import Iterable, Iterator

__all__ = ["without_thoughts"]

_OPEN, _CLOSE = "<think>", "</think>"


def without_thoughts(bits: Iterable[str]) -> Iterator[str]:
    """The text without the thoughts that it begins with, as it comes."""
    bits = iter(bits)
    held = ""
    for bit in bits:
        held += bit
        start = held.lstrip()
        if start.startswith(_OPEN):
            if _CLOSE in start:
                yield start.split(_CLOSE, 1)[1].lstrip()
                break
        elif not _OPEN.startswith(start):
            yield held
            break
    else:
        if not held.lstrip().startswith(_OPEN):
            yield held
        return
    yield from bits
