"""Which candidates are shown, and in which order: agreeing ones together, those that lean on a predecessor with it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.extracting import Candidate
from assistant.listing import list_around

__all__ = ["Evidence", "select"]

ALSO = 0.82
"""A further sentence is shown from this share of the first one's score on."""
ALSO_LISTED = 0.78
"""The same, where several things are asked for."""
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
    """What is shown as one sentence: a candidate, with the sentence that it leans on or the list that it is of.

    ``shown`` is that in reading order; ``agreeing`` are candidates of other documents that say the same.
    """

    best: Candidate
    shown: tuple[Candidate, ...]
    agreeing: tuple[Candidate, ...] = ()


def select(candidates: Sequence[Candidate], *, limit: int, listed: bool = False) -> list[Evidence]:
    """At most ``limit`` sentences: the best first, the others after it in reading order, agreeing ones as one.

    ``listed`` is whether several things are asked for: then an item brings its whole list, and more is shown.
    """
    if not candidates:
        return []
    least = candidates[0].score - (1 - (ALSO_LISTED if listed else ALSO)) * abs(candidates[0].score)
    chosen: list[Evidence] = []
    for candidate in candidates:
        if candidate.score < least:
            break
        twin = next((number for number, other in enumerate(chosen) if _same(other.best, candidate)), None)
        if twin is not None:
            chosen[twin] = _with(chosen[twin], candidate)
        elif len(chosen) < limit:
            chosen.append(Evidence(candidate, (candidate,)))
    ordered = chosen[:1] + sorted(chosen[1:], key=lambda evidence: _reading_order(evidence.best, chosen[0].best))
    known = {_place(candidate): candidate for candidate in candidates}
    return _led(_with_lists(ordered, known, listed=listed), known)


def _with_lists(chosen: Sequence[Evidence], known: Mapping[Place, Candidate], *, listed: bool) -> list[Evidence]:
    """Each with the list that it leads to or is of; what stands in the list of another is not shown again."""
    lists = [_list(evidence.best, known, listed=listed) for evidence in chosen]
    holders = (max(lists, key=lambda held: len(held) * (_place(evidence.best) in held)) for evidence in chosen)
    kept = {id(held): held for held in holders}
    whose = {id(held): evidence for held, evidence in zip(lists, chosen, strict=True)}
    return [replace(whose[name], shown=tuple(held.values())) for name, held in kept.items()]


def _list(candidate: Candidate, known: Mapping[Place, Candidate], *, listed: bool) -> dict[Place, Candidate]:
    """The candidates of the list around one, in reading order; that one alone where there is none."""
    sentences = candidate.hit.passage.sentences
    places = [(candidate.hit.record.key, sentence.span.start) for sentence in sentences]
    texts = [known[place].shown if place in known else "" for place in places]
    run = list_around(sentences.index(candidate.sentence), texts, whole=listed)
    return {places[number]: known[places[number]] for number in run if places[number] in known}


def _led(chosen: Sequence[Evidence], known: Mapping[Place, Candidate]) -> list[Evidence]:
    """Each with the sentence that it leans on, unless that is shown anyway."""
    shown = {_place(candidate) for evidence in chosen for candidate in evidence.shown}
    leading = [_leading(evidence.shown[0], known) for evidence in chosen]
    return [
        replace(evidence, shown=(before, *evidence.shown)) if before and _place(before) not in shown else evidence
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
