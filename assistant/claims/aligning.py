"""A claim beside the sentences that it rests on: which words both have in the same order, and which only one has.

What is kept in its place needs no check: a claim that is copied but for a word stands or falls with that word.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from rapidfuzz.distance import LCSseq

from assistant.claims.cues import is_cue
from assistant.claims.opposites import poles_of
from assistant.claims.quantities import COUNTS
from assistant.claims.reading import Evidence, Statement, Word

__all__ = ["Aligned", "align"]


@dataclass(frozen=True)
class Aligned:
    """A claim, the sentences that it rests on, and how they differ.

    ``added`` are words of the claim that its sentences do not have in that place, ``dropped`` words of theirs that it
    does not have there; ``instead`` gives for an added word those that it replaces, ``kept`` for another the same
    word of a sentence. Words without a meaning of their
    own (the, of) are in neither.
    """

    claim: Statement
    evidence: Evidence
    basis: tuple[Statement, ...]
    added: frozenset[Word]
    dropped: frozenset[Word]
    instead: Mapping[Word, tuple[Word, ...]]
    kept: Mapping[Word, Word]

    @cached_property
    def terms(self) -> frozenset[str]:
        """The terms of the sentences that the claim rests on."""
        return frozenset(term for sentence in self.basis for term in sentence.terms)

    @cached_property
    def added_in_order(self) -> tuple[Word, ...]:
        """The added words as the claim has them."""
        return tuple(word for word in self.claim.words if word in self.added)

    @cached_property
    def moved(self) -> tuple[Word, ...]:
        """Added content words that the sentences say elsewhere."""
        return tuple(word for word in self.added_in_order if word.terms and self.says(word))

    def keeps(self, word: Word) -> bool:
        """Whether the claim has this word of a sentence, in its place or elsewhere."""
        return word not in self.dropped or not self._added_terms.isdisjoint(word.terms)

    @cached_property
    def _added_terms(self) -> frozenset[str]:
        return frozenset(term for word in self.added for term in word.terms)

    def place(self, word: Word) -> tuple[Statement, int]:
        """The sentence that a kept word stands in, and where there."""
        return self._places[self.kept[word]]

    @cached_property
    def _places(self) -> Mapping[Word, tuple[Statement, int]]:
        return {word: (sentence, place) for sentence in self.basis for place, word in enumerate(sentence.words)}

    def says(self, word: Word) -> bool:
        """Whether the sentences that the claim rests on say the word."""
        return self.evidence.says_in(word, self.terms)


def align(claim: Statement, evidence: Evidence) -> Aligned:
    """Find the sentences that say most of a claim, and lay it beside them."""
    basis = _basis(claim, evidence)
    ours = [word for word in claim.words if _matters(word)]
    theirs = [word for sentence in basis for word in sentence.words if _matters(word)]
    added: dict[Word, tuple[Word, ...]] = {}
    dropped: set[Word] = set()
    pairs = _pairs(ours, theirs)
    for (one, other), (next_one, next_other) in pairwise([(-1, -1), *pairs, (len(ours), len(theirs))]):
        left_out = theirs[other + 1 : next_other]
        added |= dict.fromkeys(ours[one + 1 : next_one], tuple(left_out))
        dropped.update(left_out)
    kept = {ours[one]: theirs[other] for one, other in pairs}
    return Aligned(claim, evidence, basis, frozenset(added), frozenset(dropped), added, kept)


def _pairs(ours: Sequence[Word], theirs: Sequence[Word]) -> list[tuple[int, int]]:
    """Where the words stand that both have, in the longest sequence; next to the one before where that can be."""
    here, there = [_same(word) for word in ours], [_same(word) for word in theirs]
    found: list[tuple[int, int]] = []
    for block in LCSseq.opcodes(there, here):
        if block.tag == "equal":
            for one, other in zip(
                range(block.dest_start, block.dest_end), range(block.src_start, block.src_end), strict=True
            ):
                beside = found[-1][1] + 1 if found else other
                found.append((one, beside if there[beside] == here[one] else other))
    return found


def _matters(word: Word) -> bool:
    return bool(word.terms) or is_cue(word) or bool(poles_of(word.key))


def _same(word: Word) -> str:
    """What two words must share to be the same; three is 3."""
    return str(COUNTS[word.text]) if word.text in COUNTS else word.key


def _basis(claim: Statement, evidence: Evidence) -> tuple[Statement, ...]:
    """The fewest sentences, by a greedy choice, that say all of the claim's words that any of them says."""
    left: Sequence[Word] = claim.content
    chosen: list[int] = []
    while left:
        said = [sum(evidence.says_in(word, sentence.terms) for word in left) for sentence in evidence.sentences]
        best = max(range(len(said)), key=said.__getitem__)
        if not said[best]:
            break
        chosen.append(best)
        left = [word for word in left if not evidence.says_in(word, evidence.sentences[best].terms)]
    return tuple(evidence.sentences[number] for number in sorted(chosen))
