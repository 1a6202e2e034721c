"""What a refusal says, on an index of real documents."""

from pathlib import Path

import pytest

from assistant.answering import Assistant
from assistant.judging import THRESHOLDS, observe
from assistant.models import Question, Refusal
from tests.test_answering import build

TEXT = (
    "Half-lives\n\nThe half-life of HGF in plasma is five minutes. VEGF is made by many cells.\n\n"
    "Cells of the dental pulp grow faster than those of bone marrow. Much is unknown. "
    "Exosomes from adipose tissue speed up healing.\n"
)


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


def test_a_species_that_stands_nowhere_is_named_once(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    found = refusal(assistant, "What is the half-life of HGF in dogs?", monkeypatch)
    assert found.message.count("dogs") == 1


def test_names_that_the_nearest_lacks_are_named(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    found = refusal(assistant, "What is the half-life of TSG-6 in plasma?", monkeypatch)
    assert found.missing == ("tsg-6",)
    assert "does not mention" not in found.message


def test_the_tissue_that_the_nearest_is_not_about_is_named(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.refusing.NEAREST", 1)
    found = refusal(assistant, "Do exosomes from dental pulp speed up healing?", monkeypatch)
    assert "What comes closest does not mention: dental pulp." in found.message


@pytest.mark.parametrize(
    ("question", "subject", "kind"),
    [
        ("Do exosomes from adipose tissue speed up healing?", 1.0, 1.0),
        ("Do exosomes from dental pulp speed up healing?", 0.0, 1.0),
        ("How many exosomes from adipose tissue speed up healing?", 1.0, 0.0),
    ],
    ids=["both agree", "another tissue", "no number"],
)
def test_what_does_not_fit_the_question_speaks_less_for_an_answer(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch, question: str, subject: float, kind: float
) -> None:
    monkeypatch.setattr("assistant.judging.LOOKED_AT", 1)
    features = observe(assistant.examine(Question(question))[1])
    assert (features.subject, features.kind) == (subject, kind)


def test_a_number_that_the_nearest_does_not_give_is_named(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.refusing.NEAREST", 1)
    found = refusal(assistant, "How many exosomes from adipose tissue speed up healing?", monkeypatch)
    assert found.message.endswith("What comes closest gives no number.")


@pytest.mark.parametrize("question", ["how does the does how when is it because", "What does it mean?", "?!"])
def test_a_question_without_a_word_to_look_for_is_none(
    assistant: Assistant, question: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert refusal(assistant, question, monkeypatch).reason == "not_a_question"
