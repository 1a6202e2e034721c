"""What a quotation leaves open in several words ("remains to be seen", "only when"), a claim does not settle."""

from collections.abc import Iterator

from assistant.claims.aligning import Aligned
from assistant.claims.judge import Judgement
from assistant.claims.reading import Statement, Word

__all__ = ["check_settled"]

_OPEN = """
remains to be, remain to be, remained to be, yet to be, called into question, under investigation, being tested,
being investigated, being evaluated, being studied, being explored, being developed, has been abandoned,
have been abandoned, was abandoned, been discredited, been disproven, was considered, were considered,
been considered to, long considered, once considered, has been questioned, have been questioned, is debated,
are debated, potential to, in the process of
"""
OPEN = tuple(tuple(phrase.split()) for phrase in " ".join(_OPEN.split()).split(", "))
"""What is said of a whole clause, and of what precedes it."""
CONDITIONAL = ("as long as", "so long as", "on condition that", "in case", "once", "in the event", "when")
_CONDITIONAL = tuple(tuple(phrase.split()) for phrase in CONDITIONAL)
_RESTRICTED = "in when if after with by for at during under among once upon until as before where via on from"
RESTRICTED = frozenset(_RESTRICTED.split())
"""What follows an "only" that restricts the whole clause."""
OBLIGATIONS = frozenset({"must", "should", "ought", "mandatory", "obligatory", "compulsory"})
FEWEST = 2
"""Content words of an open clause that a claim takes over."""


def check_settled(aligned: Aligned) -> Judgement | None:
    """Whether the claim drops what leaves a statement open, or restricts it, or makes a duty of it."""
    for sentence in aligned.basis:
        for start, length in _open_at(sentence):
            phrase = sentence.words[start : start + length]
            if not _has(aligned.claim, tuple(word.text for word in phrase)) and _is_kept(start, sentence, aligned):
                shown = " ".join(word.text for word in phrase)
                return Judgement("not_supported", f'the quotation says "{shown}", the claim states it as a fact')
    duty = next((word for word in aligned.claim.words if word.text in OBLIGATIONS), None)
    if duty is not None and not any(word.text in OBLIGATIONS for said in aligned.basis for word in said.words):
        return Judgement("not_supported", f'the claim says "{duty.text}", the quotation does not')
    return None


def _open_at(sentence: Statement) -> Iterator[tuple[int, int]]:
    """Where such words stand, and how many they are."""
    texts = tuple(word.text for word in sentence.words)
    for place, text in enumerate(texts):
        restricts = text == "only" and not RESTRICTED.isdisjoint(texts[place + 1 : place + 2])
        if restricts and texts[max(0, place - 1) : place] != ("not",):
            yield place, 2
        for phrase in (*OPEN, *_CONDITIONAL):
            if texts[place : place + len(phrase)] == phrase:
                yield place, len(phrase)


def _has(claim: Statement, phrase: tuple[str, ...]) -> bool:
    texts = [word.text for word in claim.words]
    return phrase[0] in texts


def _is_kept(start: int, sentence: Statement, aligned: Aligned) -> bool:
    """Whether the claim keeps enough of what the words bear on: their clause, or the one before if that is empty."""
    clause = sentence.words[start].clause
    said = _content(sentence, clause) or _content(sentence, clause - 1)
    return sum(map(aligned.keeps, said)) >= min(FEWEST, len(said))


def _content(sentence: Statement, clause: int) -> list[Word]:
    return [word for word in sentence.words if word.clause == clause and word.terms]
