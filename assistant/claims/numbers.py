"""Every number of a claim stands in its quotations, with its unit, and for the same thing."""

from decimal import Decimal

from assistant.claims.aligning import Aligned
from assistant.claims.judge import Judgement
from assistant.claims.quantities import Quantity, quantities
from assistant.claims.reading import Evidence, Word

__all__ = ["check_numbers"]

_ONE = frozenset({"a", "an", "single", "one"})


def check_numbers(aligned: Aligned) -> Judgement | None:
    """What is wrong with the first number that no quotation has, or that stands where a quotation has another."""
    evidence = aligned.evidence
    given = [quantity for sentence in evidence.sentences for quantity in quantities(sentence.folded)]
    facts = {quantity.fact for quantity in given}
    for quantity in quantities(aligned.claim.folded):
        if quantity.fact not in facts and not _says_one(quantity, evidence):
            return _missing(quantity, given)
    return _exchanged(aligned)


def _exchanged(aligned: Aligned) -> Judgement | None:
    """A number that has moved without the words beside it, or into the place of another."""
    words = [word for word in aligned.claim.words if word.terms]
    for place, word in enumerate(words):
        value = _value(word)
        if word not in aligned.added or value is None:
            continue
        there = [other for other in aligned.instead[word] if _value(other) is not None]
        if any(_value(other) == value for other in there):
            continue
        beside = [*words[max(0, place - 1) : place], *words[place + 1 : place + 2]]
        if there or aligned.added.isdisjoint(beside):
            has = f"has {there[0].text} there" if there else "has it elsewhere"
            return Judgement("contradicted", f"the quotation {has}, the claim {word.text}")
    return None


def _value(word: Word) -> Decimal | None:
    """The number that a word is, in digits, if any."""
    found = quantities(word.text)
    return found[0].value if found else None


def _says_one(quantity: Quantity, evidence: Evidence) -> bool:
    plain = quantity.value == 1 and not quantity.dimension and not quantity.bound
    return plain and any(word.text in _ONE for sentence in evidence.sentences for word in sentence.words)


def _missing(quantity: Quantity, given: list[Quantity]) -> Judgement:
    alike = [other for other in given if other.dimension == quantity.dimension or other.value == quantity.value]
    alike += [other for other in given if other.shown.split()[0] == quantity.shown.split()[0]]
    if not alike:
        return Judgement("not_supported", f"the quotation does not have {_shown(quantity)}")
    others = " and ".join(dict.fromkeys(_shown(other) for other in alike[:2]))
    return Judgement("contradicted", f"the quotation has {others}, the claim {_shown(quantity)}")


def _shown(quantity: Quantity) -> str:
    return f"{quantity.bound} {quantity.shown}".strip()
