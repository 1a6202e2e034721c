"""The judge that the settings name."""

from collections.abc import Callable
from pathlib import Path

from assistant.claims.judge import BUILT_IN, ClaimJudge
from index.embedding import Embedder
from index.settings import IndexSettings

__all__ = ["open_judge"]


def open_judge(
    name: str,
    embedder: Embedder | None,
    *,
    cache_dir: Path | None = None,
    notify: Callable[[str], None] = lambda _: None,
) -> ClaimJudge:
    """The built-in judge, or an NLI model by its name or folder. Raises GeneratorError where that is none."""
    if name == BUILT_IN:
        from assistant.claims.built_in import BuiltInJudge

        return BuiltInJudge(embedder)
    from assistant.claims.nli import NliJudge

    return NliJudge(name, cache_dir=cache_dir or IndexSettings().cache_dir, notify=notify)
