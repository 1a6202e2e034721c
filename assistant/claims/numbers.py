"""Every number of a claim stands in its quotations, with its unit, and for the same thing."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from assistant.claims.aligning import Aligned
from assistant.claims.judge import Judgement
from assistant.claims.quantities import COUNTS, Quantity, in_digits, quantities
from assistant.claims.reading import Statement, Word

__all__ = ["check_numbers"]

_CHANGE = re.compile(r"\b(by|to|from)\s(?:(?:about|approximately|around|only|nearly|almost|over|up to)\s)?\Z")
LONGEST_BEFORE = 24
"""Characters before a number in which its preposition stands."""
_ONE = frozenset({"a", "an", "single", "one"})


def check_numbers(aligned: Aligned) -> Judgement | None:
    """What is wrong with the first number that no quotation has, or that stands where a quotation has another."""
    evidence = aligned.evidence
    given = [quantity for sentence in evidence.sentences for quantity in quantities(sentence.folded)]
    facts = {quantity.fact for quantity in given}
    for quantity in quantities(aligned.claim.folded):
        if quantity.fact not in facts and not _says_one(quantity, aligned):
            return _missing(quantity, given)
    return _changed_by(aligned) or _exchanged(aligned)


def _changed_by(aligned: Aligned) -> Judgement | None:
    """A fall to 20 % is none by 20 %."""
    there: dict[tuple[Decimal, str, str], set[str]] = {}
    for sentence in aligned.evidence.sentences:
        for quantity, preposition in _with_prepositions(sentence):
            there.setdefault(quantity.fact, set()).add(preposition)
    for quantity, ours in _with_prepositions(aligned.claim):
        theirs = there.get(quantity.fact, set())
        if ours and theirs and "" not in theirs and ours not in theirs:
            reason = f'the quotation says "{min(theirs)} {quantity.shown}", the claim "{ours} {quantity.shown}"'
            return Judgement("contradicted", reason)
    return None


def _with_prepositions(sentence: Statement) -> Iterator[tuple[Quantity, str]]:
    """Numbers with the word before them, if that says whether it is a change, or where it went."""
    text = in_digits(sentence.folded)
    for quantity in quantities(sentence.folded):
        found = _CHANGE.search(text[max(0, quantity.start - LONGEST_BEFORE) : quantity.start])
        yield quantity, found[1] if found else ""


def _exchanged(aligned: Aligned) -> Judgement | None:
    """A number in the place of another, or one that has moved without a word beside it."""
    beside = _beside([word for sentence in aligned.basis for word in sentence.content])
    content = aligned.claim.content
    for number, ours in _beside(content):
        value = _value(number)
        if value is None or number not in aligned.added:
            continue
        place = content.index(number)
        alone = aligned.added.isdisjoint([*content[max(0, place - 1) : place], *content[place + 1 : place + 2]])
        there = [found for other in aligned.instead[number] if (found := _value(other)) is not None]
        places = [theirs for other, theirs in beside if _value(other) == value]
        elsewhere = alone or not any(_is_beside(ours, theirs) for theirs in places)
        if places and value not in there and (there or elsewhere):
            return Judgement("contradicted", f"the quotation says {number.text} of something else")
    return None


def _beside(words: Sequence[Word]) -> list[tuple[Word, tuple[str, str]]]:
    """Each number with the words before and after it that are none."""
    found = []
    for place, word in enumerate(words):
        if word.text[0].isdigit() or word.text in COUNTS:
            before = next((other.key for other in words[:place][::-1] if not other.text[0].isdigit()), "")
            after = next((other.key for other in words[place + 1 :] if not other.text[0].isdigit()), "")
            found.append((word, (before, after)))
    return found


def _is_beside(ours: tuple[str, str], theirs: tuple[str, str]) -> bool:
    return any(one and one == other for one, other in zip(ours, theirs, strict=True))


def _value(word: Word) -> Decimal | None:
    """The number that a word is, in digits, if any."""
    found = quantities(word.text)
    return found[0].value if found else None


def _says_one(quantity: Quantity, aligned: Aligned) -> bool:
    """Whether it is the word "one", where the quotations have "a"."""
    plain = quantity.value == 1 and not quantity.dimension and not quantity.bound
    spelled = any(word.text == "one" for word in aligned.claim.words)
    return plain and spelled and any(word.text in _ONE for said in aligned.evidence.sentences for word in said.words)


def _missing(quantity: Quantity, given: list[Quantity]) -> Judgement:
    alike = [other for other in given if other.dimension == quantity.dimension or other.value == quantity.value]
    alike += [other for other in given if other.shown.split()[0] == quantity.shown.split()[0]]
    if not alike:
        return Judgement("not_supported", f"the quotation does not have {_shown(quantity)}")
    others = " and ".join(dict.fromkeys(_shown(other) for other in alike[:2]))
    return Judgement("contradicted", f"the quotation has {others}, the claim {_shown(quantity)}")


def _shown(quantity: Quantity) -> str:
    return f"{quantity.bound} {quantity.shown}".strip()
