"""A claim goes where its quotations go: up or down, better or worse, before or after."""

from collections.abc import Collection, Iterable

from assistant.claims.aligning import Aligned
from assistant.claims.judge import Judgement
from assistant.claims.opposites import poles_of
from assistant.claims.reading import Statement, Word

__all__ = ["check_direction", "goes_with"]

REACH = 6
"""Words behind a direction among which stands what goes there."""


def check_direction(aligned: Aligned) -> Judgement | None:
    """What the claim adds that goes the opposite way of what it replaces, or of what is said of the same thing."""
    changed = _changed_places(aligned)
    if changed is not None:
        return Judgement("contradicted", f'the claim has "{changed.text}" in another place than the quotation')
    for word in aligned.added_in_order:
        if poles_of(word.key):
            there = aligned.instead[word]
            if goes_with(word, there) and not _opposites(word, there):
                continue
            other = _said_of_it(word, aligned) or _replaced(word, aligned)
            if other is not None:
                return Judgement("contradicted", f'the quotation says "{other.text}", the claim "{word.text}"')
    return None


def _changed_places(aligned: Aligned) -> Word | None:
    """A direction that has moved, where nothing but directions has: "rises with falling" for "falls with rising"."""
    added = [word for word in aligned.added_in_order if word.terms]
    moved = [word for word in aligned.moved if poles_of(word.key)]
    only_directions = all(poles_of(word.key) for word in added)
    opposed = [word for word in moved if _opposites(word, aligned.kept)]
    return opposed[0] if opposed and only_directions else None


def _replaced(word: Word, aligned: Aligned) -> Word | None:
    there = aligned.instead[word]
    return None if goes_with(word, there) else _opposite(word, there) or _opposite(word, aligned.dropped)


def _said_of_it(word: Word, aligned: Aligned) -> Word | None:
    """The opposite word that stands nearest before the next thing that the claim and a sentence name."""
    place = aligned.claim.words.index(word)
    for thing in aligned.claim.words[place + 1 : place + REACH]:
        if thing.terms and not poles_of(thing.key) and aligned.says(thing):
            nearest = [found for sentence in aligned.basis if (found := _before(thing, word, sentence, aligned))]
            return _opposite(word, nearest)
    return None


def _before(thing: Word, word: Word, sentence: Statement, aligned: Aligned) -> Word | None:
    """The last word on the axis of ``word`` before ``thing`` in the sentence."""
    axes = {pole.axis for pole in poles_of(word.key)}
    last = None
    for other in sentence.words:
        if other.terms and aligned.evidence.says_in(thing, frozenset(other.terms)):
            return last
        last = other if any(pole.axis in axes for pole in poles_of(other.key)) else last
    return None


def goes_with(word: Word, others: Iterable[Word]) -> bool:
    """Whether one of the others goes the same way."""
    poles = poles_of(word.key)
    return any(poles & poles_of(other.key) for other in others)


def _opposite(word: Word, others: Collection[Word]) -> Word | None:
    """One of the others that goes the opposite way, if none goes the same."""
    return None if goes_with(word, others) else next(iter(_opposites(word, others)), None)


def _opposites(word: Word, others: Iterable[Word]) -> list[Word]:
    poles = poles_of(word.key)
    axes = {pole.axis for pole in poles}
    ends = ((other, poles_of(other.key)) for other in others)
    return [other for other, there in ends if not poles & there and any(pole.axis in axes for pole in there)]
