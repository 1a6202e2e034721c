"""Which of two goes with which of two others: "A and B rose by 3 and 5 %, respectively", "the latter"."""

from collections.abc import Iterator

from assistant.claims.aligning import Aligned
from assistant.claims.judge import Judgement
from assistant.claims.reading import Statement, Word

__all__ = ["check_pairs"]

Pair = tuple[Word, Word]


def check_pairs(aligned: Aligned) -> Judgement | None:
    """Whether the claim pairs what a sentence pairs otherwise, or says of one what it says of "the latter"."""
    for sentence in aligned.basis:
        texts = {word.text for word in sentence.words}
        named = next((text for text in ("latter", "former") if text in texts), None)
        if named and named not in {word.text for word in aligned.claim.words}:
            return Judgement("not_supported", f'the quotation says "the {named}", the claim names it')
        if "respectively" in texts and (crossed := _crossed(aligned.claim, sentence)):
            one, other = crossed
            reason = f'the quotation says "{one.text}" and "{other.text}" of different things'
            return Judgement("contradicted", reason)
    return None


def _crossed(claim: Statement, sentence: Statement) -> Pair | None:
    """Two words that the claim pairs and the sentence does not."""
    pairs = list(_pairs_of(sentence))
    in_order = any(word.text == "respectively" for word in claim.words)
    if len(pairs) != 2 or in_order:
        return None
    partners = dict(zip((word.key for word in pairs[0]), (word.key for word in pairs[1]), strict=True))
    seconds = {word.key for word in pairs[1]}
    names = [word for word in claim.words if word.key in partners]
    values = [word for word in claim.words if word.key in seconds]
    for one, other in zip(names, values, strict=False):
        if partners[one.key] != other.key:
            return one, other
    return None


def _pairs_of(sentence: Statement) -> Iterator[Pair]:
    """What stands on both sides of each "and"; of two amounts their numbers."""
    words = sentence.words
    for place, word in enumerate(words):
        if word.text == "and" and 0 < place < len(words) - 1:
            before, after = words[place - 1], words[place + 1]
            if after.text[0].isdigit():
                before = next((other for other in words[:place][::-1] if other.text[0].isdigit()), before)
            yield before, after
