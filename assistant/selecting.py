"""Which candidates are shown, and in which order: agreeing ones together, those that lean on a predecessor with it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.extracting import Candidate

__all__ = ["Evidence", "select"]

ALSO = 0.82
"""A further sentence is shown from this share of the first one's score on."""
SAME = 0.7
"""Share of their terms, in common of all (Jaccard), from which on two sentences say the same.

Their vectors do not tell: read within their passages, neighbours are near, and the same words elsewhere are not.
"""
_ITSELF = "review|article|paper|chapter|study|book"
_LEANS = re.compile(
    rf"(?:It|They|He|She|Its|Their|His|Her|Both|(?:This|These|Those|Such|That)(?! (?:{_ITSELF})\b)"
    r"|The (?:former|latter|same|above|other))\b"
)
"""How a sentence begins that says little without the one before it."""

Place = tuple[str, int]
"""A document's key and where in it a sentence starts."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is shown as one sentence: a candidate, after the sentence that it leans on where there is one.

    ``agreeing`` are candidates of other documents that say the same.
    """

    best: Candidate
    agreeing: tuple[Candidate, ...] = ()
    leading: Candidate | None = None

    @property
    def shown(self) -> tuple[Candidate, ...]:
        """What is shown, in reading order."""
        return (self.leading, self.best) if self.leading else (self.best,)


def select(candidates: Sequence[Candidate], *, limit: int) -> list[Evidence]:
    """At most ``limit`` sentences: the best first, the others after it in reading order, agreeing ones as one."""
    if not candidates:
        return []
    least = candidates[0].score - (1 - ALSO) * abs(candidates[0].score)
    chosen: list[Evidence] = []
    for candidate in candidates:
        if candidate.score < least:
            break
        twin = next((number for number, other in enumerate(chosen) if _same(other.best, candidate)), None)
        if twin is not None:
            chosen[twin] = _with(chosen[twin], candidate)
        elif len(chosen) < limit:
            chosen.append(Evidence(candidate))
    ordered = chosen[:1] + sorted(chosen[1:], key=lambda evidence: _reading_order(evidence.best, chosen[0].best))
    return _led(ordered, {_place(candidate): candidate for candidate in candidates})


def _led(chosen: Sequence[Evidence], known: Mapping[Place, Candidate]) -> list[Evidence]:
    """Each with the sentence that it leans on, unless that is shown anyway."""
    shown = {_place(evidence.best) for evidence in chosen}
    leading = [_leading(evidence.best, known) for evidence in chosen]
    return [
        replace(evidence, leading=before) if before and _place(before) not in shown else evidence
        for evidence, before in zip(chosen, leading, strict=True)
    ]


def _leading(candidate: Candidate, known: Mapping[Place, Candidate]) -> Candidate | None:
    """The sentence before in the same passage, where the candidate begins with what points back to it."""
    sentences = candidate.hit.passage.sentences
    number = sentences.index(candidate.sentence)
    if not number or not _LEANS.match(candidate.shown):
        return None
    return known.get((candidate.hit.record.key, sentences[number - 1].span.start))


def _place(candidate: Candidate) -> Place:
    return candidate.hit.record.key, candidate.sentence.span.start


def _same(one: Candidate, other: Candidate) -> bool:
    return one.shown == other.shown or 0 < SAME * len(one.terms | other.terms) <= len(one.terms & other.terms)


def _with(evidence: Evidence, candidate: Candidate) -> Evidence:
    documents = {known.hit.record.key for known in (evidence.best, *evidence.agreeing)}
    if candidate.hit.record.key in documents:
        return evidence
    return replace(evidence, agreeing=(*evidence.agreeing, candidate))


def _reading_order(candidate: Candidate, first: Candidate) -> tuple[bool, str, int]:
    """Sentences of the first one's document come first, each document's in the order of its text."""
    record = candidate.hit.record
    return record.key != first.hit.record.key, record.path, candidate.sentence.span.start
