"""A question is read with the words and abbreviations that the documents have."""

from pathlib import Path

import pytest

from assistant.answering import Assistant
from assistant.models import Answer, Question
from assistant.questioning import Understood, understand
from index.abbreviations import Definition
from tests.test_answering import build

TEXTS = {
    "one": """First report

Human mesenchymal stromal cells (MSCs) are kept in flasks. MSCs grow slowly at any age.

Mesenchymal stromal cells divide on plastic. Advanced glycation end products (AGE) stop them.
""",
    "two": """Second report

The weather was fine.

Abbreviations

AF:

Amniotic fluid

TSG-6:

TNF stimulated gene 6

UC:

Umbilical cord

HGF:

Hepatic growth factor
""",
}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    folder: Path = tmp_path_factory.mktemp("documents")
    for name, text in TEXTS.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return build(folder, tmp_path_factory.mktemp("state"))


def read(assistant: Assistant, question: str) -> Understood:
    return understand(question, assistant.reader.snapshot("default"))


@pytest.mark.parametrize("question", ["How do MSCs grow?", "How do MSC grow?", "how do mscs grow?"])
def test_an_abbreviation_is_said_by_its_long_form(assistant: Assistant, question: str) -> None:
    asked = read(assistant, question)
    assert asked.covered_by({"msc", "grow"}) == asked.covered_by({"mesenchym", "stromal", "cell", "grow"}) == 1
    assert asked.covered_by({"mesenchym", "cell", "grow"}) < 1


def test_a_name_is_said_by_its_abbreviation(assistant: Assistant) -> None:
    asked = read(assistant, "How do mesenchymal stromal cells grow?")
    assert asked.covered_by({"msc", "grow"}) == 1
    assert asked.weights.keys() == {"mesenchym", "stromal", "cell", "grow"}


def test_a_word_is_no_abbreviation_unless_it_is_written_so(assistant: Assistant) -> None:
    assert read(assistant, "What is their age?").ways == {}
    assert read(assistant, "What is AGE?").ways


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("What does TSG-6 stand for?", True),
        ("What is TSG6?", True),
        ("what is the TSG-6 ?", True),
        ("What does TSG-6 mean?", True),
        ("How is TNF stimulated gene 6 abbreviated?", True),
        ("What does TSG-6 do?", False),
        ("Which cells make TSG-6?", False),
        ("What is TNF stimulated gene 6?", False),
    ],
)
def test_a_definition_is_asked_for(assistant: Assistant, question: str, asks: bool) -> None:  # noqa: FBT001  a table
    expected = {Definition("tsg6", "tnf_stimul_gene_6")} if asks else set()
    assert read(assistant, question).definitions == expected


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("What does TSG-6 stand for?", "TSG-6: TNF stimulated gene 6"),
        ("What are MSCs?", "Human mesenchymal stromal cells (MSCs) are kept in flasks."),
        (
            "How are mesenchymal stromal cells abbreviated?",
            "Human mesenchymal stromal cells (MSCs) are kept in flasks.",
        ),
    ],
)
def test_the_sentence_that_defines_comes_first(assistant: Assistant, question: str, says: str) -> None:
    result = assistant.ask(Question(question, caution="eager")).result
    assert isinstance(result, Answer)
    assert result.sentences[0].text == says


def test_definitions_are_kept_to_the_documents_asked(assistant: Assistant) -> None:
    first = next(record for record in assistant.reader.snapshot("default").records() if record.path == "one.txt")
    hits = assistant.search(Question("What does TSG-6 stand for?", documents=(first.id,)), limit=9)
    assert {hit.record.path for hit in hits} == {"one.txt"}


def test_a_definition_leaves_with_its_document(tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "two.txt").write_text(TEXTS["two"], encoding="utf-8")
    assert read(build(folder, tmp_path / "state"), "What does UC stand for?").definitions
    (folder / "two.txt").write_text("Second report\n\nUC was not kept.", encoding="utf-8")
    assert not read(build(folder, tmp_path / "state"), "What does UC stand for?").definitions


@pytest.mark.parametrize(
    ("question", "about"),
    [
        ("PMID of the review on secretomes?", True),
        ("What is the DOI?", True),
        ("Which volume and pages of Cytotherapy carry the review?", True),
        ("Who wrote the 2021 chapter?", True),
        ("At which American institution does the coauthor work?", True),
        ("When was it published online?", True),
        ("What is the price of the eBook?", True),
        ("Did the authors declare a conflict of interest?", True),
        ("What volume of blood is needed?", False),
        ("How much does a treatment cost?", False),
        ("Which factors mediate wound healing?", False),
        ("Which institutions of memory does the brain have?", False),
        ("A low-priced treatment on pages of gold?", False),
    ],
)
def test_a_question_may_be_about_a_publication(assistant: Assistant, question: str, about: bool) -> None:  # noqa: FBT001
    assert read(assistant, question).about_a_publication is about


def test_front_matter_and_references_answer_what_is_asked_of_a_publication(tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    text = """A review of mesenchymal secretomes

PMID: 26631828 DOI: 10.1016/j.jcyt.2015.10.008

This review of mesenchymal secretomes gives an overview of the secretomes of mesenchymal cells. The review closes here.
"""
    (folder / "review.txt").write_text(text, encoding="utf-8")
    found = build(folder, tmp_path / "state").ask(Question("PMID of the review of secretomes?", caution="eager")).result
    assert isinstance(found, Answer)
    assert "26631828" in found.sentences[0].text
