"""What is not significant in a quotation, is no effect in a claim, and no sameness either."""

import re

from assistant.claims.aligning import Aligned
from assistant.claims.judge import Judgement
from assistant.claims.negation import negations
from assistant.claims.opposites import poles_of
from assistant.claims.reading import Statement, Word

__all__ = ["check_significance"]

_NOT_SIGNIFICANT = re.compile(
    r"\b(?:not?|nor|without|never|failed to|fail to|n't|neither)\b[^.;]{0,40}?\bsignifican(?:t|tly|ce)\b"
    r"|\b(?:non-?|in)significan(?:t|tly|ce)\b|\bp ?(?:=|>|≥) ?0?\.(?:0[6-9]|[1-9])\d*|\bp ?> ?0?\.05\b|, ns\b|\(ns\b"
)
_SAYS_SO = re.compile(r"significan|\bp ?[=<>≥]|\btrend|\bns\b")
_SAMENESS = re.compile(r"\b(?:similar(?:ly)?|same|equal(?:ly)?|identical|comparable|equivalent|unchanged)\b")
EFFECTS = frozenset({0, 1})
"""The axes of more and less, of better and worse."""


def check_significance(aligned: Aligned) -> Judgement | None:
    """Whether the claim has an effect, or sameness, of which its sentence says that it is not significant."""
    if _SAYS_SO.search(aligned.claim.folded):
        return None
    for sentence in aligned.basis:
        found = _NOT_SIGNIFICANT.search(sentence.folded)
        if found is None or not _states_effect(aligned, sentence, found):
            continue
        return Judgement("not_supported", f'the quotation says "{found[0]}", the claim does not')
    return None


def _states_effect(aligned: Aligned, sentence: Statement, found: re.Match[str]) -> bool:
    """Whether the claim goes a way that the sentence goes in the part that is not significant."""
    if _SAMENESS.search(aligned.claim.folded):
        return True
    if negations(aligned.claim):
        return False
    start = max(sentence.folded.rfind(mark, 0, found.start()) for mark in ("; ", ", and ", ". "))
    part = sentence.folded[max(0, start) : found.end()]
    ours = (word for word in aligned.claim.words if _is_effect(word))
    return any(re.search(rf"\b{re.escape(word.text[:5])}", part) for word in ours)


def _is_effect(word: Word) -> bool:
    """Whether it says more or less, better or worse."""
    return word.text != "adverse" and any(pole.axis in EFFECTS for pole in poles_of(word.key))
