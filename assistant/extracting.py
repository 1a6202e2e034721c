"""Candidates: the sentences of the best passages, as they would be shown, each with a score."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.models import Hit
from assistant.questioning import Understood
from index.abbreviations import find_definitions
from index.models import Label, Sentence
from index.passages import Shown, shown_of
from index.reading import Snapshot
from index.store import Vectors
from index.table_rows import head_spans
from index.texts import heading_texts, sentence_parts
from index.tokenizing import terms
from index.vectors import similarities

__all__ = ["Candidate", "gather", "in_order", "shown_in"]

DENSE, COVERED, PASSAGE = 0.5, 0.35, 0.15
"""Weights of a sentence's similarity to the question, its share of the question's terms, and its passage's score."""
DEFINES = 0.5
"""Added to the score of a sentence that defines the abbreviation that is asked about."""
PENALTY: Mapping[Label, float] = {"references": 0.4, "boilerplate": 0.3, "metadata": 0.2}
"""Taken from the score of sentences that are rarely an answer. Headings never are, and are no candidates."""
ABOUT_A_PUBLICATION = 0.1
"""Added to the score of those instead where a publication is asked about: then they are what answers."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that might answer, as it is shown, and the ``terms`` in it.

    ``covered`` is its share, in [0, 1], of the weight of the question's terms; all where it defines what is asked for.
    ``relevance`` is the logit that a cross-encoder gave it, if one has read it. ``not_about`` are subjects of the
    question that neither it nor what stands over it names: title, section, the sentence before.
    """

    hit: Hit
    sentence: Sentence
    shown: str
    terms: frozenset[str]
    covered: float
    dense: float
    score: float
    relevance: float | None = None
    not_about: tuple[str, ...] = ()


def gather(hits: Sequence[Hit], asked: Understood, vector: Vectors, snapshot: Snapshot) -> list[Candidate]:
    """Candidates from these passages, best first. A sentence that stands in two passages comes once.

    ``vector`` is the question's. Raises StaleRead when a document leaves the index meanwhile.
    """
    candidates: dict[tuple[str, int], Candidate] = {}
    for hit in hits:
        for candidate in _candidates(hit, similarities(hit.sentence_vectors, vector), asked, snapshot):
            candidates.setdefault((hit.record.key, candidate.sentence.span.start), candidate)
    return in_order(candidates.values())


def in_order(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Best first; equal ones in the order of their passages."""
    return sorted(candidates, key=_order)


def _candidates(hit: Hit, similarities: Vectors, asked: Understood, snapshot: Snapshot) -> Iterator[Candidate]:
    """The sentences of a passage; ``similarities`` is each one's to the question."""
    over = frozenset(terms(f"{hit.record.title} {hit.passage.section}")) if asked.subjects else frozenset()
    before = frozenset[str]()
    for (sentence, (shown, found)), similarity in zip(shown_in(hit, snapshot), similarities.tolist(), strict=True):
        if shown and sentence.label != "heading":
            covered = asked.covered_by(found)
            score = DENSE * similarity + COVERED * covered + PASSAGE * hit.score
            not_about = asked.not_about(found | before | over) if asked.subjects else ()
            score += _preference(sentence.label, asked)
            if asked.definitions and not asked.definitions.isdisjoint(find_definitions(shown, sentence.label)):
                covered, score = 1.0, score + DEFINES
            yield Candidate(hit, sentence, shown, found, covered, similarity, score, not_about=not_about)
            before = found


def shown_in(hit: Hit, snapshot: Snapshot) -> Iterator[tuple[Sentence, Shown]]:
    """The sentences of a passage, headings too, and how each is shown. Raises StaleRead."""
    for sentence, ready in zip(hit.passage.sentences, hit.shown, strict=True):
        yield sentence, ready or _shown(sentence, hit, snapshot)


def _shown(sentence: Sentence, hit: Hit, snapshot: Snapshot) -> Shown:
    source = sentence_parts(snapshot.volume, hit.record, hit.passage, sentence)
    headings = heading_texts(snapshot.volume, hit.record, hit.passage) if sentence.heads else {}
    over = [headings[span] for span in head_spans(sentence.heads)]
    return shown_of(source, known=snapshot.derived.lexical.knows, headings=over)


def _preference(label: Label, asked: Understood) -> float:
    if label not in PENALTY:
        return 0.0
    return ABOUT_A_PUBLICATION if asked.about_a_publication else -PENALTY[label]


def _order(candidate: Candidate) -> tuple[float, str, int]:
    return -round(candidate.score, 6), candidate.hit.passage.id, candidate.sentence.span.start
