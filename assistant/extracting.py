"""Picking the sentences that answer: candidates of the best passages, scored, ordered, agreeing ones together."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from assistant.models import Hit
from index.embedding import Embedder
from index.models import Label, Sentence
from index.reading import Snapshot
from index.store import Vectors
from index.tokenizing import content_words, terms
from index.views import display

__all__ = ["Candidate", "Evidence", "asked_words", "gather", "select", "weigh_terms"]

PASSAGES = 20
EMBEDDED = 14
"""How many candidates get the model's opinion: each costs some milliseconds."""
DENSE, COVERED, PASSAGE = 0.5, 0.35, 0.15
"""Weights of a sentence's similarity to the question, its share of the question's terms, and its passage's score."""
ALSO = 0.82
"""A further sentence is shown from this share of the first one's score on."""
SAME = 0.92
"""Cosine from which on two sentences say the same."""
FRAMING = frozenset(
    {
        "abbreviation",
        "acronym",
        "define",
        "definition",
        "describe",
        "exist",
        "exists",
        "explain",
        "give",
        "list",
        "long",
        "many",
        "mean",
        "meaning",
        "means",
        "meant",
        "much",
        "name",
        "please",
        "show",
        "stand",
        "stands",
        "tell",
    }
)
"""Words that ask, and that an answer need not repeat: "what does … stand for", "how long …"."""
PENALTY: Mapping[Label, float] = {"heading": 1.0, "references": 0.4, "boilerplate": 0.3, "metadata": 0.2}
"""Taken from the score of sentences that are rarely an answer; headings never are."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that might answer. ``covered`` is its share, in [0, 1], of the weight of the question's terms."""

    hit: Hit
    sentence: Sentence
    shown: str
    covered: float
    dense: float
    score: float
    vector: Vectors


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is shown as one sentence: the candidate itself and those of other documents that say the same."""

    best: Candidate
    agreeing: tuple[Candidate, ...] = ()


def asked_words(question: str) -> list[str]:
    """The words of a question that its answer may be expected to contain, or to be about."""
    return [word for word in content_words(question) if word not in FRAMING]


def weigh_terms(question: str, snapshot: Snapshot) -> dict[str, float]:
    """The question's terms with BM25's idf: log(1 + (N - n + 0.5) / (n + 0.5)), in n of N passages."""
    lexical, total = snapshot.derived.lexical, snapshot.derived.lexical.passages
    asked = dict.fromkeys(term for word in asked_words(question) for term in terms(word))
    found = ((term, lexical.passages_with(term)) for term in asked)
    return {term: math.log(1 + (total - count + 0.5) / (count + 0.5)) for term, count in found}


def gather(
    hits: Sequence[Hit], weights: Mapping[str, float], question: Vectors, snapshot: Snapshot, embedder: Embedder
) -> list[Candidate]:
    """Candidates from the best passages, best first. A sentence that stands in two passages comes once."""
    drafts = _drafts(hits[:PASSAGES], weights, snapshot)[:EMBEDDED]
    if not drafts:
        return []
    vectors = embedder.embed([draft.shown for draft in drafts])
    return sorted(
        (_scored(draft, vector, float(vector @ question)) for draft, vector in zip(drafts, vectors, strict=True)),
        key=_order,
    )


def select(candidates: Sequence[Candidate], *, limit: int) -> list[Evidence]:
    """At most ``limit`` sentences: the best first, the others after it in reading order, agreeing ones as one."""
    if not candidates:
        return []
    best = candidates[0].score
    chosen: list[Evidence] = []
    for candidate in candidates:
        if candidate.score < ALSO * best:
            break
        twin = next((number for number, other in enumerate(chosen) if _same(other.best, candidate)), None)
        if twin is not None:
            chosen[twin] = _with(chosen[twin], candidate)
        elif len(chosen) < limit:
            chosen.append(Evidence(candidate))
    return chosen[:1] + sorted(chosen[1:], key=lambda evidence: _reading_order(evidence.best, chosen[0].best))


@dataclass(frozen=True)
class _Draft:
    hit: Hit
    sentence: Sentence
    shown: str
    covered: float

    @cached_property
    def prior(self) -> float:
        """What can be said without the model."""
        return self.covered + 0.5 * self.hit.score - PENALTY.get(self.sentence.label, 0.0)


def _drafts(hits: Sequence[Hit], weights: Mapping[str, float], snapshot: Snapshot) -> list[_Draft]:
    known, whole = snapshot.derived.lexical.knows, sum(weights.values()) or 1.0
    drafts: dict[tuple[str, int], _Draft] = {}
    for hit in hits:
        for sentence in hit.passage.sentences:
            place = (hit.record.key, sentence.span.start)
            if sentence.label == "heading" or place in drafts:
                continue
            source = [_source(part.start, part.end, hit, snapshot) for part in sentence.parts]
            shown = " ".join(display(part, known=known).text for part in source)
            if shown:
                covered = sum(weights.get(term, 0.0) for term in set(terms(shown))) / whole
                drafts[place] = _Draft(hit, sentence, shown, covered)
    return sorted(drafts.values(), key=lambda draft: (-draft.prior, draft.hit.passage.id, draft.sentence.span))


def _source(start: int, end: int, hit: Hit, snapshot: Snapshot) -> str:
    span = hit.passage.span
    if span.start <= start and end <= span.end:
        return hit.passage.text[start - span.start : end - span.start]
    return snapshot.locate(hit.record, type(span)(start, end)).text


def _scored(draft: _Draft, vector: Vectors, dense: float) -> Candidate:
    score = DENSE * dense + COVERED * draft.covered + PASSAGE * draft.hit.score
    score -= PENALTY.get(draft.sentence.label, 0.0)
    return Candidate(draft.hit, draft.sentence, draft.shown, draft.covered, dense, score, vector)


def _order(candidate: Candidate) -> tuple[float, str, int]:
    return -round(candidate.score, 6), candidate.hit.passage.id, candidate.sentence.span.start


def _same(one: Candidate, other: Candidate) -> bool:
    return one.shown == other.shown or float(np.dot(one.vector, other.vector)) >= SAME


def _with(evidence: Evidence, candidate: Candidate) -> Evidence:
    documents = {known.hit.record.key for known in (evidence.best, *evidence.agreeing)}
    if candidate.hit.record.key in documents:
        return evidence
    return Evidence(evidence.best, (*evidence.agreeing, candidate))


def _reading_order(candidate: Candidate, first: Candidate) -> tuple[bool, str, int]:
    """Sentences of the first one's document come first, each document's in the order of its text."""
    record = candidate.hit.record
    return record.key != first.hit.record.key, record.path, candidate.sentence.span.start
