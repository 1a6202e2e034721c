"""The measurement of rewritten questions, on a few dialogues that the test writes."""

import json
import sys
from pathlib import Path

import pytest

from assistant.models import Turn
from evals import followups
from evals.followups import asked_in, figures, file_of, turns_of
from evals.models import EvalError
from index.settings import IndexSettings

ANSWERS = [
    "Marie Curie was born in Warsaw in 1867.",
    "Curie won the Nobel Prize in Physics in 1903.",
    "I don't know.",
    "Curie died of aplastic anaemia.",
]
DIALOGUES = ("C_1", "C_22", "C_333", "C_4444")
QUESTIONS = [
    ("Where was she born?", "Where was Marie Curie born?"),
    ("What did she win?", "What did Marie Curie win?"),
    ("Was she happy?", "Was Marie Curie happy?"),
    ("What did she die of?", "What did Marie Curie die of?"),
    ("Anything else?", "Anything else about Marie Curie?"),
]


def rows(dialogue: str) -> list[dict[str, object]]:
    history = ["Marie Curie", "Life"]
    made: list[dict[str, object]] = []
    for number, (question, rewrite) in enumerate(QUESTIONS, 1):
        made.append({"id": f"{dialogue}#{number}", "history": list(history), "question": question, "rewrite": rewrite})
        history += [question, ANSWERS[min(number, len(ANSWERS)) - 1]]
    return made


def test_the_answer_to_a_question_stands_in_the_history_of_the_next() -> None:
    found = asked_in(rows("C_1"))
    assert [each.answer for each in found] == [ANSWERS[0], ANSWERS[1], ANSWERS[3]]
    assert found[1].question == "What did she win?"
    assert found[1].gold == "What did Marie Curie win?"


def test_title_and_section_are_turns_of_the_user() -> None:
    said = turns_of(["Marie Curie", "Life", "Where was she born?", "In Warsaw."])
    assert said == (
        Turn("user", "Marie Curie"),
        Turn("user", "Life"),
        Turn("user", "Where was she born?"),
        Turn("assistant", "In Warsaw."),
    )


def test_all_questions_of_a_dialogue_are_in_one_half() -> None:
    assert len({each.half for each in asked_in(rows("C_1"))}) == 1
    assert {asked_in(rows(name))[0].half for name in DIALOGUES} == {"even", "odd"}


def test_figures_by_hand() -> None:
    assert figures([1, 2, 0, 20]) == pytest.approx((0.25, 0.5, (1 + 1 / 2 + 1 / 20) / 4))


def test_the_same_answer_is_the_same_document() -> None:
    assert file_of(ANSWERS[0]) == file_of(str(ANSWERS[0]))
    assert len(set(map(file_of, ANSWERS))) == len(ANSWERS)


def test_a_folder_without_dialogues_is_said_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(EvalError, match=r"rewrites\.jsonl"):
        followups.read(tmp_path)


def test_questions_that_stand_alone_are_counted(tmp_path: Path) -> None:
    asked = ["what is fibrosis?", "which factors mediate wound healing?", "why does it heal?"]
    lines = [json.dumps({"question": question}) for question in asked]
    (tmp_path / "qa.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert followups.left_alone(tmp_path).endswith(": 2 of 3 questions are left as they are behind another one")
    with pytest.raises(EvalError, match=r"qa\.jsonl"):
        followups.left_alone(tmp_path / "none")


def test_the_command_prints_a_table_for_each_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cache = IndexSettings().cache_dir
    lines = [json.dumps(row) for name in DIALOGUES for row in rows(name)]
    (tmp_path / "rewrites.jsonl").write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setenv("CITESPAN_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "cache").mkdir()
    if (cache / "models").is_dir():
        (tmp_path / "cache" / "models").symlink_to(cache / "models")
    monkeypatch.setattr(sys, "argv", ["followups", str(tmp_path)])
    followups.main()
    out = capsys.readouterr().out
    assert "20 questions, 12 with a known answer; 4 documents." in out
    table = [
        line.split(" | ") for line in out.replace("\r", "").splitlines() if line.startswith("| rewritten by rules")
    ]
    assert len(table) == 2
    assert all(cells[2].startswith("1.000 [") for cells in table)
