"""What a quotation only supposes, a claim does not state; what goes together there, does not cause here."""

from assistant.claims.aligning import Aligned
from assistant.claims.cues import CAUSES, HEDGES
from assistant.claims.judge import Judgement
from assistant.claims.scopes import scopes

__all__ = ["check_causes", "check_hedges"]

REACH = 8
"""Content words that a hedge bears on."""


def check_hedges(aligned: Aligned) -> Judgement | None:
    """Whether the claim states what a sentence that it rests on says with "may", "suggests" or the like."""
    if any(word.key in HEDGES for word in aligned.added):
        return None
    for sentence in aligned.basis:
        for scope in scopes(sentence, HEDGES, reach=REACH):
            kept = any(map(aligned.keeps, scope.words))
            if scope.cue in aligned.dropped and kept:
                return Judgement(
                    "not_supported", f'the quotation says "{scope.cue.text}", the claim states it as a fact'
                )
    return None


def check_causes(aligned: Aligned) -> Judgement | None:
    """Whether the claim adds a cause that takes the place of none."""
    dropped = [word for word in aligned.dropped if word.key in CAUSES]
    for word in aligned.added_in_order:
        if word.key in CAUSES and not dropped and not aligned.says(word):
            return Judgement("not_supported", f'the claim says "{word.text}", the quotation names no cause there')
    return None
