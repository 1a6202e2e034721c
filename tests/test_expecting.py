"""Quantities and times that a question asks for, and whether a text has any."""

import pytest

from assistant.expecting import lacks_kind


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("How many rats were treated?", "The rats were treated with secretome."),
        ("How many rats of the 20 died?", "Of the 20 rats many died."),
        ("At what temperature do the cells die?", "The cells die of thermal stress80."),
        ("By what percentage did T cells expand?", "T cells expanded [12, 13]."),
        ("What minimum volume is needed?", "It depends on the volume and the cell count."),
    ],
    ids=["none", "only the question's own", "a glued reference number", "references", "a word between"],
)
def test_a_text_without_a_number_of_its_own_lacks_a_quantity(question: str, text: str) -> None:
    assert lacks_kind(question, [text]) == "number"


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("How many rats were treated?", "Twelve rats were treated."),
        ("How long does HGF stay viable?", "It lasts for hours."),
        ("What share was natural?", "Half of them."),
        ("What dose was given?", "They received 1\u00d710\u2076 cells."),
        ("When was the Duchy founded?", "It began in 911 as a fiefdom."),
        ("When was the first death?", "He died on 15 February."),
        ("What limitations do half-life and age impose?", "They limit the therapy."),
        ("When do infections usually happen?", "They spread among children."),
        ("How does it work?", "It binds."),
    ],
    ids=["word", "unit", "half", "digits", "early year", "day", "no quantity asked", "no date asked", "neither"],
)
def test_what_could_answer_is_given_the_benefit_of_the_doubt(question: str, text: str) -> None:
    assert lacks_kind(question, [text]) is None


def test_one_text_that_has_it_is_enough() -> None:
    assert lacks_kind("In what year was it banned?", ["It was banned.", "The ban is of 1987."]) is None
    assert lacks_kind("In what year was it banned?", ["It was banned.", "The ban is old."]) == "date"
