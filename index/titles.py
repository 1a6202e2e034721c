"""The title of a text that states none: a heading, or first lines that stand like one."""

import re
from itertools import takewhile

from index.models import Reading

__all__ = ["title_in"]

_TITLE_LENGTH = 200
_MARKDOWN_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.*?)[ \t]*#*[ \t]*$", re.MULTILINE)
_FURNITURE = re.compile(
    r"skip to\b.*|skip navigation|.*\bofficial website\b.*|u\.?s\.? flag|dot gov|https?|an? |menu|search|home|"
    r"(?:log|sign) ?in|table of contents|contents|abstract|summary|introduction|background|review|article|"
    r"(?:original |research )?(?:article|paper)|open access|chapter|full text|page \d+.*|access keys\b.*",
    re.IGNORECASE,
)


def title_in(reading: Reading) -> str | None:
    """The first Markdown heading, else the first lines if they stand like a heading; None where neither is."""
    if reading.media_type == "text/markdown":
        heading = next(filter(None, map(_fold, _MARKDOWN_HEADING.findall(reading.text))), None)
        if heading:
            return heading[:_TITLE_LENGTH]
    return _plain_title(reading.text[: 100 * _TITLE_LENGTH])


def _plain_title(text: str) -> str | None:
    lines = [_fold(line) for line in text.splitlines()]
    start = next((number for number, line in enumerate(lines) if _may_be_title(line)), len(lines))
    block = list(takewhile(bool, lines[start : start + 20]))
    whole = " ".join(block)
    if len(whole) <= _TITLE_LENGTH:
        return whole or None
    # A line much shorter than the next one was ended on purpose; otherwise it is the start of a wrapped paragraph.
    alone = len(block) > 1 and len(block[0]) < 0.75 * len(block[1])
    return block[0] if alone and len(block[0]) <= _TITLE_LENGTH else None


def _may_be_title(line: str) -> bool:
    return any(character.isalpha() for character in line) and not _FURNITURE.fullmatch(line)


def _fold(line: str) -> str:
    return " ".join(line.strip("\ufeff").split())
