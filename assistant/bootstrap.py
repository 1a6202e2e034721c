"""The one place where real parts are chosen. Tests pass others to the same constructors."""

import os
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

from assistant.answering import Assistant
from assistant.claims.judge import ClaimJudge
from assistant.claims.opening import open_judge
from assistant.cross_encoding import open_cross_encoder
from assistant.finding import Finder
from assistant.generating.opening import Generators
from assistant.generating.writers import Writers
from assistant.profiles import PROFILES
from assistant.settings import AssistantSettings
from index.build import Builder, BuildOptions, Progress
from index.chroma import open_store
from index.embedding import Embedder, open_embedder
from index.making import check_state, making_of, volume_name
from index.reading import IndexReader
from index.settings import IndexSettings
from index.store import CollectionState, Store

__all__ = ["Parts"]


class Parts:
    """The parts that a set of settings calls for, each opened when it is first wanted."""

    def __init__(
        self,
        settings: IndexSettings,
        *,
        answering: AssistantSettings | None = None,
        notify: Callable[[str], None],
    ) -> None:
        self.settings = settings
        self.answering = answering or AssistantSettings()
        self._notify = notify
        self._store: Store | None = None
        self._embedder: Embedder | None = None
        self._finder: Finder | None = None
        self._generators: Generators | None = None
        self._judge: ClaimJudge | None = None

    @property
    def store(self) -> Store:
        """The store; raises StoreError when it cannot be reached."""
        if self._store is None:
            self._store = open_store(state_dir=self.settings.state_dir, chroma_url=self.settings.chroma_url)
        return self._store

    @property
    def embedder(self) -> Embedder:
        """The embedding model; raises ModelError when it cannot be had."""
        if self._embedder is None:
            self._embedder = open_embedder(
                self.settings.model,
                cache_dir=self.settings.cache_dir,
                precision=self.settings.precision,
                device=self.settings.device,
                notify=self._notify,
            )
        return self._embedder

    @property
    def finder(self) -> Finder:
        """What finds answers; raises ModelError when one of its models cannot be had."""
        if self._finder is None:
            profile = PROFILES[self.answering.profile]
            cross_encoder = (
                open_cross_encoder(self.answering.cross_encoder, cache_dir=self.settings.cache_dir, notify=self._notify)
                if profile.sentences_read
                else None
            )
            self._finder = Finder(self.embedder, profile, cross_encoder)
        return self._finder

    @property
    def generators(self) -> Generators:
        """The models that may write answers, by name."""
        if self._generators is None:
            self._generators = Generators(self.answering, notify=self._notify)
        return self._generators

    @property
    def writers(self) -> Writers:
        """What writes answers, and checks what it wrote."""
        return Writers(
            self.generators.open,
            self.judge,
            tokens=self.answering.generator_tokens,
            usual=self.generators.usual,
        )

    def judge(self) -> ClaimJudge:
        """What checks the claims of a model; raises GeneratorError when it cannot be had."""
        if self._judge is None:
            self._judge = open_judge(
                self.answering.claim_judge, self.embedder, cache_dir=self.settings.cache_dir, notify=self._notify
            )
        return self._judge

    def reader(self) -> IndexReader:
        """Reads collections made the way these settings say."""
        return IndexReader(self.store, state_dir=self.settings.state_dir, check=self._check)

    def assistant(self) -> Assistant:
        """Answers from the collections of these settings."""
        return Assistant(self.reader(), self.finder, self.writers)

    def builder(self, collection: str, *, wait_seconds: float = 0.0, progress: Progress | None = None) -> Builder:
        """Builds a collection the way these settings say."""
        return Builder(
            self.store,
            self.embedder,
            collection=collection,
            state_dir=self.settings.state_dir,
            options=BuildOptions(
                tokens=self.settings.passage_tokens,
                max_bytes=self.settings.max_file_bytes,
                fallback_encoding=self.settings.fallback_encoding,
                wait_seconds=wait_seconds,
            ),
            progress=progress,
        )

    def over(self, paths: Sequence[Path]) -> "Parts":
        """The same parts over an index of its own in the cache, for questions about just these paths."""
        making = making_of(self.embedder, tokens=self.settings.passage_tokens)
        places = sorted(os.fsencode(os.path.abspath(path)) for path in paths)  # noqa: PTH100  resolve() follows loops
        name = sha256(b"\n".join([volume_name(making).encode(), *places])).hexdigest()[:16]
        settings = self.settings.model_copy(
            update={"state_dir": self.settings.cache_dir / "documents" / name, "chroma_url": None}
        )
        parts = Parts(settings, answering=self.answering, notify=self._notify)
        parts._embedder, parts._finder = self._embedder, self._finder
        parts._generators, parts._judge = self.generators, self._judge
        return parts

    def _check(self, state: CollectionState) -> None:
        check_state(state, making_of(self.embedder, tokens=self.settings.passage_tokens))
