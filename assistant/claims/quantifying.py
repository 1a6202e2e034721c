"""How many of them, how often: some are not all, and only is not also."""

from collections.abc import Mapping

from assistant.claims.judge import Judgement
from assistant.claims.reading import Basis, Evidence, Statement, Word, key
from assistant.claims.scopes import scopes

__all__ = ["check_quantifiers"]

QUANTIFIERS: Mapping[str, str] = {
    "all": "all every each always invariably entire entirely whole wholly universally exclusively anyone everyone both",
    "most": "most mostly majority predominantly mainly largely usually generally typically often primarily chiefly",
    "many": "many several numerous multiple frequently various",
    "some": "some sometimes occasionally certain partly partially subset subpopulation minority",
    "few": "few fewer rarely seldom little hardly scarcely infrequently",
    "only": "only solely merely",
    "nearly": "almost nearly approximately",
}
WEAKEST = frozenset({"some", "few", "only", "nearly"})
"""What a quotation says with these, a claim does not say without."""
STRICT = frozenset({"all", "most", "few", "only"})
"""What a claim says with these, a quotation must say with the same."""
_GROUPS = {key(word): group for group, words in QUANTIFIERS.items() for word in words.split()}


def check_quantifiers(claim: Statement, evidence: Evidence) -> Judgement | None:
    """Whether the claim has more, or fewer, than the sentence that it rests on."""
    for basis in evidence.bases(claim):
        found = _overstated(basis) or _dropped(basis, claim)
        if found:
            return found
    return None


def _overstated(basis: Basis) -> Judgement | None:
    given = {_GROUPS.get(word.key) for word in basis.sentence.words}
    for word in basis.clause:
        group = _GROUPS.get(word.key)
        if group in STRICT and group not in given:
            return Judgement("not_supported", f'the claim says "{word.text}", the quotation does not')
    return None


def _dropped(basis: Basis, claim: Statement) -> Judgement | None:
    given = {_GROUPS.get(word.key) for word in claim.words}
    clause = frozenset(term for word in basis.clause for term in word.terms)
    cues = frozenset(word for word, group in _GROUPS.items() if group in WEAKEST and group not in given)
    for scope in scopes(basis.sentence, cues, reach=1):
        if any(clause.intersection(word.terms) for word in scope.words) and not _not_only(basis.sentence, scope.cue):
            return Judgement("not_supported", f'the quotation says "{scope.cue.text}", the claim does not')
    return None


def _not_only(sentence: Statement, cue: Word) -> bool:
    place = next(number for number, word in enumerate(sentence.words) if word is cue)
    return place > 0 and sentence.words[place - 1].text == "not"
