"""A claim goes where its quotations go: up or down, better or worse, before or after."""

from collections.abc import Iterable, Sequence

from assistant.claims.judge import Judgement
from assistant.claims.opposites import Pole, poles_of
from assistant.claims.reading import Basis, Evidence, Statement, Word

__all__ = ["check_direction", "goes_with"]

REACH = 3
"""Content words after a direction, or before it, that say what goes there."""


def check_direction(claim: Statement, evidence: Evidence) -> Judgement | None:
    """What of the claim goes the opposite way in the sentence that it rests on."""
    for basis in evidence.bases(claim):
        for place, word in enumerate(basis.clause):
            other = _opposite(basis, place, word, evidence) if poles_of(word.key) else None
            if other is not None:
                return Judgement("contradicted", f'the quotation says "{other.text}", the claim "{word.text}"')
    return None


def goes_with(word: Word, sentence: Iterable[Word]) -> bool:
    """Whether the sentence has a word of the same direction."""
    poles = poles_of(word.key)
    return any(poles & poles_of(other.key) for other in sentence)


def _opposite(basis: Basis, place: int, word: Word, evidence: Evidence) -> Word | None:
    poles, sentence = poles_of(word.key), basis.sentence.words
    others = [(number, other) for number, other in enumerate(sentence) if _is_opposite(poles, poles_of(other.key))]
    same = [number for number, other in enumerate(sentence) if word.key == other.key or poles & poles_of(other.key)]
    if not others or (word.key in evidence.around and not same):
        return None
    if not same:
        return others[0][1]
    return _governs(basis, place, same, others, evidence)


def _is_opposite(poles: frozenset[Pole], others: frozenset[Pole]) -> bool:
    axes = {pole.axis for pole in poles}
    return not poles & others and any(pole.axis in axes for pole in others)


def _governs(
    basis: Basis, place: int, same: Sequence[int], others: Sequence[tuple[int, Word]], evidence: Evidence
) -> Word | None:
    """Where the sentence goes both ways: the opposite word, if that one stands nearest to what the claim is about."""
    said = _objects(basis, place, evidence)
    votes = [_nearest(basis.sentence, word, same, others, evidence) for word in said]
    return votes[0] if votes and votes[0] is not None and all(vote is not None for vote in votes) else None


def _objects(basis: Basis, place: int, evidence: Evidence) -> list[Word]:
    """The content words next to a direction that the sentence says: after it, else before it."""
    after = [word for word in basis.clause[place + 1 :] if word.terms and not poles_of(word.key)][:REACH]
    before = [word for word in basis.clause[:place][::-1] if word.terms and not poles_of(word.key)][:REACH]
    for side in (after, before):
        if said := [word for word in side if evidence.says_in(word, basis.sentence.terms)]:
            return said
    return []


def _nearest(
    sentence: Statement, word: Word, same: Sequence[int], others: Sequence[tuple[int, Word]], evidence: Evidence
) -> Word | None:
    """The opposite word if it is nearer than one of the same direction; those before it come first."""
    directions = [(number, None) for number in same] + list(others)
    places = [number for number, other in enumerate(sentence.words) if evidence.says_in(word, frozenset(other.terms))]
    ranked = [(number > place, abs(number - place), number, other) for place in places for number, other in directions]
    return min(ranked, key=lambda found: found[:3])[3] if ranked else None
