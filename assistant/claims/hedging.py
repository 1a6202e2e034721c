"""What a quotation only supposes, a claim does not state; what goes together there, does not cause here."""

from assistant.claims.aligning import Aligned
from assistant.claims.cues import CAUSES, CONDITIONS, HEDGES
from assistant.claims.judge import Judgement
from assistant.claims.reading import Statement, Word
from assistant.claims.scopes import scopes

__all__ = ["check_causes", "check_hedges"]

REACH = 8
"""Content words that a hedge bears on."""


def check_hedges(aligned: Aligned) -> Judgement | None:
    """Whether the claim states what a sentence that it rests on asks, or says with "may", "suggests", "if"."""
    supposed = any(word.key in HEDGES for word in aligned.added)
    for sentence in aligned.basis:
        if sentence.is_question and not aligned.claim.is_question:
            return Judgement("not_supported", "the quotation asks, the claim states it as a fact")
        cue = _condition(sentence, aligned) or (None if supposed else _hedge(sentence, aligned))
        if cue is not None:
            return Judgement("not_supported", f'the quotation says "{cue.text}", the claim states it as a fact')
    return None


def _condition(sentence: Statement, aligned: Aligned) -> Word | None:
    conditions = (word for word in sentence.words if word.key in CONDITIONS and word in aligned.dropped)
    return None if any(word.key in CONDITIONS for word in aligned.added) else next(conditions, None)


def _hedge(sentence: Statement, aligned: Aligned) -> Word | None:
    """A hedge that the claim drops, of something that it keeps."""
    found = (
        scope.cue
        for scope in scopes(sentence, HEDGES, reach=REACH)
        if scope.cue in aligned.dropped and any(map(aligned.keeps, scope.words))
    )
    return next(found, None)


def check_causes(aligned: Aligned) -> Judgement | None:
    """Whether the claim adds a cause that takes the place of none."""
    dropped = [word for word in aligned.dropped if word.key in CAUSES]
    for word in aligned.added_in_order:
        if word.key in CAUSES and not dropped and not aligned.says(word):
            return Judgement("not_supported", f'the claim says "{word.text}", the quotation names no cause there')
    return None
