"""A sentence that the layout broke is one sentence again, and no sentence is made that nobody wrote."""

from pathlib import Path

import pytest

from index.models import Sentence
from index.segmenting import segment
from index.segmenting.fitting import fit

SEEDS = Path(__file__).parent.parent / "seeds"
FULL_TEXT = next(SEEDS.glob("001_*.txt")).read_bytes().decode("utf-8")


def parts_of(text: str, sentence: Sentence) -> list[str]:
    return [" ".join(part.cut(text).split()) for part in sentence.parts]


def broken(text: str) -> list[list[str]]:
    return [parts_of(text, sentence) for sentence in segment(text) if len(sentence.parts) > 1]


def all_of(text: str) -> list[list[str]]:
    return [parts_of(text, sentence) for sentence in segment(text)]


PAIRINGS = {
    "aspect of": ("is another future aspect of", "the hMSC secretome to be examined."),
    "biodiversity and": ("Countries rich in biodiversity and", "traditional medicine knowledge can actively"),
    "selectively,": ("to secrete its components selectively,", "in a continuous manner."),
}


@pytest.mark.parametrize(("end", "start"), PAIRINGS.values(), ids=PAIRINGS.keys())
def test_paragraphs_out_of_order_are_paired_by_their_grammar(end: str, start: str) -> None:
    assert [True for first, second in broken(FULL_TEXT) if first.endswith(end) and second.startswith(start)] == [True]


def test_the_full_text_has_no_other_sentence_in_parts() -> None:
    assert len(broken(FULL_TEXT)) == len(PAIRINGS)


def test_a_sentence_in_parts_keeps_the_section_of_its_first_part() -> None:
    sections = [sentence.section for sentence in segment(FULL_TEXT) if len(sentence.parts) > 1]
    assert sections == ["Limitations and the way forward with the hPPT-MSC secretome", "Conclusions", "Conclusions"]


@pytest.mark.parametrize(
    "start",
    ["Expression of stemness markers", "As ESC sources are", "Wound healing capacity", "Type of animal model"],
)
def test_a_blank_line_or_an_odd_space_inside_a_sentence_leaves_one_span(start: str) -> None:
    found = [parts for parts in all_of(FULL_TEXT) if parts[0].startswith(start)]
    assert [len(parts) for parts in found] == [1]
    assert found[0][0].endswith((".", "24", "5", "11"))


def test_a_sentence_goes_on_behind_a_caption() -> None:
    text = (
        "The treated cells were moved to plates that had been coated with the\n\n"
        "Figure 1. Growth of the cells. Bars are errors.\n\nprotein and were counted. They grew well."
    )
    assert broken(text) == [
        ["The treated cells were moved to plates that had been coated with the", "protein and were counted."]
    ]


def test_a_sentence_goes_on_behind_a_page_break_and_a_running_head() -> None:
    text = (
        "Journal of Burns 1\nThe cells were grown in a medium that contained all of the\f"
        "Journal of Burns 2\nfactors that they need. They grew well.\fJournal of Burns 3\nThe end."
    )
    assert broken(text) == [["The cells were grown in a medium that contained all of the", "factors that they need."]]


def test_a_sentence_broken_twice_has_three_parts() -> None:
    text = (
        "The treated cells were moved to plates that had been coated with the\n\nFigure 1. Growth of the cells.\n\n"
        "protein that had been taken from the blood of the\n\nFigure 2. Death of the cells.\n\npatients."
    )
    assert [len(parts) for parts in broken(text)] == [3]


NOT_JOINED = {
    "the first has ended": ("The cells were grown for a week in the dark.", "they were counted afterwards by hand."),
    "the second starts afresh": ("The cells were grown for a week in a medium of", "Patients were treated at home."),
    "a list item follows": ("The kit that was sold to the patients holds a", "• flask of medium for the cells."),
    "the grammar forbids it": ("The cells that were grown in the dark made up all of the", "of the cells was counted."),
    "a list announced by a colon": (
        "The cells were grown in three different media:",
        "serum with added sugar was best.",
    ),
    "a row of figures": ("The mean age of the patients in both of the groups was 34 51", "years of age were recorded."),
}


@pytest.mark.parametrize(("first", "second"), NOT_JOINED.values(), ids=NOT_JOINED.keys())
def test_fragments_that_may_not_belong_together_stay_apart(first: str, second: str) -> None:
    text = f"{first}\n\nFigure 1. Growth of the cells.\n\n{second}"
    assert broken(text) == []


def test_two_ends_that_fit_two_starts_equally_well_stay_as_the_file_has_them() -> None:
    text = (
        "The treated cells were all moved to plates coated with the\n\nFigure 1. Growth.\n\nprotein of the blood.\n\n"
        "The other cells were all moved to plates coated with the\n\nFigure 2. Death.\n\nsugar of the blood."
    )
    assert [second for _, second in broken(text)] == ["protein of the blood.", "sugar of the blood."]


def test_fragments_that_no_order_makes_sense_of_stay_apart() -> None:
    text = (
        "The use of the treated cells is another aspect of\n\nFigure 1. Growth.\n\nin a continuous manner.\n\n"
        "The use of the other cells is another aspect of\n\nFigure 2. Death.\n\nin an irregular manner."
    )
    assert broken(text) == []


FITS = {
    "an article and a noun": ("cells were grown in the", "medium of choice.", 1),
    "a comma and a preposition": ("it was secreted selectively,", "in a continuous manner.", 1),
    "an article and a preposition": ("cells were grown in the", "of choice.", -1),
    "two prepositions": ("this was an aspect of", "in a continuous manner.", -1),
    "a preposition and a Latin place": ("this was an aspect of", "in vitro studies.", 1),
    "one finite verb too many": ("this is an aspect of", "medical knowledge can help.", -1),
    "no finite verb at all": ("people rich in knowledge and", "in a continuous manner.", -1),
    "a subject and its verb": ("people rich in knowledge and", "money can help.", 1),
}


@pytest.mark.parametrize(("end", "start", "sign"), FITS.values(), ids=FITS.keys())
def test_two_fragments_fit_as_their_grammar_says(end: str, start: str, sign: int) -> None:
    score = fit(end, start)
    assert (score > 0) - (score < 0) == sign
