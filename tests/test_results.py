"""The file of all figures, over a folder that the test writes and a chain that ranks by the words in common."""

import json
import sys
from pathlib import Path

import pytest

from evals import ablations, results
from evals.datasets import Selection, chosen, open_cases, open_folder
from evals.models import EvalError, Scored
from evals.tutorial_chain import TutorialChain

CHAIN = """
import json, pathlib
from types import SimpleNamespace

def main(command, folder, store):
    rows = map(json.loads, pathlib.Path(folder, "corpus.jsonl").read_text().splitlines())
    chunks = [[row["id"], at, f"{row['title']}\\n{row['text']}"[at:at + 30]] for row in rows for at in (0, 30)]
    pathlib.Path(store, "chunks.json").write_text(json.dumps(chunks))

def open_store(store):
    chunks = json.loads(pathlib.Path(store, "chunks.json").read_text())
    def search(question, k):
        common = lambda chunk: -len(set(question.split()) & set(chunk[2].split()))
        return [
            SimpleNamespace(metadata={"source": source, "start_index": at}, page_content=text)
            for source, at, text in sorted(chunks, key=common)[:k]
        ]
    return SimpleNamespace(similarity_search=search)
"""
CORPUS = [
    {"id": "a", "title": "Wounds", "text": "Interleukin 6 attracts monocytes to injured skin."},
    {"id": "b", "title": "Bread", "text": "Yeast makes carbon dioxide, and so bread rises."},
]
QUESTIONS = [
    {
        "id": "1",
        "question": "Why is it that bread rises?",
        "answerable": True,
        "context_id": "b",
        "answers": [{"text": "bread rises", "start": 35}],
    },
    {"id": "2", "question": "Who painted the ceiling?", "answerable": False},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    where = tmp_path / "tiny"
    where.mkdir()
    (where / "corpus.jsonl").write_text("\n".join(map(json.dumps, CORPUS)), encoding="utf-8")
    (where / "qa.jsonl").write_text("\n".join(map(json.dumps, QUESTIONS)), encoding="utf-8")
    return where


@pytest.fixture
def chain(tmp_path: Path) -> TutorialChain:
    file = tmp_path / "chain.py"
    file.write_text(CHAIN, encoding="utf-8")
    return TutorialChain(file, Path(sys.executable), tmp_path / "stores")


def asked(name: str) -> Scored:
    return Scored(
        name, "x", None, "?", name == "1", name, "f", answered=True, confidence=0, reason=None, sentences=(), scores={}
    )


def test_the_chains_chunks_are_scored_against_the_same_evidence(
    folder: Path, chain: TutorialChain, tmp_path: Path
) -> None:
    """The chain puts the title before the text: its offsets are moved back."""
    dataset = open_folder(folder, cache_dir=tmp_path)
    first, second = chain.rank(dataset, [asked("1"), asked("2")], source=folder)
    assert first.scores["documents/nDCG@10"] == 1
    assert first.scores["passages/MRR"] == 1
    assert second.scores == {}


def test_a_chain_that_fails_is_an_error_with_what_it_said(folder: Path, chain: TutorialChain, tmp_path: Path) -> None:
    chain.file.write_text("raise SystemExit('no such model')", encoding="utf-8")
    with pytest.raises(EvalError, match="no such model"):
        chain.rank(open_folder(folder, cache_dir=tmp_path), [asked("1"), asked("2")], source=folder)


@pytest.mark.slow
def test_the_file_has_a_column_for_every_set_and_split(
    folder: Path, chain: TutorialChain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of our own cases a few, in the place of all."""
    out = tmp_path / "RESULTS.md"
    monkeypatch.setattr(results, "open_cases", lambda *paths: chosen(open_cases(*paths), Selection(sample=8)))
    monkeypatch.setattr(results, "ABLATED", 2)
    kept = ("nothing: the profile `best`", "BM25", "cross-encoder")
    monkeypatch.setattr(ablations, "COMPONENTS", {name: ablations.COMPONENTS[name] for name in kept})
    monkeypatch.setattr(sys, "argv", ["results", str(folder), "--out", str(out)])
    results.main()
    text = out.read_text(encoding="utf-8")
    assert "| | our cases, dev | our cases, test | tiny |" in text
    assert "| documents/nDCG@10 |" in text
    assert "## Our cases by kind" in text
    assert "- calibration/ECE_debiased: " in text
    _, *ablated = text.partition("\n## What each")[2].partition("\n## ")[0].split("### ")
    assert [table.splitlines()[0] for table in ablated] == ["our cases", "tiny"]
    for table in ablated:
        rows = [line.split(" | ")[0] for line in table.splitlines() if line.startswith("| ")]
        assert rows == ["| without", "| nothing: the profile `best`", "| BM25", "| cross-encoder"]
