"""How many of them, how often: some are not all, and only is not also."""

from assistant.claims.aligning import Aligned
from assistant.claims.cues import WEAK_AMOUNTS, amount_of
from assistant.claims.judge import Judgement
from assistant.claims.reading import Statement, Word
from assistant.claims.scopes import scopes

__all__ = ["check_quantifiers"]


def check_quantifiers(aligned: Aligned) -> Judgement | None:
    """Whether the claim has more, or fewer, than the sentences that it rests on."""
    return _added(aligned) or _dropped(aligned)


def _added(aligned: Aligned) -> Judgement | None:
    given = {amount_of(word) for word in aligned.dropped}
    for word in aligned.added_in_order:
        amount = amount_of(word)
        if amount is not None and amount not in given:
            return Judgement("not_supported", f'the claim says "{word.text}", the quotation does not')
    return None


def _dropped(aligned: Aligned) -> Judgement | None:
    given = {amount_of(word) for word in aligned.added}
    for sentence in aligned.basis:
        weak = frozenset(word.text for word in sentence.words if amount_of(word) in WEAK_AMOUNTS - given)
        for scope in scopes(sentence, weak, reach=1):
            kept = any(map(aligned.keeps, scope.words))
            if scope.cue in aligned.dropped and kept and not _not_only(sentence, scope.cue):
                return Judgement("not_supported", f'the quotation says "{scope.cue.text}", the claim does not')
    return None


def _not_only(sentence: Statement, cue: Word) -> bool:
    place = sentence.words.index(cue)
    return place > 0 and sentence.words[place - 1].text == "not"
