"""Who does what to whom, and what is more than what: the same words the other way round say something else."""

from collections.abc import Collection
from itertools import pairwise

from assistant.claims.aligning import Aligned
from assistant.claims.judge import Judgement
from assistant.claims.opposites import poles_of
from assistant.claims.reading import Evidence, Statement, Word, keys

__all__ = ["check_order"]

PIVOTS = keys("""
than versus vs compare compared comparison cause causes lead leads result bind binds target targets regulate mediate
produce express secrete convert differentiate derive release receive precede follow replace outperform exceed affect
depend require stimulate activate inhibit block induce into from interact phosphorylate recruit migrate transform
control
""")
PASSIVE = frozenset({"is", "are", "was", "were", "been", "be", "being"})
REACH = 9
"""Words behind a verb among which "by" names who does it."""


def check_order(aligned: Aligned) -> Judgement | None:
    """Whether what stands before a relation in the claim stands behind it in a sentence, and the other way round."""
    if not aligned.moved:
        return None
    for place, word in enumerate(aligned.claim.words):
        if (word.key in PIVOTS or poles_of(word.key)) and _swapped(aligned, place):
            return Judgement("contradicted", f'the claim swaps what stands around "{word.text}" in the quotation')
    return None


def _swapped(aligned: Aligned, place: int) -> bool:
    """True only if all places of the relation in the sentences have its sides swapped."""
    claim = aligned.claim.words
    at = [
        (sentence, number)
        for sentence in aligned.basis
        for number, other in enumerate(sentence.words)
        if other.key == claim[place].key
    ]
    return bool(at) and all(_crossed(claim, place, sentence, number, aligned.evidence) for sentence, number in at)


def _crossed(claim: tuple[Word, ...], place: int, sentence: Statement, number: int, evidence: Evidence) -> bool:
    before, after = claim[:place], claim[place + 1 :]
    left, right = sentence.words[:number], sentence.words[number + 1 :]
    if _is_passive(claim, place) != _is_passive(sentence.words, number):
        left, right = right, left
    straight = _said(before, left, evidence), _said(after, right, evidence)
    crossed = _said(before, right, evidence), _said(after, left, evidence)
    return all(crossed) and (not all(straight) or sum(crossed) > sum(straight))


def _said(words: Collection[Word], side: Collection[Word], evidence: Evidence) -> int:
    terms = frozenset(term for word in side for term in word.terms)
    return sum(bool(word.terms) and evidence.says_in(word, terms) for word in words)


def _is_passive(sentence: tuple[Word, ...], place: int) -> bool:
    """Whether the doer comes after ``place``: "is inhibited … by B", "inhibition of A by B"; not in "rose by 5 %"."""
    has_doer = any(
        one.text == "by" and not other.text[0].isdigit() for one, other in pairwise(sentence[place + 1 : place + REACH])
    )
    before = any(word.text in PASSIVE for word in sentence[max(0, place - 3) : place])
    return has_doer and (before or sentence[place + 1].text == "of")
