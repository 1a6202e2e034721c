"""Which sentences are shown; on an index of real documents."""

from pathlib import Path

import pytest

from assistant.answering import Assistant
from assistant.models import Answer, Question, Refusal
from tests.test_answering import build

DOCUMENTS = {
    "factors.txt": (
        "Factors of repair\n\nGrowth factors and cytokines leave the cells within hours.\n"
        "These factors mediate wound healing in diabetic mice. Plasters are made of cotton.\n"
    ),
    "again.txt": (
        "A second report\n\nThese factors mediate wound healing in diabetic mice and rats. Corals grow slowly in cold "
        "water. Trains run late on Sundays. Bread rises because of yeast.\n"
    ),
    "review.txt": "A review\n\nNothing of note stands here. This review describes coral reefs near Samoa.\n",
    "list.md": (
        "# Frost\n\nGlaciers lose ice to these processes:\n\n- melting of their surface\n- calving of icebergs\n"
        "- sublimation in dry air\n\nGlaciers gain ice by snowfall.\n"
    ),
}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    folder, state_dir = tmp_path_factory.mktemp("documents"), tmp_path_factory.mktemp("state")
    for name, text in DOCUMENTS.items():
        Path(folder, name).write_text(text, encoding="utf-8")
    return build(folder, state_dir)


def answer(assistant: Assistant, question: str, *, sentences: int = 4) -> Answer:
    result = assistant.ask(Question(question, max_sentences=sentences, caution="eager")).result
    shown = result.withheld if isinstance(result, Refusal) else result
    assert shown is not None
    return shown


def test_a_sentence_that_points_back_brings_its_predecessor_along(assistant: Assistant) -> None:
    first = answer(assistant, "What mediates wound healing in diabetic mice?").sentences[0]
    assert first.text == (
        "Growth factors and cytokines leave the cells within hours. "
        "These factors mediate wound healing in diabetic mice."
    )


def test_both_parts_are_cited_in_reading_order(assistant: Assistant) -> None:
    shown = answer(assistant, "What mediates wound healing in diabetic mice?")
    cited = [citation for citation in shown.citations if citation.number in shown.sentences[0].citations]
    assert [citation.role for citation in cited] == ["part", "part", "agrees"]
    assert " ".join(citation.cited_text for citation in cited[:2]) == shown.sentences[0].text


def test_another_document_that_says_the_same_is_cited_not_repeated(assistant: Assistant) -> None:
    shown = answer(assistant, "What mediates wound healing in diabetic mice?")
    assert sum("diabetic mice" in sentence.text for sentence in shown.sentences) == 1
    assert {citation.record.path for citation in shown.citations} >= {"factors.txt", "again.txt"}


def test_a_review_that_speaks_of_itself_needs_nothing_before_it(assistant: Assistant) -> None:
    first = answer(assistant, "What describes coral reefs near Samoa?").sentences[0]
    assert first.text == "This review describes coral reefs near Samoa."


def test_no_more_sentences_than_asked_for(assistant: Assistant) -> None:
    assert len(answer(assistant, "What mediates wound healing?", sentences=1).sentences) == 1


def test_a_sentence_that_leads_to_a_list_brings_its_items(assistant: Assistant) -> None:
    first = answer(assistant, "To these processes glaciers lose ice?").sentences[0]
    assert first.text == (
        "Glaciers lose ice to these processes: "
        "- melting of their surface - calving of icebergs - sublimation in dry air"
    )


def test_an_item_brings_its_list_where_several_things_are_asked_for(assistant: Assistant) -> None:
    first = answer(assistant, "Which processes like calving of icebergs are there?").sentences[0]
    assert first.text.startswith("Glaciers lose ice to these processes: - melting")


def test_an_item_stands_alone_where_one_thing_is_asked_for(assistant: Assistant) -> None:
    assert answer(assistant, "Is there calving of icebergs?").sentences[0].text == "- calving of icebergs"
