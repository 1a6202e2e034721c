"""Every number of a claim stands in its quotations, with its unit."""

from assistant.claims.judge import Judgement
from assistant.claims.quantities import Quantity, quantities
from assistant.claims.reading import Evidence, Statement

__all__ = ["check_numbers"]

_ONE = frozenset({"a", "an", "single", "one"})


def check_numbers(claim: Statement, evidence: Evidence) -> Judgement | None:
    """What is wrong with the first number that no quotation has."""
    given = [quantity for sentence in evidence.sentences for quantity in quantities(sentence.folded)]
    facts = {quantity.fact for quantity in given}
    for quantity in quantities(claim.folded):
        if quantity.fact not in facts and not _says_one(quantity, evidence):
            return _missing(quantity, given)
    return None


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
