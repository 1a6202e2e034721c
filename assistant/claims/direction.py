"""A claim goes where its quotations go: up or down, better or worse, before or after."""

from collections.abc import Iterable

from assistant.claims.aligning import Aligned
from assistant.claims.judge import Judgement
from assistant.claims.opposites import poles_of
from assistant.claims.reading import Word

__all__ = ["check_direction", "goes_with"]


def check_direction(aligned: Aligned) -> Judgement | None:
    """What the claim adds that goes the opposite way of what it replaces, or of all that its sentences say."""
    for word in aligned.added_in_order:
        if poles_of(word.key):
            there = aligned.instead[word]
            other = _opposite(word, there) or _opposite(word, aligned.dropped)
            if other is not None and not goes_with(word, there):
                return Judgement("contradicted", f'the quotation says "{other.text}", the claim "{word.text}"')
    return None


def goes_with(word: Word, others: Iterable[Word]) -> bool:
    """Whether one of the others goes the same way."""
    poles = poles_of(word.key)
    return any(poles & poles_of(other.key) for other in others)


def _opposite(word: Word, others: Iterable[Word]) -> Word | None:
    """One of the others that goes the opposite way, if none goes the same."""
    others = list(others)
    axes = {pole.axis for pole in poles_of(word.key)}
    if goes_with(word, others):
        return None
    return next((other for other in others if any(pole.axis in axes for pole in poles_of(other.key))), None)
