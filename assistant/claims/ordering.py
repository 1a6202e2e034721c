"""Who does what to whom, and what is more than what: the same words the other way round say something else."""

from collections.abc import Collection, Iterator
from itertools import pairwise

from assistant.claims.aligning import Aligned
from assistant.claims.judge import Judgement
from assistant.claims.opposites import poles_of
from assistant.claims.reading import Evidence, Statement, Word, keys

__all__ = ["PIVOTS", "check_order"]

PIVOTS = keys("""
than versus vs compare compared comparison cause causes lead leads result bind binds target targets regulate mediate
produce express secrete convert differentiate derive release receive precede follow replace outperform exceed affect
depend require stimulate activate inhibit block induce into from interact phosphorylate recruit migrate transform
control then
""")
COMPARISONS = keys("than versus vs compare compared comparison")
PASSIVE = frozenset({"is", "are", "was", "were", "been", "be", "being"})
REACH = 9
"""Words behind a verb among which "by" names who does it."""


def check_order(aligned: Aligned) -> Judgement | None:
    """Whether what stands before a relation in the claim stands behind it in a sentence, and the other way round."""
    if not aligned.moved:
        return None
    doer = _another_doer(aligned)
    if doer is not None:
        return Judgement("contradicted", f'the quotation does not say it is done by "{doer.text}"')
    for place, word in enumerate(aligned.claim.words):
        if (word.key in PIVOTS or poles_of(word.key)) and _swapped(aligned, place):
            return Judgement("contradicted", f'the claim swaps what stands around "{word.text}" in the quotation')
    return None


def _another_doer(aligned: Aligned) -> Word | None:
    """What stands behind "by" in the claim, where all of its sentences have something else there."""
    given = [found for sentence in aligned.basis for found in _doers(sentence)]
    for done, ours in _doers(aligned.claim):
        theirs = [doers for deed, doers in given if deed == done]
        said = any(aligned.evidence.says_in(word, _terms_of(other)) for word in ours for other in theirs)
        if theirs and not said and aligned.says(ours[0]):
            return ours[0]
    return None


def _doers(sentence: Statement) -> Iterator[tuple[str, list[Word]]]:
    """For each "by" what stands before it, and the content words close behind."""
    for place, word in enumerate(sentence.words):
        before = [other for other in sentence.words[:place] if other.terms]
        near = [other for other in sentence.words[place + 1 : place + REACH] if other.terms]
        if word.text == "by" and before and near and not near[0].text[0].isdigit():
            yield before[-1].key, near


def _terms_of(words: Collection[Word]) -> frozenset[str]:
    return frozenset(term for word in words for term in word.terms)


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
    if claim[place].key in COMPARISONS and crossed[1] and not straight[1]:
        return True
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
    if not has_doer:
        return False
    behind = sentence[place + 1].text
    return before or behind == "of" or (behind == "by" and sentence[place].text.endswith("ion"))
