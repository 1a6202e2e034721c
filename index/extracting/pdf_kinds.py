"""What each paragraph is: told from its letters, its place and how captions and references begin."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from index.extracting.pdf_characters import Style
from index.extracting.pdf_paragraphs import Paragraph
from index.models import ElementKind
from index.segmenting.lines import ends_sentence
from index.segmenting.patterns import (
    AFFILIATION,
    ARTICLE_TYPE,
    BULLET,
    CAPTION,
    METADATA,
    METADATA_WORDING,
    REFERENCES_HEADING,
)
from index.segmenting.words import FUNCTION_WORDS, words_of

__all__ = ["Kinds", "kinds_of"]

_LARGER = 1.07
_SMALLEST = 0.92
"""Times the size of the text: smaller letters are no heading, whatever their font."""
_TITLE = 1.15
_RUNNING = 0.02
"""Share of the letters of running text that a font of running text has at least."""
_LONGEST_LABEL = 45
_LONGEST_HEADING = 220
_KNOWN_HEADING = re.compile(
    r"(?:\d{1,2}(?:\.\d{1,2}){0,3}\.?\s+)?(?:abstract|summary|introduction|background|methods?|materials? and methods|"
    r"patients and methods|results?|discussion|conclusions?|references|literature cited|bibliography|"
    r"acknowledge?ments?|abbreviations|results and discussion|competing interests|conflicts? of interests?|"
    r"authors?['’]? contributions?|funding|keywords)\s*:?\Z",
    re.IGNORECASE,
)
_NUMBERED_HEADING = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,3})\.?\s+[A-Z]")
_SENTENCES = re.compile(r"[a-z]{2}[.?!]\s?[A-Z]")
_ABSTRACT = re.compile(r"(?:abstract|summary|background|introduction)\b", re.IGNORECASE)
_TABLE = re.compile(r"(?:supplementary |additional )?table\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Kinds:
    """The kind of each paragraph, and the depth of those that are headings."""

    kinds: list[ElementKind]
    levels: list[int]


def kinds_of(paragraphs: Sequence[Paragraph]) -> Kinds:
    """What the paragraphs of a document are, in their order."""
    usual = _body(paragraphs)
    body = max(usual.size, 1.0)
    title = _title(paragraphs, body)
    kinds: list[ElementKind] = [_kind(paragraph, usual) for paragraph in paragraphs]
    for number in title:
        kinds[number] = "title"
    if title:
        _mark_front(paragraphs, kinds, title)
    _mark_tables(paragraphs, kinds, body)
    _mark_references(paragraphs, kinds)
    _mark_drawings(paragraphs, kinds)
    return Kinds(kinds, _levels(paragraphs, kinds))


def _body(paragraphs: Sequence[Paragraph]) -> Style:
    """The style of most of the text before the literature."""
    counts: Counter[Style] = Counter()
    for paragraph in takewhile(lambda one: not REFERENCES_HEADING.match(one.text), paragraphs):
        if len(paragraph.lines) > 2:
            counts[paragraph.style] += len(paragraph.text)
    return counts.most_common(1)[0][0] if counts else Style(10.0, "", bold=False, italic=False)


def _kind(paragraph: Paragraph, usual: Style) -> ElementKind:
    text = paragraph.text
    if CAPTION.match(text[:60]) and not _is_mention(paragraph):
        return "caption"
    if _is_heading(paragraph, usual):
        return "heading"
    if paragraph.is_tabular and len(paragraph.lines) > 1:
        return "row"
    return "item" if BULLET.match(text) else "paragraph"


def _is_mention(paragraph: Paragraph) -> bool:
    """Whether "Figure 2 shows" opens running text."""
    return re.match(r"\S+\s+\S+\s+[a-z]{3}", paragraph.text) is not None


def _is_heading(paragraph: Paragraph, usual: Style) -> bool:
    text = paragraph.text
    if len(text) > _LONGEST_HEADING or len(paragraph.lines) > 4 or sum(map(str.isalpha, text)) < 3:
        return False
    if _KNOWN_HEADING.match(text):
        return True
    numbered = _NUMBERED_HEADING.match(text) is not None
    if text[-1] in ".,;" or (text[0].islower() and not numbered) or paragraph.is_tabular:
        return False
    about = METADATA.match(text) or METADATA_WORDING.search(text) or AFFILIATION.match(text)
    return not about and _stands_out(paragraph, usual)


def _stands_out(paragraph: Paragraph, usual: Style) -> bool:
    """Whether it is set in larger letters than the text, or in others of its size."""
    if paragraph.size >= _LARGER * usual.size:
        return True
    if paragraph.size < _SMALLEST * usual.size or _SENTENCES.search(paragraph.text):
        return False
    capitals = paragraph.text.upper() == paragraph.text and len(words_of(paragraph.text)) > 1
    other = usual.font not in paragraph.fonts and not paragraph.is_full
    return (paragraph.bold and not usual.bold) or capitals or other


def _title(paragraphs: Sequence[Paragraph], body: float) -> list[int]:
    """Numbers of the paragraphs of the first page in the largest letters that hold words."""
    first = paragraphs[0].page if paragraphs else 0
    front = [number for number, one in enumerate(paragraphs) if one.page == first and len(words_of(one.text)) >= 2]
    front = [number for number in front if not ARTICLE_TYPE.match(paragraphs[number].text)]
    large = [number for number in front if paragraphs[number].size >= _TITLE * body]
    if not large:
        return []
    size = max(paragraphs[number].size for number in large)
    alike = [number for number in large if paragraphs[number].size >= 0.97 * size]
    kept = [alike[0]]
    for number in alike[1:]:
        if number != kept[-1] + 1:
            break
        kept.append(number)
    return kept


def _mark_front(paragraphs: Sequence[Paragraph], kinds: list[ElementKind], title: Sequence[int]) -> None:
    """What stands above the title, and between it and the abstract or the first text, is about the document."""
    for number in range(title[0]):
        if kinds[number] in ("paragraph", "heading", "item"):
            kinds[number] = "metadata"
    for number in range(title[-1] + 1, len(paragraphs)):
        one = paragraphs[number]
        begins = _ABSTRACT.match(one.text) or _KNOWN_HEADING.match(one.text) or _is_prose(one)
        if one.page != paragraphs[title[0]].page or begins:
            return
        if kinds[number] in ("paragraph", "heading", "item"):
            kinds[number] = "metadata"


def _is_prose(paragraph: Paragraph) -> bool:
    words = [word.lower() for word in words_of(paragraph.text)]
    if len(words) < 12 or METADATA.match(paragraph.text) or METADATA_WORDING.search(paragraph.text):
        return False
    return sum(word in FUNCTION_WORDS for word in words) >= 0.2 * len(words)


def _is_sentence(paragraph: Paragraph) -> bool:
    """Whether a cell or note of a table is running text."""
    return not paragraph.is_tabular and (_is_prose(paragraph) or _SENTENCES.search(paragraph.text) is not None)


def _mark_tables(paragraphs: Sequence[Paragraph], kinds: list[ElementKind], body: float) -> None:
    """What follows a table's caption on its page is the table's, up to running text."""
    inside: Paragraph | None = None
    for number, one in enumerate(paragraphs):
        if kinds[number] == "caption":
            inside = one if _TABLE.match(one.text) else None
        elif inside is not None:
            running = len(one.lines) > 2 and not one.is_tabular and _is_prose(one) and one.size >= 0.97 * body
            settled = kinds[number] in ("heading", "title") and one.size >= _LARGER * body
            if one.page != inside.page or running or settled:
                inside = None
            elif kinds[number] in ("paragraph", "item", "heading") and one.size < 0.97 * body:
                kinds[number] = "paragraph" if _is_sentence(one) else "row"


def _mark_references(paragraphs: Sequence[Paragraph], kinds: list[ElementKind]) -> None:
    """Entries below the heading of the literature, up to the next heading in its letters."""
    heading: Paragraph | None = None
    for number, one in enumerate(paragraphs):
        if REFERENCES_HEADING.match(one.text):
            heading, kinds[number] = one, "heading"
        elif heading is not None and kinds[number] == "heading":
            if one.style.size >= heading.style.size or _KNOWN_HEADING.match(one.text):
                heading = None
        elif heading is not None and kinds[number] in ("paragraph", "item", "row"):
            kinds[number] = "reference"


def _mark_drawings(paragraphs: Sequence[Paragraph], kinds: list[ElementKind]) -> None:
    """Bare numbers and signs, and short lines in letters that no running text has: axes and labels of drawings."""
    fonts = _running_fonts(paragraphs)
    for number, one in enumerate(paragraphs):
        if kinds[number] not in ("paragraph", "item") or ends_sentence(one.text):
            continue
        worded = [word for word in words_of(one.text) if len(word) > 2 and word.isalpha()]
        short = max(len(line.text) for line in one.lines) < _LONGEST_LABEL and not _is_prose(one)
        if not worded or (short and fonts and one.fonts.isdisjoint(fonts)):
            kinds[number] = "furniture"


def _running_fonts(paragraphs: Sequence[Paragraph]) -> set[str]:
    """The fonts that running text is set in."""
    counts: Counter[str] = Counter()
    for one in paragraphs:
        if len(one.lines) > 2 and _is_prose(one):
            for font in one.fonts:
                counts[font] += len(one.text)
    return {font for font, count in counts.items() if count >= _RUNNING * counts.total()}


def _levels(paragraphs: Sequence[Paragraph], kinds: Sequence[ElementKind]) -> list[int]:
    """Depths: by the number of a heading where it has one, else by the rank of its letters."""
    looks = sorted({_look(one) for one, kind in zip(paragraphs, kinds, strict=True) if kind == "heading"}, reverse=True)
    rank = {look: number + 1 for number, look in enumerate(looks)}
    return [
        _level(one, rank) if kind == "heading" else 0 for one, kind in zip(paragraphs, kinds, strict=True)
    ]  # fmt: skip


def _look(paragraph: Paragraph) -> tuple[float, bool, bool]:
    return round(2 * paragraph.size) / 2, paragraph.bold, not paragraph.italic


def _level(paragraph: Paragraph, rank: dict[tuple[float, bool, bool], int]) -> int:
    numbered = _NUMBERED_HEADING.match(paragraph.text)
    return numbered[1].count(".") + 1 if numbered else rank[_look(paragraph)]
