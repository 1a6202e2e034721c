"""Lists are shown whole: their items, and what leads to them."""

import pytest

from assistant.listing import asks_for_list, list_around

BULLETS = ["It depends.", "The factors are:", "- oxygen", "- infection, which lasts", "- age", "Nothing else matters."]
LINES = ["Factors:", "Oxygen supply", "Age", "Both of these are well known."]
ORDERED = ["Repair has stages.", "First, platelets clot.", "Second, neutrophils come.", "Finally, collagen is laid."]


@pytest.mark.parametrize(
    ("texts", "number", "whole", "shown"),
    [
        (BULLETS, 1, False, range(1, 5)),
        (BULLETS, 3, True, range(1, 5)),
        (BULLETS, 3, False, range(3, 4)),
        (BULLETS, 0, True, range(1)),
        (LINES, 0, False, range(3)),
        (ORDERED, 2, True, range(1, 4)),
        (["One thing:", "It is what it is."], 0, True, range(1)),
        (["- alone"], 0, True, range(1)),
    ],
    ids=["lead", "item", "one item", "prose", "unmarked lines", "first, second", "a colon before prose", "one"],
)
def test_a_list_is_what_leads_to_it_and_its_items(texts: list[str], number: int, whole: bool, shown: range) -> None:  # noqa: FBT001
    assert list_around(number, texts, whole=whole) == shown


def test_a_long_list_is_cut_and_a_late_item_of_it_stands_alone() -> None:
    items = ["These are:", *(f"{number}. thing" for number in range(1, 30))]
    assert list_around(0, items, whole=True) == range(12)
    assert list_around(25, items, whole=True) == range(25, 26)


@pytest.mark.parametrize(
    ("question", "several"),
    [
        ("which factors mediate wound healing?", True),
        ("List the causes of sepsis.", True),
        ("What are the symptoms?", True),
        ("What types of cells are used?", True),
        ("What is the status of the trial?", False),
        ("Which dose was given?", False),
        ("How long does HGF stay viable?", False),
        ("Who discovered it?", False),
    ],
)
def test_questions_for_several_things_are_told(question: str, several: bool) -> None:  # noqa: FBT001
    assert asks_for_list(question) is several
