"""The figures that are printed, computed by hand; and the whole command over a folder the test writes."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from assistant.judging import Features
from evals import calibrate
from evals.datasets import read_cases, write_documents
from index.models import Span

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


def test_cases_are_read_from_every_form(folder: Path) -> None:
    cases = {case.id: case for case in read_cases(folder, sample=10)}
    assert cases["1"].gold == (("a", Span(0, 13)),)
    assert cases["2"].gold == (("b", Span(0, 11)),)
    assert [case.id for case in cases.values() if not case.answerable] == ["3", "5"]
    assert "4" not in cases


def test_a_sample_is_the_same_every_time(folder: Path) -> None:
    first, second = read_cases(folder, sample=2), read_cases(folder, sample=2)
    assert first == second
    assert len(first) == 2


def test_documents_are_written_with_their_text_unchanged(folder: Path, tmp_path: Path) -> None:
    write_documents(folder, tmp_path / "out")
    assert (tmp_path / "out" / "000000.txt").read_bytes().decode() == CORPUS[0]["text"]
    assert 'title = "Wounds"' in (tmp_path / "out" / "manifest.toml").read_text(encoding="utf-8")


def test_auroc_counts_pairs_in_the_right_order_and_ties_half() -> None:
    scores, positive = np.array([0.9, 0.5, 0.5, 0.1]), np.array([True, True, False, False])
    assert calibrate.auroc(scores, positive) == pytest.approx(3.5 / 4)


def test_calibration_error_is_the_mean_gap_between_said_and_found() -> None:
    sure, right = np.array([0.2, 0.2, 0.8, 0.8]), np.array([False, True, True, True])
    assert calibrate.calibration_error(sure, right, bins=2) == pytest.approx(0.5 * 0.3 + 0.5 * 0.2)


def test_the_command_prints_a_line_per_folder_and_the_weights(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(calibrate, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(sys, "argv", ["calibrate", str(folder), "--sample", "10"])
    calibrate.main()
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2].startswith("tiny         n=4")
    assert "first 1.000" in lines[-2]
    assert set(json.loads(lines[-1])) == {"bias", *Features.__slots__}
