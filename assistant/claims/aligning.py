"""A claim beside the sentences that it rests on: which words both have in the same order, and which only one has.

What is kept in its place needs no check: a claim that is copied but for a word stands or falls with that word.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

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
    def dropped_keys(self) -> frozenset[str]:
        """The dropped words as tables name them."""
        return frozenset(word.key for word in self.dropped)

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
    kept: dict[Word, Word] = {}
    for block in _blocks(ours, theirs):
        if block.same:
            kept |= zip(block.ours, block.theirs, strict=True)
        else:
            added |= dict.fromkeys(block.ours, tuple(block.theirs))
            dropped.update(block.theirs)
    return Aligned(claim, evidence, basis, frozenset(added), frozenset(dropped), added, kept)


class _Block(NamedTuple):
    same: bool
    ours: Sequence[Word]
    theirs: Sequence[Word]


def _blocks(ours: Sequence[Word], theirs: Sequence[Word]) -> Iterator[_Block]:
    """What is the same, by the longest sequence of words that both have, and what stands between."""
    operations = LCSseq.opcodes([_same(word) for word in theirs], [_same(word) for word in ours])
    for same, group in groupby(operations, key=lambda operation: operation.tag == "equal"):
        found = list(group)
        here = ours[found[0].dest_start : found[-1].dest_end]
        yield _Block(same, here, theirs[found[0].src_start : found[-1].src_end])


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
