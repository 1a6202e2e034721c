"""Ways to make passages, measured over a folder that the test writes."""

import json
from itertools import pairwise
from pathlib import Path
from unittest.mock import patch

import pytest

from evals.datasets import open_folder
from evals.passage_sizes import WAYS, overlapping, rows
from index import chunking
from index.models import Document, Sentence, Span
from index.settings import IndexSettings
from tests.fakes import HashingEmbedder

TEXT = " ".join(
    f"Glacier number {number} lost {number} tonnes of ice to the warm sea in summer." for number in range(40)
)
ANSWER = "Glacier number 31 lost 31 tonnes"


@pytest.mark.slow
def test_each_way_is_a_row_with_its_change_from_the_first(tmp_path: Path) -> None:
    (tmp_path / "corpus.jsonl").write_text(json.dumps({"id": "a", "title": "Ice", "text": TEXT}), encoding="utf-8")
    answer = {"text": ANSWER, "start": TEXT.index(ANSWER)}
    asked = {"id": "1", "question": "How much did glacier number 31 lose?", "context_id": "a"}
    row = {**asked, "answerable": True, "answers": [answer]}
    (tmp_path / "qa.jsonl").write_text(json.dumps(row), encoding="utf-8")
    names = ("256 tokens", "64 tokens", "128 tokens, 2 more of the one before", "neighbours of the first 3")
    dataset = open_folder(tmp_path, cache_dir=IndexSettings().cache_dir)
    _, _, *measured = rows(dataset, [way for way in WAYS if way.name in names], None)
    counts = [int(row.split("|")[2]) for row in measured]
    assert counts[0] == counts[3] < counts[2] < counts[1]
    assert "| 1.000 |" in measured[0]
    assert all("+0.000" in row for row in measured[1:])


def test_overlapping_passages_begin_with_the_end_of_the_one_before() -> None:
    sentences = [Sentence((Span(at, at + 5),), "prose", "") for at in range(0, 60, 6)]
    document = Document("a", "a", "a", "", "Ice. " * 12, "utf-8", 60)
    with patch("index.chunking._runs", overlapping(2)):
        chunks = chunking.chunk(document, "k", sentences, HashingEmbedder(), tokens=6)
    shared = [set(one.passage.sentences) & set(other.passage.sentences) for one, other in pairwise(chunks)]
    assert {len(both) for both in shared} == {2}
