"""Picking the sentences that answer: candidates of the best passages, scored, ordered, agreeing ones together."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.models import Hit
from index.models import Label, Sentence
from index.reading import Snapshot
from index.store import Vectors
from index.texts import sentence_parts
from index.tokenizing import content_words, terms
from index.views import display

__all__ = ["Candidate", "Evidence", "asked_words", "gather", "select", "weigh_terms"]

PASSAGES = 20
DENSE, COVERED, PASSAGE = 0.5, 0.35, 0.15
"""Weights of a sentence's similarity to the question, its share of the question's terms, and its passage's score."""
ALSO = 0.82
"""A further sentence is shown from this share of the first one's score on."""
SAME = 0.7
"""Share of their terms, in common of all (Jaccard), from which on two sentences say the same.

Their vectors do not tell: read within their passages, neighbours are near, and the same words elsewhere are not.
"""
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
PENALTY: Mapping[Label, float] = {"references": 0.4, "boilerplate": 0.3, "metadata": 0.2}
"""Taken from the score of sentences that are rarely an answer. Headings never are, and are no candidates."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that might answer, as it is shown, and the ``terms`` in it.

    ``covered`` is its share, in [0, 1], of the weight of the question's terms.
    """

    hit: Hit
    sentence: Sentence
    shown: str
    terms: frozenset[str]
    covered: float
    dense: float
    score: float


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


def gather(hits: Sequence[Hit], weights: Mapping[str, float], question: Vectors, snapshot: Snapshot) -> list[Candidate]:
    """Candidates from the best passages, best first. A sentence that stands in two passages comes once.

    ``question`` is its vector. Raises StaleRead when a document leaves the index meanwhile.
    """
    best = hits[:PASSAGES]
    vectors = snapshot.sentence_vectors([hit.passage.id for hit in best])
    candidates: dict[tuple[str, int], Candidate] = {}
    for hit in best:
        for candidate in _candidates(hit, vectors[hit.passage.id] @ question, weights, snapshot):
            candidates.setdefault((hit.record.key, candidate.sentence.span.start), candidate)
    return sorted(candidates.values(), key=_order)


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


def _candidates(
    hit: Hit, similarities: Vectors, weights: Mapping[str, float], snapshot: Snapshot
) -> Iterator[Candidate]:
    """The sentences of a passage; ``similarities`` is each one's to the question."""
    known, whole = snapshot.derived.lexical.knows, sum(weights.values()) or 1.0
    for sentence, similarity in zip(hit.passage.sentences, similarities.tolist(), strict=True):
        if sentence.label == "heading":
            continue
        source = sentence_parts(snapshot.volume, hit.record, hit.passage, sentence)
        shown = " ".join(display(part, known=known).text for part in source)
        if shown:
            found = frozenset(terms(shown))
            covered = sum(weight for term, weight in weights.items() if term in found) / whole
            score = DENSE * similarity + COVERED * covered + PASSAGE * hit.score - PENALTY.get(sentence.label, 0.0)
            yield Candidate(hit, sentence, shown, found, covered, similarity, score)


def _order(candidate: Candidate) -> tuple[float, str, int]:
    return -round(candidate.score, 6), candidate.hit.passage.id, candidate.sentence.span.start


def _same(one: Candidate, other: Candidate) -> bool:
    return one.shown == other.shown or 0 < SAME * len(one.terms | other.terms) <= len(one.terms & other.terms)


def _with(evidence: Evidence, candidate: Candidate) -> Evidence:
    documents = {known.hit.record.key for known in (evidence.best, *evidence.agreeing)}
    if candidate.hit.record.key in documents:
        return evidence
    return Evidence(evidence.best, (*evidence.agreeing, candidate))


def _reading_order(candidate: Candidate, first: Candidate) -> tuple[bool, str, int]:
    """Sentences of the first one's document come first, each document's in the order of its text."""
    record = candidate.hit.record
    return record.key != first.hit.record.key, record.path, candidate.sentence.span.start
