"""Where an extractor knows what the stretches of its text are, sentences go by that, and elsewhere by the words."""

import pytest

from index.models import Element, ElementKind, Label, Sentence, Span
from index.segmenting import segment


def made(*stretches: tuple[ElementKind, str]) -> tuple[str, list[Element]]:
    """Elements with a blank line between them."""
    text, elements = "", []
    for kind, words in stretches:
        start = len(text) + 2 * bool(text)
        text = f"{text}\n\n{words}" if text else words
        elements.append(Element(Span(start, start + len(words)), kind))
    return text, elements


def shown(text: str, sentences: tuple[Sentence, ...]) -> list[tuple[str, Label, str]]:
    return [
        (" ".join(part.cut(text).replace("\n", " ") for part in sentence.parts), sentence.label, sentence.section)
        for sentence in sentences
    ]


def test_each_kind_has_its_label_and_headings_make_sections() -> None:
    text, elements = made(
        ("title", "Wounds and how they heal"),
        ("metadata", "Ann Author, Bea Writer"),
        ("heading", "Results"),
        ("paragraph", "Wounds closed in nine days. Scars were small."),
        ("caption", "Figure 1. Closure over time."),
        ("row", "Control\t14 days"),
        ("furniture", "J Wound 2020, 3:14"),
        ("heading", "References"),
        ("reference", "1. Author A. On wounds. J Wound 2019."),
    )
    assert shown(text, segment(text, elements=elements)) == [
        ("Wounds and how they heal", "heading", ""),
        ("Ann Author, Bea Writer", "metadata", "Wounds and how they heal"),
        ("Results", "heading", "Wounds and how they heal"),
        ("Wounds closed in nine days.", "prose", "Results"),
        ("Scars were small.", "prose", "Results"),
        ("Figure 1. Closure over time.", "caption", "Results"),
        ("Control\t14 days", "prose", "Results"),
        ("J Wound 2020, 3:14", "boilerplate", "Results"),
        ("References", "heading", "Results"),
        ("1. Author A. On wounds. J Wound 2019.", "references", "References"),
    ]


def test_a_short_paragraph_is_no_heading_when_the_extractor_says_so() -> None:
    text, elements = made(("heading", "Methods"), ("paragraph", "Cell Culture Conditions"), ("paragraph", "It grew."))
    assert shown(text, segment(text, elements=elements))[1] == ("Cell Culture Conditions", "prose", "Methods")


def test_a_sentence_goes_on_behind_a_page_break_and_what_the_layout_put_there() -> None:
    text, elements = made(
        ("paragraph", "The wounds of the animals that were treated with the growth factor"),
        ("furniture", "Page 3 of 12"),
        ("caption", "Figure 2. Animals."),
        ("paragraph", "closed within nine days of the first injection. All survived."),
    )
    elements[3] = Element(elements[3].span, "paragraph", soft=True)
    sentences = segment(text, elements=elements)
    assert [len(sentence.parts) for sentence in sentences] == [2, 1, 1, 1]
    assert shown(text, sentences)[0][0].endswith("growth factor closed within nine days of the first injection.")


def test_the_column_headings_of_a_row_go_with_it() -> None:
    text, elements = made(("row", "Group\tDays"), ("row", "Control\t14"))
    heads = ((Span(0, 5),), (Span(6, 10),))
    elements[1] = Element(elements[1].span, "row", heads=heads)
    assert [sentence.heads for sentence in segment(text, elements=elements)] == [(), heads]


@pytest.mark.parametrize(
    "spans",
    [[(0, 5)], [(0, 8), (6, 16)], [(6, 16), (0, 5)], [(0, 5), (5, 6), (6, 16)]],
    ids=["text left over", "overlapping", "out of order", "blank"],
)
def test_elements_that_do_not_tile_the_text_are_refused(spans: list[tuple[int, int]]) -> None:
    with pytest.raises(ValueError, match=r"tile|in no element"):
        segment("Wound healing is", elements=[Element(Span(*span), "paragraph") for span in spans])
