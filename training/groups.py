"""What the cross-encoder learns from: questions with sentences that answer them, and others that are found beside them.

Candidates are what citespan itself finds in a development set; those that overlap gold evidence are positives. Near
misses are made from them: the question with one word changed for another of its kind, which its sentence does not
answer any more.
"""

import json
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.bootstrap import Parts
from assistant.extracting import Candidate
from assistant.finding import Finder
from assistant.profiles import PROFILES
from assistant.settings import AssistantSettings
from evals.calibrate import overlaps
from evals.datasets import Half, file_of, half_of, open_folder
from evals.models import Case, Place
from evals.runner import COLLECTION, prepare
from index.models import Span
from index.settings import IndexSettings
from index.tokenizing import STOP_WORDS

__all__ = ["Group", "NearMisses", "groups_of"]

REPEATS = {"covidqa": 4, "scifact": 3}
"""How often a question with evidence is seen, by set; else once. The two tell sentences of one document apart."""
LEAST_NEGATIVES = 7
MOST_NEGATIVES = 60
SHORTEST = 16
"""Code points of a sentence that can be a negative."""
_WORD = re.compile(r"[^\W_]+(?:[-/'][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Group:
    """A question with sentences that answer it and others; negatives of the right document first."""

    question: str
    positives: tuple[str, ...]
    negatives: tuple[str, ...]
    repeats: int


def groups_of(folder: Path, half: Half | None) -> Iterator[Group]:
    """The groups of a development set; its index is made in the cache, once."""
    settings = IndexSettings()
    parts = Parts(settings, answering=AssistantSettings(profile="fast"), notify=print)
    dataset = open_folder(folder, cache_dir=settings.cache_dir)
    snapshot = prepare(dataset, parts).assistant.reader.snapshot(COLLECTION)
    finder = Finder(parts.embedder, PROFILES["best"])  # with nothing that reads: that is what is learned here
    rationales = _rationales(folder / "claims.jsonl")
    cases = (half_of(dataset, half) if half else dataset).cases
    for number, case in enumerate(cases, 1):
        found = finder.find(case.question, snapshot).candidates
        group = _group(case, found, rationales.get(case.id, []), REPEATS.get(folder.name, 1))
        if group:
            yield group
        print(f"\r{folder.name}: {number}/{len(cases)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)


class NearMisses:
    """Changes questions so that their sentence does not answer them any more."""

    def __init__(self, groups: Sequence[Group], draw: random.Random) -> None:
        self._draw = draw
        sentences = [text for group in groups for text in (*group.positives, *group.negatives)]
        self._seen = Counter(word for text in sentences for word in {match.lower() for match in _WORD.findall(text)})
        self._rare = max(3, len(sentences) // 50)
        self._words: dict[str, list[str]] = {}
        for group in groups:
            for match in list(_WORD.finditer(group.question))[1:]:
                if self._can_change(match[0]):
                    self._words.setdefault(_shape(match[0]), []).append(match[0])

    def of(self, question: str, sentence: str) -> str | None:
        """The question with one rare word that the sentence has too changed for another of its shape, if there is."""
        low = sentence.lower()
        shared = [
            match for match in _WORD.finditer(question) if self._can_change(match[0]) and match[0].lower()[:6] in low
        ]
        if not shared:
            return None
        drawn = self._draw.sample(shared, min(2, len(shared)))
        match = min(drawn, key=lambda found: self._seen[found[0].lower()])
        other = self._other(match[0], low)
        return other and question[: match.start()] + other + question[match.end() :]

    def _can_change(self, word: str) -> bool:
        return len(word) > 2 and word.lower() not in STOP_WORDS and self._seen[word.lower()] <= self._rare

    def _other(self, word: str, sentence: str) -> str | None:
        if word.isdigit():
            return str(self._draw.choice([int(word) + self._draw.randint(1, 9), self._draw.randint(2, 100)]))
        of_shape = self._words.get(_shape(word), [])
        drawn = (self._draw.choice(of_shape) for _ in range(10)) if of_shape else iter(())
        return next((other for other in drawn if other != word and other.lower()[:5] not in sentence), None)


def _shape(word: str) -> str:
    if word.isdigit():
        return "number"
    if not word.isalpha() or not word[1:].islower():
        return "name"
    return "capital" if word[0].isupper() else "word"


def _group(case: Case, found: Sequence[Candidate], rationales: Sequence[Place], repeats: int) -> Group | None:
    """None where no sentence found answers an answerable question.

    A claim that is judged without rationales has the likest sentence of a relevant abstract for its positive; other
    sentences of relevant documents are negatives only where gold evidence says which of them answer.
    """
    gold = [*case.places, *rationales]
    positives = dict.fromkeys(candidate.shown for candidate in found if overlaps(candidate, gold))
    judged = bool(gold) and len(case.relevant) < 2
    related = [candidate for candidate in found if candidate.hit.record.path in case.relevant]
    if case.answerable and not gold and related:
        positives = {max(related, key=lambda candidate: candidate.dense).shown: None}
    if case.answerable and not positives:
        return None
    others = [
        candidate
        for candidate in found
        if candidate.shown not in positives and len(candidate.shown) >= SHORTEST
        if judged or candidate.hit.record.path not in case.relevant
    ]
    others.sort(key=lambda candidate: candidate.hit.record.path not in case.relevant)  # stable: then as ranked
    negatives = tuple(dict.fromkeys(candidate.shown for candidate in others))[:MOST_NEGATIVES]
    if len(negatives) < LEAST_NEGATIVES:
        return None
    return Group(case.question, tuple(positives), negatives, repeats if gold else 1)


def _rationales(claims: Path) -> dict[str, list[Place]]:
    """SciFact's rationale sentences by claim; none where there is no such file."""
    if not claims.is_file():
        return {}
    rows = (json.loads(line) for line in claims.read_text(encoding="utf-8").splitlines())
    return {
        row["id"]: [
            Place(file_of(document), Span(start, end))
            for document, evidence in row["evidence"].items()
            for rationale in evidence["rationale_spans"]
            for start, end in rationale
        ]
        for row in rows
    }
