"""What the tutorial chain retrieves for our cases, scored as ours is. The chain runs in an interpreter of its own."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from evals import metrics
from evals.datasets import file_of
from evals.models import Case, Dataset, EvalError, Place, Scored
from index.models import Span

__all__ = ["TutorialChain"]

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class TutorialChain:
    """The chain's file, an interpreter that has what it needs, and a folder where its stores are kept."""

    file: Path
    python: Path
    cache: Path

    def rank(self, dataset: Dataset, scored: Sequence[Scored], *, source: Path) -> list[Scored]:
        """The cases with the ranking metrics of what the chain retrieves from the folder ``source``.

        Raises EvalError when the chain fails.
        """
        heads = _heads(source)
        found = [[_place(chunk, heads, dataset.copies) for chunk in chunks] for chunks in self._chunks(dataset, source)]
        cases = list(zip(dataset.cases, found, strict=True))
        documents = metrics.rankings([(case.id, case.relevant, _files(chunks)) for case, chunks in cases])
        passages = metrics.rankings([(case.id, *_overlapping(case, chunks)) for case, chunks in cases])
        return [
            replace(
                case,
                scores={f"documents/{name}": value for name, value in documents.get(case.id, {}).items()}
                | ({"passages/MRR": passages.get(case.id, {"MRR": 0.0})["MRR"]} if asked.places else {}),
            )
            for case, asked in zip(scored, dataset.cases, strict=True)
        ]

    def _chunks(self, dataset: Dataset, source: Path) -> list[list[tuple[str, int, int]]]:
        store = self.cache / sha256(str(dataset.documents.resolve()).encode()).hexdigest()[:16]
        store.mkdir(parents=True, exist_ok=True)
        paths = [str(path.resolve()) for path in (self.file, source, store)]
        ran = subprocess.run(
            [str(self.python.absolute()), "-m", "evals.chain_ranking", *paths],
            cwd=ROOT,
            input=json.dumps([case.question for case in dataset.cases]),
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode:
            raise EvalError(f"The tutorial chain failed on {source}:\n{ran.stderr[-2000:]}")
        chunks: list[list[tuple[str, int, int]]] = json.loads(ran.stdout.splitlines()[-1])
        return chunks


def _heads(source: Path) -> dict[str, int]:
    """How many characters of title the chain puts before each document of a corpus."""
    corpus = source / "corpus.jsonl"
    if not corpus.exists():
        return {}
    rows = map(json.loads, corpus.read_text(encoding="utf-8").splitlines())
    return {str(row.get("id", row.get("_id"))): len(row.get("title") or "") + 1 for row in rows}


def _place(chunk: tuple[str, int, int], heads: Mapping[str, int], copies: Mapping[str, str]) -> Place:
    name, start, length = chunk
    head = heads.get(name, 0)
    file = file_of(name) if heads else name
    return Place(copies.get(file, file), Span(max(0, start - head), max(1, start + length - head)))


def _files(chunks: Sequence[Place]) -> list[str]:
    return list(dict.fromkeys(place.file for place in chunks))


def _overlapping(case: Case, chunks: Sequence[Place]) -> tuple[dict[str, int], list[str]]:
    """Ranks of the chunks in which accepted evidence stands, as grades; and all ranks in order."""
    ranks = [str(rank) for rank in range(len(chunks))]
    holding = (any(chunk.overlaps(place) for place in case.places) for chunk in chunks)
    return {rank: 1 for rank, holds in zip(ranks, holding, strict=True) if holds}, ranks
