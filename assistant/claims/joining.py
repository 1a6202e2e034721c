"""What a quotation says apart is not joined: "A blocks B and C promotes D" does not say that A promotes D."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from assistant.claims.aligning import Aligned
from assistant.claims.covering import is_free, stands_for
from assistant.claims.cues import is_cue
from assistant.claims.judge import Judgement
from assistant.claims.opposites import poles_of
from assistant.claims.ordering import PIVOTS
from assistant.claims.reading import Statement, Word, key

__all__ = ["check_joining"]

COORDINATORS = frozenset(
    {"and", "or", "but", "whereas", "while", "although", "though", "however", "nor", "versus", "vs"}
)
RELATIVES = frozenset({"which", "who", "whom", "whose", "that", "where", "when"})
PREPOSITIONS = frozenset(
    {"via", "by", "through", "with", "from", "for", "after", "before", "during", "under", "against", "without"}
)
OBJECT_RELATIVES = frozenset({"that", "which", "who"})
LONGEST_ITEM = 3
"""Content words of a member of a list."""
FEWEST_OF_A_SENTENCE = 3
"""Content words that a claim takes over from a sentence, where it takes some from another as well."""


def check_joining(aligned: Aligned) -> Judgement | None:
    """Whether the claim joins words that stand in different parts of a sentence, or in different sentences."""
    for one, other in pairwise(word for word in aligned.claim.words if word in aligned.kept):
        (here, start), (there, end) = aligned.place(one), aligned.place(other)
        if here is not there:
            same = _same_subject(aligned, here, there)
            anew = _starts_anew(aligned, one, other) and _keeps_subject(aligned, there, end)
            apart = not (anew or there.refers_back or same)
        elif _attaches_elsewhere(aligned, one, other, here.words[start + 1 : end]):
            apart = True
        else:
            apart = _stand_apart(_left_out(aligned, one, other, here.words[start + 1 : end]), here.words[start])
        if apart:
            reason = f'the quotation says "{one.text}" and "{other.text}" of different things'
            return Judgement("not_supported", reason)
    return None


def _same_subject(aligned: Aligned, here: Statement, there: Statement) -> bool:
    """Whether both sentences, and the claim, begin with the same thing."""
    first = {said.content[0].key if said.content else "" for said in (aligned.claim, here, there)}
    return len(first) == 1


def _keeps_subject(aligned: Aligned, sentence: Statement, place: int) -> bool:
    """Whether the claim has what the clause of the word at this place begins with."""
    clause = sentence.words[place].clause
    before = [word for word in sentence.words[: place + 1] if word.clause == clause and word.terms]
    begin = next((word for word in before if not is_free(word) and not word.text.endswith("ly")), None)
    return begin is None or begin is sentence.words[place] or any(map(aligned.keeps, before[:-1]))


def _attaches_elsewhere(aligned: Aligned, one: Word, other: Word, between: Sequence[Word]) -> bool:
    """Whether the claim has another object, or another subject, than the words between say.

    "A clears B, which heals" is not "A clears B and heals"; "replaces B via C", "contains B that repairs C" do not say
    that A replaces or contains C.
    """
    between = [word for word in between if one.aside or not word.aside]
    words = aligned.claim.words
    ours = {word.text for word in words[words.index(one) + 1 : words.index(other)]}
    theirs = [word.text for word in between]
    anew = "and" in ours or (one.clause != other.clause and not ours & COORDINATORS)
    if anew and not RELATIVES & ours and RELATIVES & set(theirs[:1]):
        return True
    lost = [word.terms and not is_free(word) and not aligned.keeps(word) for word in between]
    if not _takes_object(one) or not any(lost) or ours & (PREPOSITIONS | RELATIVES):
        return False
    if any(stands_for(word, [found for found in words if found.text in ours], aligned.evidence) for word in between):
        return False
    behind = theirs[lost.index(True) + 1 :]
    return any(text in PREPOSITIONS for text in behind) or any(text in OBJECT_RELATIVES for text in behind[:1])


def _takes_object(word: Word) -> bool:
    axes = {pole.axis for verb in ("increase", "improve", "contain") for pole in poles_of(key(verb))}
    return word.key in PIVOTS or any(pole.axis in axes for pole in poles_of(word.key))


def _left_out(aligned: Aligned, one: Word, other: Word, between: Sequence[Word]) -> list[Word]:
    """The words of the sentence between two kept ones, without what stands in brackets or is said otherwise."""
    words = aligned.claim.words
    ours = words[words.index(one) + 1 : words.index(other)]
    aside = aligned.kept[one].aside or aligned.kept[other].aside
    return [word for word in between if (aside or not word.aside) and not stands_for(word, ours, aligned.evidence)]


def _starts_anew(aligned: Aligned, one: Word, other: Word) -> bool:
    """Whether the claim starts a new clause between the two words, and takes enough over in it."""
    words = aligned.claim.words
    between = words[words.index(one) + 1 : words.index(other)]
    parted = one.clause != other.clause or any(word.text in COORDINATORS for word in between)
    sentence = aligned.place(other)[0]
    taken = [
        word for word in words[words.index(other) :] if word in aligned.kept and aligned.place(word)[0] is sentence
    ]
    return parted and len(taken) >= FEWEST_OF_A_SENTENCE


def _stand_apart(left_out: Sequence[Word], before: Word) -> bool:
    """Whether what is left out ends one statement and begins another: "blocks B and C"."""
    pieces = list(_pieces(left_out, before))
    if len(pieces) == 1 or not _has_content(pieces[-1]):
        return False
    if not pieces[0]:  # it starts with a comma, a bracket or an "and"
        return not (_is_aside(left_out) or all(map(_is_item, pieces)))
    return _has_content(pieces[0])


def _pieces(words: Sequence[Word], before: Word) -> Iterator[list[Word]]:
    """The words between commas, brackets and coordinators; the first piece is empty where one of those comes first."""
    piece: list[Word] = []
    clause = before.clause
    for word in words:
        if word.clause != clause or word.text in COORDINATORS:
            yield piece
            piece = []
        clause = word.clause
        if word.text not in COORDINATORS:
            piece.append(word)
    yield piece


def _has_content(piece: Sequence[Word]) -> bool:
    return any(word.terms and not is_free(word) and not word.text.endswith("ly") for word in piece)


def _is_aside(left_out: Sequence[Word]) -> bool:
    return left_out[0].text in RELATIVES


def _is_item(piece: Sequence[Word]) -> bool:
    content = [word for word in piece if word.terms]
    return len(content) <= LONGEST_ITEM and not any(is_cue(word) or poles_of(word.key) for word in piece)
