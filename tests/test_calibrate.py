"""The whole command over a folder that the test writes."""

import json
import sys
from pathlib import Path

import pytest

from assistant.judging import Features
from evals import calibrate

CORPUS = [
    {"id": "a", "title": "Wounds", "text": "Interleukin 6 attracts monocytes to wounds.\nPlasters are made of cotton."},
    {"id": "b", "title": "", "text": "Bread rises because yeast makes carbon dioxide."},
]
QUESTIONS = [
    {
        "id": "1",
        "question": "What attracts monocytes to wounds?",
        "context_id": "a",
        "answerable": True,
        "answers": [{"text": "Interleukin 6", "start": 0}],
    },
    {
        "id": "2",
        "question": "Why does bread rise?",
        "answerable": True,
        "evidence": [{"doc": "b", "field": "text", "start": 0, "text": "Bread rises"}, {"doc": "b", "field": "title"}],
    },
    {"id": "3", "question": "Who painted the ceiling?", "context_id": "a", "answerable": False, "answers": []},
    {"id": "4", "question": "In a title only?", "answerable": True, "evidence": [{"doc": "a", "field": "title"}]},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    where = tmp_path / "tiny"
    where.mkdir()
    (where / "corpus.jsonl").write_text("\n".join(map(json.dumps, CORPUS)), encoding="utf-8")
    (where / "qa.jsonl").write_text("\n".join(map(json.dumps, QUESTIONS)), encoding="utf-8")
    near = {"id": "5", "question": "Which mice?", "answerable": False, "answers": []}
    (where / "unanswerable_near.jsonl").write_text(json.dumps(near), encoding="utf-8")
    return where


def test_the_command_prints_a_line_per_folder_and_the_weights(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["calibrate", str(folder), "--sample", "10"])
    calibrate.main()
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2].startswith("tiny         n=4")
    assert "first 1.000" in lines[-2]
    assert set(json.loads(lines[-1])) == {"bias", *Features.__slots__}
