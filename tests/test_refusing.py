"""What a refusal says, on an index of real documents."""

from pathlib import Path

import pytest

from assistant.answering import Assistant
from assistant.judging import THRESHOLDS
from assistant.models import Question, Refusal
from tests.test_answering import build

TEXT = "Half-lives\n\nThe half-life of HGF in plasma is five minutes. VEGF is made by many cells.\n"


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    folder = tmp_path_factory.mktemp("documents")
    Path(folder, "a.txt").write_text(TEXT, encoding="utf-8")
    return build(folder, tmp_path_factory.mktemp("state"))


def refusal(assistant: Assistant, question: str, monkeypatch: pytest.MonkeyPatch) -> Refusal:
    monkeypatch.setattr("assistant.answering.THRESHOLDS", dict.fromkeys(THRESHOLDS, 1.0))
    result = assistant.ask(Question(question)).result
    assert isinstance(result, Refusal)
    return result


def test_words_that_stand_nowhere_are_named(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    found = refusal(assistant, "What is the half-life of HGF in penguins?", monkeypatch)
    assert found.missing == ("penguins",)
    assert "They do not contain: penguins." in found.message


def test_names_that_the_nearest_lacks_are_named(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    found = refusal(assistant, "What is the half-life of TSG-6 in plasma?", monkeypatch)
    assert found.missing == ("tsg-6",)
    assert "does not mention" not in found.message


@pytest.mark.parametrize("question", ["how does the does how when is it because", "What does it mean?", "?!"])
def test_a_question_without_a_word_to_look_for_is_none(
    assistant: Assistant, question: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert refusal(assistant, question, monkeypatch).reason == "not_a_question"
