"""From a question to the sentences that may answer it, in one direction: understand, embed, retrieve, gather, read."""

import time
from collections.abc import Collection
from dataclasses import dataclass

from assistant.cross_encoding import CrossEncoder
from assistant.extracting import Candidate, gather
from assistant.models import Hit
from assistant.profiles import Profile
from assistant.questioning import Understood, understand
from assistant.ranking import read, reorder
from assistant.retrieving import Ranking, rank, take
from index.embedding import Embedder
from index.reading import Snapshot

__all__ = ["Finder", "Found", "Stopwatch"]


class Stopwatch:
    """Milliseconds by stage."""

    def __init__(self) -> None:
        self._started = self._lap = time.perf_counter()
        self.laps: dict[str, float] = {}

    def lap(self, name: str) -> None:
        """Book the time since the last lap under ``name``."""
        now = time.perf_counter()
        self.laps[name] = round(1000 * (now - self._lap), 2)
        self._lap = now

    def total(self) -> dict[str, float]:
        """All laps, and the whole."""
        return self.laps | {"total": round(1000 * (time.perf_counter() - self._started), 2)}


@dataclass(frozen=True, slots=True)
class Found:
    """What a question means here, the passages for it and the sentences in them, best first.

    ``ranking`` is what the two searches said; ``hits`` are the best of it, in the order that their sentences gave them.
    """

    asked: Understood
    ranking: Ranking
    hits: list[Hit]
    candidates: list[Candidate]

    @property
    def passage_ids(self) -> list[str]:
        """Every passage found, best first: the hits, then what was not looked into."""
        first = dict.fromkeys(hit.passage.id for hit in self.hits)
        return [*first, *(name for name, _ in self.ranking.fused if name not in first)]


class Finder:
    """Finds what may answer a question. Safe to use from several threads."""

    def __init__(self, embedder: Embedder, profile: Profile, cross_encoder: CrossEncoder | None = None) -> None:
        self.profile = profile
        self.reads_with = cross_encoder.name if cross_encoder else ""
        self._embedder = embedder
        self._cross_encoder = cross_encoder

    def find(
        self,
        question: str,
        snapshot: Snapshot,
        *,
        documents: Collection[str] | None = None,
        limit: int = 0,
        watch: Stopwatch | None = None,
    ) -> Found:
        """Passages and sentences for a question; ``documents`` are document keys, ``limit`` asks for more passages."""
        watch = watch or Stopwatch()
        asked = understand(question, snapshot)
        watch.lap("understand")
        vector = self._embedder.embed_query(asked.text)
        watch.lap("embed")
        ranking = rank(asked, vector, snapshot, depth=max(limit, self.profile.depth), documents=documents)
        hits = take(ranking, snapshot, limit=max(limit, self.profile.passages))
        watch.lap("retrieve")
        candidates = gather(hits[: self.profile.passages], asked, vector, snapshot)
        watch.lap("gather")
        if self._cross_encoder and self.profile.sentences_read:
            candidates = read(candidates, asked.text, self._cross_encoder, limit=self.profile.sentences_read)
        looked_at = reorder(hits[: self.profile.passages], candidates)
        watch.lap("rank")
        return Found(asked, ranking, [*looked_at, *hits[self.profile.passages :]], candidates)
