"""What a claim denies, its quotations deny, and the other way round."""

from assistant.claims.judge import Judgement
from assistant.claims.reading import Basis, Evidence, Statement, Word
from assistant.claims.scopes import Scope, keys, scopes

__all__ = ["check_negation", "is_opposite"]

VERBAL = keys(
    "not never cannot fail fails failed failing failure neither nor none unable unlikely rarely hardly barely"
)
_CONTRACTED = """
isn't aren't wasn't weren't don't doesn't didn't can't couldn't won't wouldn't hasn't haven't hadn't shouldn't
"""
NOMINAL = keys("no without lack lacks lacked lacking absence absent devoid free")
PREFIXES = ("non", "un", "in", "im", "ir", "dis", "anti", "mis", "ab", "a", "de", "mal")
NOT_ONLY = ("not", "only")


def check_negation(claim: Statement, evidence: Evidence) -> Judgement | None:
    """Whether one of them denies what the other states, or has the opposite of a word (affected, unaffected)."""
    for basis in evidence.bases(claim):
        found = _denied(claim, basis, evidence) or _opposed(basis, evidence)
        if found:
            return found
    return None


def _denied(claim: Statement, basis: Basis, evidence: Evidence) -> Judgement | None:
    theirs, ours = negations(basis.sentence), negations(claim)
    denied_there = _terms(theirs)
    denied_here = _terms(ours)
    for scope in ours:
        said = [word for word in scope.words if evidence.says_in(word, basis.sentence.terms)]
        in_clause = scope.cue in basis.clause
        if in_clause and (said or not theirs) and not any(evidence.says_in(word, denied_there) for word in said):
            return Judgement("contradicted", f'the claim denies ("{scope.cue.text}") what the quotation does not')
    clause = frozenset(term for word in basis.clause for term in word.terms)
    for scope in theirs:
        said = [word for word in scope.words if clause.intersection(word.terms)]
        if said and not any(denied_here.intersection(word.terms) for word in said):
            return Judgement("contradicted", f'the quotation denies ("{scope.cue.text}") what the claim states')
    return None


def negations(sentence: Statement) -> list[Scope]:
    """What the sentence denies: three words after "not", one after "no" or "without"."""
    texts = [word.text for word in sentence.words]
    only = {place for place in range(len(texts) - 1) if (texts[place], texts[place + 1]) == NOT_ONLY}
    skipped = {id(sentence.words[place]) for place in only}
    found = [*scopes(sentence, VERBAL | frozenset(_CONTRACTED.split()), reach=3), *scopes(sentence, NOMINAL, reach=1)]
    return [scope for scope in found if id(scope.cue) not in skipped]


def _terms(found: list[Scope]) -> frozenset[str]:
    return frozenset(term for scope in found for word in scope.words for term in word.terms)


def _opposed(basis: Basis, evidence: Evidence) -> Judgement | None:
    for word in basis.clause:
        if word.terms and not evidence.says(word):
            for other in basis.sentence.content:
                if is_opposite(word, other):
                    return Judgement("contradicted", f'the quotation says "{other.text}", the claim "{word.text}"')
    return None


def is_opposite(one: Word, other: Word) -> bool:
    """Whether one word is the other with a prefix that denies it: unaffected, in-active, non-healing."""
    long, short = (one, other) if len(one.text) > len(other.text) else (other, one)
    stem = short.key
    return len(stem) >= 4 and any(long.key in (prefix + stem, f"{prefix}-{stem}") for prefix in PREFIXES)
