"""What blocking or losing a thing does, the thing itself does not: "blocking A heals" does not say that A heals."""

from assistant.claims.aligning import Aligned
from assistant.claims.judge import Judgement
from assistant.claims.opposites import poles_of
from assistant.claims.reading import Statement, Word

__all__ = ["check_inverters"]

_BEFORE = """
inhibition inhibiting blocking blockade loss losing deficiency deficient depletion depleting knockdown knockout
silencing deletion deleting ablation ablating neutralization neutralisation neutralizing neutralising removal removing
withdrawal withdrawing avoiding avoidance preventing prevention suppression suppressing inactivation inactivating
antagonizing antagonising targeting eliminating elimination eradicating eradication repression reducing reduction
lowering downregulation
"""
_BEHIND = """
inhibition inhibitor inhibitors blockade loss deficiency deficient depletion depleted knockdown knockout silencing
deletion ablation neutralization neutralisation removal withdrawal avoidance suppression inactivation antagonist
antagonists antibody antibodies null
"""
BEFORE = frozenset(_BEFORE.split())
"""Words whose object follows them: blocking A, loss of A."""
BEHIND = frozenset(_BEHIND.split())
"""Words whose object comes before them: A deficiency."""
REACH = 2
"""Words, with "of" and "the", among which the object stands behind."""


def check_inverters(aligned: Aligned) -> Judgement | None:
    """Whether the claim drops what is done to a thing that it keeps, and says nothing like it."""
    if any(word.text in BEFORE | BEHIND for word in aligned.added):
        return None
    for sentence in aligned.basis:
        for place, word in enumerate(sentence.words):
            if word in aligned.dropped and _acts_on_kept(word, place, sentence, aligned):
                return Judgement("contradicted", f'the quotation says "{word.text}", the claim does not')
    return None


def _acts_on_kept(word: Word, place: int, sentence: Statement, aligned: Aligned) -> bool:
    return not _said_otherwise(word, aligned) and any(map(aligned.keeps, _objects(word, place, sentence)))


def _said_otherwise(word: Word, aligned: Aligned) -> bool:
    poles = poles_of(word.key)
    return aligned.keeps(word) or any(poles & poles_of(other.key) for other in aligned.added)


def _objects(word: Word, place: int, sentence: Statement) -> list[Word]:
    words = sentence.words
    found: list[Word] = []
    if word.text in BEFORE and word.clause == words[min(place + 1, len(words) - 1)].clause:
        found += [other for other in words[place + 1 : place + 1 + REACH] if other.terms][:1]
    if word.text in BEHIND and place and words[place - 1].terms and words[place - 1].clause == word.clause:
        found.append(words[place - 1])
    return found
