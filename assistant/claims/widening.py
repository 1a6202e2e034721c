"""A denial is not wider than its quotation's: "no serious harm" does not say that there is no harm."""

from assistant.claims.aligning import Aligned
from assistant.claims.covering import stands_for
from assistant.claims.judge import Judgement
from assistant.claims.negation import negations
from assistant.claims.reading import Word
from assistant.claims.scopes import Scope

__all__ = ["check_width"]

_WIDENING = """
any further additional apparent obvious other evidence longer significant significantly statistically study studies
trial trials data date
"""
WIDENING = frozenset(_WIDENING.split())
"""What may be left out between a denial and what it denies."""
REACH = 8
"""Words behind a denial that what it denies is looked for in."""


def check_width(aligned: Aligned) -> Judgement | None:
    """Whether the claim keeps a denial, and drops what stands between that and what is denied."""
    for sentence in aligned.basis:
        for scope in negations(sentence):
            after = sentence.words[sentence.words.index(scope.cue) + 1 :]
            left_out = None if scope.cue in aligned.dropped else _left_out(after, scope, aligned)
            if left_out is not None:
                return Judgement("not_supported", f'the quotation denies it only with "{left_out.text}"')
    return None


def _left_out(after: tuple[Word, ...], scope: Scope, aligned: Aligned) -> Word | None:
    """What the claim drops before the first word that both deny."""
    restricting: list[Word] = []
    for word in after[:REACH]:
        if word.clause != scope.cue.clause or word.text in ("or", "and", "nor"):
            return None
        if word.terms and word not in aligned.dropped and restricting:
            return restricting[0]
        if word in aligned.dropped and word.terms and word.text not in WIDENING and not _is_said(word, aligned):
            restricting.append(word)
    return None


def _is_said(word: Word, aligned: Aligned) -> bool:
    """Whether the claim has the word elsewhere, or another for it, or what it abbreviates."""
    added = frozenset(term for other in aligned.added for term in other.terms)
    by_another = stands_for(word, aligned.added, aligned.evidence)
    return aligned.keeps(word) or by_another or aligned.evidence.says_in(word, added)
