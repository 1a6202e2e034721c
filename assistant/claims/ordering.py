"""Who does what to whom, and what is more than what: the same words the other way round say something else."""

from collections.abc import Collection
from itertools import pairwise

from assistant.claims.judge import Judgement
from assistant.claims.opposites import poles_of
from assistant.claims.reading import Basis, Evidence, Statement, Word
from assistant.claims.scopes import keys

__all__ = ["check_order"]

PIVOTS = keys(
    "than versus vs compare compared comparison cause causes lead leads result bind binds target targets regulate "
    "mediate produce express secrete convert differentiate derive release receive precede follow replace "
    "outperform exceed affect depend require stimulate activate inhibit block induce into from interact "
    "phosphorylate recruit migrate transform"
)
PASSIVE = frozenset({"is", "are", "was", "were", "been", "be", "being"})
_BY = "by"


def check_order(claim: Statement, evidence: Evidence) -> Judgement | None:
    """Whether what stands before a relation in the claim stands behind it in the sentence, and the other way round."""
    for basis in evidence.bases(claim):
        for place, word in enumerate(basis.clause):
            if (word.key in PIVOTS or poles_of(word.key)) and _swapped(basis, place, evidence):
                return Judgement("contradicted", f'the claim swaps what stands around "{word.text}" in the quotation')
    return None


def _swapped(basis: Basis, place: int, evidence: Evidence) -> bool:
    """True only if all places of the relation in the sentence have its sides swapped."""
    word, sentence = basis.clause[place], basis.sentence.words
    at = [number for number, other in enumerate(sentence) if other.key == word.key]
    return bool(at) and all(_crossed(basis.clause, place, sentence, number, evidence) for number in at)


def _crossed(claim: tuple[Word, ...], place: int, sentence: tuple[Word, ...], number: int, evidence: Evidence) -> bool:
    before, after = _terms(claim[:place]), _terms(claim[place + 1 :])
    left, right = sentence[:number], sentence[number + 1 :]
    if _is_passive(claim, place) != _is_passive(sentence, number):
        left, right = right, left
    straight = _said(before - after, left, evidence) + _said(after - before, right, evidence)
    one, other = _said(before - after, right, evidence), _said(after - before, left, evidence)
    return bool(one and other) and one + other > straight


def _terms(side: Collection[Word]) -> frozenset[Word]:
    return frozenset(word for word in side if word.terms)


def _said(words: Collection[Word], side: Collection[Word], evidence: Evidence) -> int:
    terms = frozenset(term for word in side for term in word.terms)
    return sum(evidence.says_in(word, terms) for word in words)


def _is_passive(sentence: tuple[Word, ...], place: int) -> bool:
    """Whether the doer comes after ``place``: "is inhibited … by B", "inhibition of A by B"; not in "rose by 5 %"."""
    has_doer = any(
        one.text == _BY and not other.text[0].isdigit() for one, other in pairwise(sentence[place + 1 : place + 9])
    )
    before = any(word.text in PASSIVE for word in sentence[max(0, place - 3) : place])
    return has_doer and (before or sentence[place + 1].text == "of")
