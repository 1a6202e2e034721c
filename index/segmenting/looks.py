"""What a block looks like by itself: furniture, metadata, heading, caption or running text."""

from collections.abc import Sequence
from dataclasses import dataclass

from index.models import Label
from index.segmenting.blocks import Block, Kind
from index.segmenting.lines import ends_sentence, first_letter
from index.segmenting.names import is_author_list
from index.segmenting.patterns import (
    AFFILIATION,
    ARTICLE_TYPE,
    BARE_LABEL,
    CAPTION,
    FURNITURE_PHRASE,
    FURNITURE_WORDING,
    METADATA,
    METADATA_WORDING,
    STATEMENT,
)
from index.segmenting.words import AUXILIARIES, FUNCTION_WORDS, words_of

__all__ = ["Look", "label_of", "looks_of"]

_SHORT = 12
_FEW = 45
_LONG = 400
_FRONT = 30
_FIRST_LINE = 60
_HEADING_WORDS = 20
_HEADING_LENGTH = 200
_BULLETS = "•‣▪●◦*-– "
_NOTHING = frozenset({"none", "n/a", "nil", "yes", "no", "none declared"})
_BY_KIND: dict[Kind, Label] = {
    "code": "prose",
    "row": "prose",
    "pair": "abbreviation",
    "furniture": "boilerplate",
    "entry": "references",
}


@dataclass(frozen=True, slots=True)
class Look:
    """What labelling sees of a block: its folded beginning, its words, and where it stands."""

    block: Block
    text: str
    words: tuple[str, ...]
    alone: bool
    front: bool
    first_line: str

    @property
    def short(self) -> bool:
        """Whether it is a few words without sentence punctuation."""
        return len(self.words) <= _SHORT and not ends_sentence(self.text)

    @property
    def long(self) -> bool:
        """Whether it is too long to be metadata or furniture."""
        return self.block.end - self.block.start > _LONG

    @property
    def apart(self) -> bool:
        """Whether it stands between gaps or near the beginning, where authors do."""
        return self.alone or self.front

    @property
    def clausal(self) -> bool:
        """Whether it has an auxiliary, so is a clause and no mere name."""
        return any(word.lower() in AUXILIARIES for word in self.words)


def looks_of(text: str, blocks: Sequence[Block]) -> list[Look]:
    """One look for each block, in the same order."""
    looks = []
    for number, block in enumerate(blocks):
        folded = block.folded(text)
        after = number + 1 == len(blocks) or blocks[number + 1].lines[0].gap != "line"
        alone = after and block.lines[0].gap != "line"
        first_line = block.lines[0].body(text)[:_FIRST_LINE]
        looks.append(Look(block, folded, tuple(words_of(folded)), alone, number < _FRONT, first_line))
    return looks


def label_of(looks: Sequence[Look], number: int) -> Label:
    """The label that a block's own words and its direct neighbours give it."""
    look = looks[number]
    known = _BY_KIND.get(look.block.kind)
    if known:
        return known
    if _is_furniture(look):
        return "boilerplate"
    if CAPTION.match(look.text) or BARE_LABEL.match(look.first_line):
        return "caption"
    if _is_metadata(look) or _is_article_type(looks, number):
        return "metadata"
    return "heading" if _is_heading(looks, number) else "prose"


def _is_furniture(look: Look) -> bool:
    bare = look.text.lstrip(_BULLETS)
    if look.long:
        return False
    if FURNITURE_PHRASE.match(bare):
        return True
    return len(look.words) <= _FEW and FURNITURE_WORDING.search(look.text) is not None


def _is_metadata(look: Look) -> bool:
    text = look.text.lstrip(_BULLETS)
    if STATEMENT.match(text) or look.long:
        return False
    if METADATA.match(text) or (is_author_list(text) and look.apart):
        return True
    address = AFFILIATION.match(text)
    if address and "," in text and AUXILIARIES.isdisjoint(look.words[:_SHORT]):
        return True
    return len(look.words) <= _FEW and not look.clausal and METADATA_WORDING.search(text) is not None


def _is_article_type(looks: Sequence[Look], number: int) -> bool:
    """Whether "Review" or "Chapter" names the kind of the article and does not head a section."""
    if not ARTICLE_TYPE.match(looks[number].text.lstrip(_BULLETS)):
        return False
    return number + 1 == len(looks) or looks[number + 1].short or looks[number].block.kind == "item"


def _is_heading(looks: Sequence[Look], number: int) -> bool:
    look = looks[number]
    if look.block.kind == "heading":
        return True
    if look.block.kind == "item" or not look.words or len(look.block.lines) > 3 or len(look.text) > _HEADING_LENGTH:
        return False
    after = looks[number + 1] if number + 1 < len(looks) else None
    if after and is_author_list(after.text) and not look.clausal and len(look.words) >= 3:
        return True
    lower = after is not None and after.text[0].islower() and not after.text.startswith(("http", "www.", "doi"))
    if not look.alone or after is None or lower or not first_letter(look.text):
        return False
    return _reads_like_heading(look)


def _reads_like_heading(look: Look) -> bool:
    text, words = look.text, look.words
    if ends_sentence(text) and not (text.endswith("?") and len(words) <= _SHORT):
        return False
    if len(words) > _HEADING_WORDS or text[-1] in ",;:-–" or text.casefold() in _NOTHING:
        return False
    if ":" in text and sum(character.isdigit() for character in text) > _SHORT // 2:
        return False
    letters = sum(character.isalpha() for character in text)
    opens = first_letter(text)
    fresh = opens.isdigit() or opens == opens.upper() or words[0].lower() != words[0]
    return fresh and words[-1].lower() not in FUNCTION_WORDS and letters > 0.6 * len(text.replace(" ", ""))
