"""Question-answering folders as cases over an index of their own.

A folder holds ``corpus.jsonl`` {id, title, text} and ``qa.jsonl`` {id, question, answerable, context_id, answers:
[{text, start}]}, or with BioASQ's ``evidence`` [{doc, field, start, text}]; ``unanswerable*.jsonl`` beside it holds
more questions.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.models import Span

__all__ = ["Case", "file_of", "read_cases", "write_documents"]


@dataclass(frozen=True, slots=True)
class Case:
    """A question with the spans that answer it, by document; none when the documents do not answer it."""

    id: str
    question: str
    gold: tuple[tuple[str, Span], ...]

    @property
    def answerable(self) -> bool:
        """Whether some span answers it."""
        return bool(self.gold)


def read_cases(folder: Path, *, sample: int, seed: int = 7) -> list[Case]:
    """At most ``sample`` cases, drawn with a fixed seed, in the order of their files."""
    cases = [
        case for path in [folder / "qa.jsonl", *sorted(folder.glob("unanswerable*.jsonl"))] for case in _read(path)
    ]
    if len(cases) <= sample:
        return cases
    chosen = set(random.Random(seed).sample(range(len(cases)), sample))
    return [case for number, case in enumerate(cases) if number in chosen]


def write_documents(folder: Path, target: Path) -> None:
    """The corpus as one text file per document, named by its number, with a manifest of the titles."""
    target.mkdir(parents=True, exist_ok=True)
    tables = []
    for number, row in enumerate(_rows(folder / "corpus.jsonl")):
        name = f"{number:06d}.txt"
        (target / name).write_text(row["text"], encoding="utf-8", newline="")
        title = " ".join(str(row.get("title") or row["id"]).split())
        tables.append(f"[[documents]]\nfile = {json.dumps(name)}\ntitle = {json.dumps(title, ensure_ascii=False)}\n")
    (target / "manifest.toml").write_text("\n".join(tables), encoding="utf-8")


def file_of(folder: Path) -> dict[str, str]:
    """The file name that ``write_documents`` gave each corpus id."""
    return {str(row["id"]): f"{number:06d}.txt" for number, row in enumerate(_rows(folder / "corpus.jsonl"))}


def _rows(path: Path) -> Iterator[Any]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _read(path: Path) -> Iterator[Case]:
    for row in _rows(path):
        spans = [
            (str(row["context_id"]), Span(answer["start"], answer["start"] + len(answer["text"])))
            for answer in (row.get("answers") or [] if "context_id" in row else [])
        ]
        spans += [
            (str(item["doc"]), Span(item["start"], item["start"] + len(item["text"])))
            for item in row.get("evidence") or []
            if item["field"] == "text"
        ]
        if row["answerable"] and not spans:
            continue  # answered in a title only: not a question about the text
        yield Case(str(row["id"]), row["question"], tuple(spans) if row["answerable"] else ())
