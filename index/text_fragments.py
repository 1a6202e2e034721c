"""Links that open a web page at quoted words: https://wicg.github.io/scroll-to-text-fragment/."""

import re
from urllib.parse import quote as percent_encoded

from index.table_rows import BETWEEN_CELLS

__all__ = ["text_fragment_url"]

_WHOLE = 300
"""Characters of a quote that is given in full; a longer one by its first words and its last."""
_ENDS = 6
_CONTEXT = 3
_AMBIGUOUS = 5
"""Words that may stand on a page more than once: then those before and after are given too."""
_BLOCK_END = re.compile(rf"\s*\n\s*|{re.escape(BETWEEN_CELLS)}|^\| | \|$")
_PUNCTUATION = re.compile(r"^\W+$")


def text_fragment_url(url: str, before: str, quote: str, after: str) -> str:
    """The address of a page with ``#:~:text=[prefix-,]start[,end][,-suffix]`` for a quote and what stands around it.

    Browsers find a part within one block of the page only, so a quote that has several, as the cells of a table's row,
    is given by words of its first and its last. ``url`` itself where the quote has no words.
    """
    blocks = _blocks(quote)
    if not blocks:
        return url
    start, end = _ends(blocks)
    prefix = _last_words(before) if len(start.split()) <= _AMBIGUOUS else ""
    suffix = _first_words(after) if len((end or start).split()) <= _AMBIGUOUS else ""
    parts = [
        f"{_encoded(prefix)}-" if prefix else "",
        _encoded(start),
        _encoded(end),
        f"-{_encoded(suffix)}" if suffix else "",
    ]
    address, _, fragment = url.partition("#")
    return f"{address}#{fragment.partition(':~:')[0]}:~:text={','.join(filter(None, parts))}"


def _ends(blocks: list[str]) -> tuple[str, str]:
    """First words and last words of a quote; the whole of it, and nothing, where it is short and in one block."""
    if len(blocks) == 1 and len(blocks[0]) <= _WHOLE:
        return blocks[0], ""
    first, last = blocks[0].split(), blocks[-1].split()
    if len(blocks) == 1:
        half = len(first) // 2
        return " ".join(first[: min(_ENDS, half)]), " ".join(first[-min(_ENDS, half) :]) if half else ""
    return " ".join(first[:_ENDS]), " ".join(last[-_ENDS:])


def _blocks(text: str) -> list[str]:
    """The stretches of a text that lie in one block each, white space folded, those without words left out."""
    stretches = (" ".join(stretch.split()) for stretch in _BLOCK_END.split(text))
    return [stretch for stretch in stretches if stretch and not _PUNCTUATION.match(stretch)]


def _last_words(text: str) -> str:
    return " ".join(_blocks(text)[-1].split()[-_CONTEXT:]) if _blocks(text) else ""


def _first_words(text: str) -> str:
    return " ".join(_blocks(text)[0].split()[:_CONTEXT]) if _blocks(text) else ""


def _encoded(text: str) -> str:
    """Percent-encoded, with the three characters that have a meaning in a fragment: comma, ampersand and dash."""
    return percent_encoded(text, safe="").replace("-", "%2D")
