"""What a claim denies, its quotations deny, and the other way round."""

from collections.abc import Iterable

from assistant.claims.aligning import Aligned
from assistant.claims.cues import NOMINAL, VERBAL
from assistant.claims.judge import Judgement
from assistant.claims.reading import Statement, Word
from assistant.claims.scopes import Scope, scopes

__all__ = ["check_negation", "is_opposite", "negations"]

PREFIXES = ("non", "un", "in", "im", "ir", "dis", "anti", "mis", "ab", "a", "de", "mal")
SHORTEST_STEM = 4
NOT_ONLY = ("not", "only")
IN_PHRASES = {
    "contrast": ("to", "with"),
    "contrary": ("to",),
    "instead": ("of",),
    "rather": ("than",),
    "exception": ("of",),
}
"""Words that deny only before one of these."""


def check_negation(aligned: Aligned) -> Judgement | None:
    """Whether one of them denies what the other states, or has the opposite of a word (affected, unaffected)."""
    return _denies_more(aligned) or _denies_less(aligned) or _opposed(aligned)


def _denies_more(aligned: Aligned) -> Judgement | None:
    """A denial that the claim adds must take the place of one, of the same thing."""
    theirs = [scope for sentence in aligned.basis for scope in negations(sentence) if scope.cue in aligned.dropped]
    for scope in negations(aligned.claim):
        if scope.cue in aligned.added and not _same_thing(aligned, scope, theirs) and not _denied_by_prefix(aligned):
            return Judgement("contradicted", f'the claim denies ("{scope.cue.text}") what the quotation does not')
    return None


def _same_thing(aligned: Aligned, scope: Scope, theirs: Iterable[Scope]) -> bool:
    kept = [aligned.kept[word] for word in scope.words if word in aligned.kept]
    if kept:
        return any(word in other.words for word in kept for other in theirs)
    denied = frozenset(term for other in theirs for word in other.words for term in word.terms)
    return any(aligned.evidence.says_in(word, denied) for word in scope.words)


def _denied_by_prefix(aligned: Aligned) -> bool:
    return any(is_opposite(other, word) for other in aligned.dropped for word in aligned.claim.content)


def _denies_less(aligned: Aligned) -> Judgement | None:
    """A denial that the claim drops must not bear on what it keeps."""
    ours = [scope for scope in negations(aligned.claim) if scope.cue in aligned.added]
    denied = frozenset(term for scope in ours for word in scope.words for term in word.terms)
    for sentence in aligned.basis:
        for scope in negations(sentence):
            said = [word for word in scope.words if aligned.keeps(word)]
            if scope.cue not in aligned.dropped or _is_not_only(sentence, scope.cue, aligned):
                continue
            if said and all(denied.isdisjoint(word.terms) for word in said):
                return Judgement("contradicted", f'the quotation denies ("{scope.cue.text}") what the claim states')
    return None


def negations(sentence: Statement) -> list[Scope]:
    """What the sentence denies: three words after "not", one after "no" or "without"."""
    found = (*scopes(sentence, VERBAL, reach=3), *scopes(sentence, NOMINAL, reach=1))
    return [scope for scope in found if _denies(scope.cue, sentence)]


def _denies(cue: Word, sentence: Statement) -> bool:
    """Whether a cue that denies only in a phrase stands in it: "in contrast to", "rather than"."""
    if cue.text not in IN_PHRASES:
        return True
    after = sentence.words[sentence.words.index(cue) + 1 :][:1]
    return any(word.text in IN_PHRASES[cue.text] for word in after)


def _is_not_only(sentence: Statement, cue: Word, aligned: Aligned) -> bool:
    """Whether the cue is that of "not only", which the claim drops as a whole."""
    after = sentence.words[sentence.words.index(cue) + 1 :][:1]
    return any((cue.text, word.text) == NOT_ONLY and word in aligned.dropped for word in after)


def _opposed(aligned: Aligned) -> Judgement | None:
    for word in aligned.added_in_order:
        for other in aligned.dropped:
            if is_opposite(word, other) and not any(scope.cue in aligned.added for scope in negations(aligned.claim)):
                return Judgement("contradicted", f'the quotation says "{other.text}", the claim "{word.text}"')
    return None


def is_opposite(one: Word, other: Word) -> bool:
    """Whether one word is the other with a prefix that denies it: unaffected, in-active, non-healing."""
    long, short = (one, other) if len(one.text) > len(other.text) else (other, one)
    stem = short.key
    return len(stem) >= SHORTEST_STEM and long.key in {prefix + stem for prefix in PREFIXES}
