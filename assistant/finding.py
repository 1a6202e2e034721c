"""From a question to the sentences that may answer it, in one direction: understand, embed, retrieve, gather, read."""

from collections.abc import Collection
from dataclasses import dataclass

from assistant.cross_encoding import CrossEncoder
from assistant.extracting import Candidate, gather
from assistant.models import Hit
from assistant.profiles import Profile
from assistant.questioning import Understood, understand
from assistant.ranking import read, reorder
from assistant.retrieving import Ranking, rank, take
from assistant.stages import Stages
from index.embedding import Embedder
from index.reading import Snapshot

__all__ = ["Finder", "Found"]


@dataclass(frozen=True, slots=True)
class Found:
    """What a question means here, the passages for it and the sentences in them, best first.

    ``ranking`` is what the two searches said; ``hits`` are the best of it, in the order that their sentences gave them.
    ``snapshot`` is the state of the index that all of it was read from; ``rewritten`` is the follow-up that was asked,
    as a question that stands alone.
    """

    snapshot: Snapshot
    asked: Understood
    ranking: Ranking
    hits: list[Hit]
    candidates: list[Candidate]
    rewritten: str | None = None

    @property
    def searched_for(self) -> str | None:
        """The question with words respelt, where it was searched for so."""
        return self.asked.text if self.asked.corrected else None

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
        stages: Stages | None = None,
    ) -> Found:
        """Passages and sentences for a question; ``documents`` are document keys, ``limit`` asks for more passages.

        Raises Abandoned at the end of a stage when nobody waits any more.
        """
        stages = stages or Stages()
        asked = understand(question, snapshot)
        stages.end("understand")
        vector = self._embedder.embed_query(asked.text)
        stages.end("embed")
        ranking = rank(asked, vector, snapshot, depth=max(limit, self.profile.depth), documents=documents)
        hits = take(ranking, snapshot, limit=max(limit, self.profile.passages))
        stages.end("retrieve")
        candidates = gather(hits[: self.profile.passages], asked, vector, snapshot)
        stages.end("gather")
        if self._cross_encoder and self.profile.sentences_read:
            candidates = read(candidates, asked.text, self._cross_encoder, limit=self.profile.sentences_read)
        looked_at = reorder(hits[: self.profile.passages], candidates)
        stages.end("rank")
        return Found(snapshot, asked, ranking, [*looked_at, *hits[self.profile.passages :]], candidates)
