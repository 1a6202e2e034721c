"""PDF files: text in reading order, kinds, boxes, metadata, and what is wrong with some of them."""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import FileSkipped
from index.extracting.pdf import extract
from index.extracting.pdf_text import HAIR_SPACE
from index.models import Reading, Sentence
from index.segmenting import segment
from index.views import search_view
from tests.printing import PAGE, Printer, encrypted, pdf_of, words

LEFT, RIGHT, WIDTH = 60.0, 310.0, 220.0


def read(*pages: Callable[[Printer], object], **options: Any) -> Reading:
    return extract("paper.pdf", pdf_of(*pages, **options))


def kinds(reading: Reading) -> list[tuple[str, str]]:
    return [(element.kind, " ".join(element.span.cut(reading.text).split())) for element in reading.elements]


def of_kind(reading: Reading, kind: str) -> list[str]:
    return [text for found, text in kinds(reading) if found == kind]


def sentences(reading: Reading) -> tuple[Sentence, ...]:
    return segment(reading.text, elements=reading.elements)


def quotes(reading: Reading) -> list[str]:
    return [
        " ".join(" ".join(part.cut(reading.text) for part in sentence.parts).split()) for sentence in sentences(reading)
    ]


def flat(reading: Reading) -> str:
    return " ".join(reading.text.split())


def refusal(data: bytes) -> FileSkipped:
    with pytest.raises(FileSkipped) as raised:
        extract("paper.pdf", data)
    return raised.value


# Reading order


def test_one_column_is_read_from_top_to_bottom() -> None:
    first, second = "First " + words(40) + ".", "Second " + words(40, start=3) + "."

    def page(printer: Printer) -> None:
        top = printer.column(LEFT, 80, first, width=450)
        printer.column(LEFT, top, second, width=450, indent=15)

    assert of_kind(read(page), "paragraph") == [first, second]


def two_columns(printer: Printer) -> None:
    printer.line(LEFT, 60, "A Title that Stands across Both of the Columns", size=18)
    top = printer.column(LEFT, 100, "Left " + words(90) + ".", width=WIDTH)
    printer.column(LEFT, top, "Lower " + words(90, start=5) + " and the last of them", width=WIDTH, indent=12)
    top = printer.column(RIGHT, 100, "went on in the next column " + words(80) + ".", width=WIDTH)
    printer.column(RIGHT, top, "End " + words(80, start=9) + ".", width=WIDTH, indent=12)


def test_two_columns_are_read_one_after_the_other() -> None:
    text = flat(read(two_columns))
    assert text.index("A Title") < text.index("Left ") < text.index("Lower ") < text.index("End ")


def test_a_sentence_that_goes_on_in_the_next_column_stays_in_one_piece() -> None:
    assert "and the last of them went on in the next column" in flat(read(two_columns))


def test_the_order_in_the_file_does_not_matter() -> None:
    def backwards(printer: Printer) -> None:
        printer.column(RIGHT, 100, "Second " + words(80) + ".", width=WIDTH)
        printer.column(LEFT, 100, "First " + words(80, start=4) + ".", width=WIDTH)

    text = flat(read(backwards))
    assert text.index("First ") < text.index("Second ")


def test_three_columns_are_read_one_after_the_other() -> None:
    def page(printer: Printer) -> None:
        for number, name in enumerate(("One", "Two", "Three")):
            printer.column(50 + 175 * number, 100, f"{name} {words(60, start=number)}.", width=150)

    text = flat(read(page))
    assert text.index("One ") < text.index("Two ") < text.index("Three ")


def test_what_stands_across_columns_parts_what_is_above_from_what_is_below() -> None:
    def page(printer: Printer) -> None:
        printer.column(LEFT, 80, "First " + words(60) + ".", width=WIDTH)
        printer.column(RIGHT, 80, "Second " + words(60, start=2) + ".", width=WIDTH)
        printer.column(LEFT, 300, "Across " + words(60, start=4) + ".", width=RIGHT + WIDTH - LEFT)
        printer.column(LEFT, 400, "Third " + words(60, start=6) + ".", width=WIDTH)
        printer.column(RIGHT, 400, "Fourth " + words(60, start=8) + ".", width=WIDTH)

    text = flat(read(page))
    order = [text.index(word) for word in ("First", "Second", "Across", "Third", "Fourth")]
    assert order == sorted(order)


def test_a_figure_between_the_halves_of_a_paragraph_is_read_after_it() -> None:
    def first(printer: Printer) -> None:
        printer.column(LEFT, 500, "Here " + words(60) + " and it was seen that the", width=450)

    def second(printer: Printer) -> None:
        printer.column(LEFT, 80, "Figure 1. Cells in a dish, as they were on the last day.", width=450, size=8)
        printer.column(LEFT, 140, "cells had died. " + words(40).capitalize() + ".", width=450)

    reading = read(first, second)
    assert "it was seen that the cells had died." in flat(reading)
    assert of_kind(reading, "caption") == ["Figure 1. Cells in a dish, as they were on the last day."]


def test_one_pdf_gives_the_same_text_every_time() -> None:
    data = pdf_of(two_columns)
    first, second = extract("a.pdf", data), extract("b.pdf", data)
    assert first == second
    assert first.boxes is not None
    assert second.boxes is not None
    assert np.array_equal(first.boxes, second.boxes)


# Kinds


def paper_page(number: int) -> Callable[[Printer], object]:
    def page(printer: Printer) -> None:
        printer.line(LEFT, 40, "Doe et al. Journal of Examples", size=8)
        printer.line(500, 40, f"Page {number} of 3", size=8)
        printer.column(LEFT, 100, f"Text {number} {words(200, start=number)}.", width=450)
        printer.line(290, 800, str(number), size=8)

    return page


def test_running_heads_and_page_numbers_are_furniture() -> None:
    furniture = of_kind(read(*map(paper_page, (1, 2, 3))), "furniture")
    assert sum("Journal of Examples" in text for text in furniture) == 3
    assert {"1", "2", "3"} <= set(furniture)


def test_text_that_runs_up_the_margin_is_furniture() -> None:
    def page(printer: Printer) -> None:
        printer.column(LEFT, 100, words(150).capitalize() + ".", width=450)
        printer.canvas.saveState()
        printer.canvas.rotate(90)
        printer.canvas.drawString(200, -30, "Downloaded from example.org by guest")
        printer.canvas.restoreState()

    assert of_kind(read(page), "furniture") == ["Downloaded from example.org by guest"]


def article(printer: Printer) -> None:
    printer.line(LEFT, 60, "Cells in the Marrow of Mice", size=18)
    printer.line(LEFT, 85, "Jane Doe and Max Mustermann", size=11)
    printer.line(LEFT, 100, "© 2019 The Authors. doi:10.1234/exa.5678", size=8)
    printer.line(LEFT, 130, "1. Introduction", size=12, font="Times-Bold")
    printer.column(LEFT, 150, "Text " + words(90) + ".", width=450)
    printer.line(LEFT, 260, "1.1. Methods", size=10, font="Times-Bold")
    printer.column(LEFT, 280, "More " + words(90) + ".", width=450)
    printer.line(LEFT, 400, "References", size=12, font="Times-Bold")
    printer.column(LEFT, 420, "1. Doe J. A paper. J Ex 2001;1:1-2.", width=450)
    printer.column(LEFT, 440, "2. Roe R. Another paper. J Ex 2002;2:3-4.", width=450)


def test_headings_are_told_by_their_letters_and_have_levels() -> None:
    reading = read(article)
    headings = [element for element in reading.elements if element.kind == "heading"]
    assert [(element.level, element.span.cut(reading.text)) for element in headings] == [
        (1, "1. Introduction"),
        (2, "1.1. Methods"),
        (1, "References"),
    ]


def test_entries_of_the_literature_are_references() -> None:
    assert [text[:6] for text in of_kind(read(article), "reference")] == ["1. Doe", "2. Roe"]


def test_title_authors_year_and_doi_are_read_from_the_first_page() -> None:
    reading = read(article)
    assert reading.title == "Cells in the Marrow of Mice"
    assert reading.metadata == {"authors": "Jane Doe; Max Mustermann", "year": "2019", "doi": "10.1234/exa.5678"}
    assert "Jane Doe and Max Mustermann" in of_kind(reading, "metadata")


@pytest.mark.parametrize("stated", ["untitled", "265_2015_Article 1..12", "Microsoft Word - draft", "8752821.dvi"])
def test_a_stated_title_that_is_not_printed_is_none(stated: str) -> None:
    assert read(article, information=[stated]).title == "Cells in the Marrow of Mice"


def test_a_stated_title_that_is_printed_counts() -> None:
    def page(printer: Printer) -> None:
        printer.line(LEFT, 60, "On the Cells of Mice")
        printer.column(LEFT, 100, words(90).capitalize() + ".", width=450)

    assert read(page, information=["On the Cells of Mice"]).title == "On the Cells of Mice"


def test_rows_of_a_table_are_rows() -> None:
    def page(printer: Printer) -> None:
        printer.column(LEFT, 80, words(90).capitalize() + ".", width=450)
        printer.line(LEFT, 200, "Table 1. Numbers of cells", size=9)
        for number, cells in enumerate((("Day", "Mean", "Range"), ("1", "20", "10-30"), ("2", "40", "30-50"))):
            for column, cell in enumerate(cells):
                printer.line(LEFT + 100 * column, 220 + 12 * number, cell, size=8)

    reading = read(page)
    assert of_kind(reading, "caption") == ["Table 1. Numbers of cells"]
    assert of_kind(reading, "row") == ["Day Mean Range", "1 20 10-30", "2 40 30-50"]


# Characters


def raised(printer: Printer, left: float, top: float, text: str) -> float:
    return printer.line(left, top - 3.5, text, size=6)


@pytest.mark.parametrize(
    ("before", "small", "after", "expected"),
    [
        ("a count of 10", "6", " cells", f"10{HAIR_SPACE}6 cells"),
        ("a rate of 10", "-6", " per cell", f"10{HAIR_SPACE}-6 per cell"),
        ("as in growth", "12", " and decay", f"growth{HAIR_SPACE}12 and decay"),
        ("an area of 5 cm", "2", " in all", "5 cm2 in all"),
        ("as was shown.", "12", " Then it", "shown.12 Then it"),
        ("we used Ca", "2+", " ions", "Ca2+ ions"),
    ],
    ids=["exponent", "negative", "reference", "unit", "after a full stop", "ion"],
)
def test_a_raised_number_is_no_part_of_the_number_or_word_before_it(
    before: str, small: str, after: str, expected: str
) -> None:
    def page(printer: Printer) -> None:
        end = printer.line(LEFT, 100, before)
        end = raised(printer, end, 100, small)
        printer.line(end, 100, after)
        printer.column(LEFT, 140, words(90).capitalize() + ".", width=450)

    assert expected in read(page).text


def test_a_raised_number_is_found_by_no_search_for_the_larger_number() -> None:
    def page(printer: Printer) -> None:
        end = printer.line(LEFT, 100, "a dose of 10")
        printer.line(raised(printer, end, 100, "12"), 100, " particles in growth")

    view = search_view(read(page).text).text
    assert "1012" not in view
    assert "10 12 particles" in view


def test_nothing_but_white_space_is_added_to_what_is_printed() -> None:
    reading = read(two_columns, article)
    assert reading.boxes is not None
    added = {character for character, box in zip(reading.text, reading.boxes, strict=True) if not box[0]}
    assert added <= {" ", "\n", "\t", HAIR_SPACE}


def test_hyphens_at_line_ends_stay() -> None:
    def page(printer: Printer) -> None:
        printer.line(LEFT, 100, "the cells were grown with fibro-")
        printer.line(LEFT, 112, "blasts of the skin of the mice.")

    assert "fibro-\nblasts" in read(page).text


def test_a_ligature_is_the_letters_that_people_read_and_they_share_its_box() -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf"))
    reading = read(lambda printer: printer.line(LEFT, 100, "a dif\ufb01cult word", font="Vera"))
    assert reading.text == "a difficult word"
    first, second = boxes_of(reading, "ficult")[:2]
    assert np.array_equal(first, second)


@pytest.mark.parametrize("accent_first", [False, True])
def test_an_accent_printed_over_its_letter_is_one_character_with_it(accent_first: bool) -> None:  # noqa: FBT001
    def page(printer: Printer) -> None:
        end = printer.line(LEFT, 100, "Jos")
        for letter in "\u00b4e" if accent_first else "e\u00b4":
            printer.line(end + (0.5 if letter == "\u00b4" else 0), 100, letter)
        printer.line(end + 4.44, 100, " V\u00e1zquez")

    assert read(page).text == "Jos\u00e9 V\u00e1zquez"


def test_words_without_spaces_in_the_file_are_parted_by_the_gaps_between_them() -> None:
    def page(printer: Printer) -> None:
        left = LEFT
        for word in ["each", "word", "is", "printed", "alone"]:
            left = printer.line(left, 100, word) + 3

    assert read(page).text == "each word is printed alone"


# Boxes


def boxes_of(reading: Reading, text: str) -> np.ndarray[Any, np.dtype[np.int32]]:
    assert reading.boxes is not None
    at = reading.text.index(text)
    return reading.boxes[at : at + len(text)]


def test_a_box_is_where_the_character_is_printed() -> None:
    reading = read(lambda printer: printer.line(100, 200, "Here it is"))
    page, left, top, right, bottom = boxes_of(reading, "H")[0]
    assert page == 1
    assert left == 1000
    assert 1000 < right < 1100
    assert 1880 < top < 1950
    assert 1990 < bottom < 2050


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_boxes_follow_the_page_as_it_is_turned(turn: int) -> None:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf_of(lambda printer: printer.line(100, 200, "Here it is")))))
    writer.pages[0].rotate(turn)
    file = io.BytesIO()
    writer.write(file)
    reading = extract("turned.pdf", file.getvalue())
    _, left, top, right, bottom = (int(number) for number in boxes_of(reading, "H")[0])
    across, down = (left + right) / 20, (top + bottom) / 20
    expected = {90: (PAGE[1] - 197, 103), 180: (PAGE[0] - 103, PAGE[1] - 197), 270: (197, PAGE[0] - 103)}[turn]
    assert (across, down) == pytest.approx(expected, abs=4)


def test_boxes_start_at_the_corner_of_the_crop_box_and_what_it_cuts_off_is_not_read() -> None:
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import RectangleObject

    def page(printer: Printer) -> None:
        printer.line(100, 200, "Here it is")
        printer.line(100, 20, "a printer's mark")

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf_of(page))))
    writer.pages[0].cropbox = RectangleObject((50.0, 50.0, 500.0, PAGE[1] - 100))
    file = io.BytesIO()
    writer.write(file)
    reading = extract("cropped.pdf", file.getvalue())
    assert reading.text == "Here it is"
    _, left, top, _, bottom = boxes_of(reading, "H")[0]
    assert left == 500
    assert 850 < top < bottom < 1050


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(0, PAGE[0]),
            st.floats(0, PAGE[1]),
            st.text("abc ÄΩ.,-12", min_size=1, max_size=30),
            st.floats(1, 40),
            st.sampled_from([0, 30, 90, 180, 270]),
        ),
        min_size=1,
        max_size=25,
    )
)
def test_whatever_is_printed_boxes_lie_on_the_page_and_elements_tile_the_text(
    lines: list[tuple[float, float, str, float, int]],
) -> None:
    def page(printer: Printer) -> None:
        for left, top, text, size, turn in lines:
            printer.canvas.saveState()
            printer.canvas.translate(left, top)
            printer.canvas.rotate(turn)
            printer.canvas.setFont("Helvetica", size)
            printer.canvas.drawString(0, 0, text)
            printer.canvas.restoreState()

    try:
        reading = read(page)
    except FileSkipped as skipped:
        reason = skipped.reason
    else:
        check(reading)
        reason = "scanned"
    assert reason == "scanned"


def check(reading: Reading) -> None:
    """What holds for every PDF that is read."""
    assert reading.boxes is not None
    assert reading.boxes.shape == (len(reading.text), 5)
    printed = reading.boxes[reading.boxes[:, 0] > 0]
    assert (printed[:, 1:3] >= 0).all()
    assert (printed[:, 1] <= printed[:, 3]).all()
    assert (printed[:, 2] <= printed[:, 4]).all()
    assert (printed[:, 3] <= 10 * PAGE[0] + 1).all()
    assert (printed[:, 4] <= 10 * PAGE[1] + 1).all()
    assert all(box[0] or character.isspace() for character, box in zip(reading.text, reading.boxes, strict=True))
    assert sentences(reading)  # raises ValueError unless elements tile the text


# What is wrong with some


def test_a_password_is_asked_for() -> None:
    error = refusal(encrypted(pdf_of(article), password="secret"))
    assert error.reason == "encrypted"
    assert "paper.pdf is encrypted and needs a password" in str(error)


def test_an_empty_password_is_none() -> None:
    assert extract("a.pdf", encrypted(pdf_of(article), password="")).text == read(article).text


def test_pages_without_text_are_said_to_be_a_scan() -> None:
    def page(printer: Printer) -> None:
        printer.canvas.rect(100, 100, 300, 300, fill=1)

    error = refusal(pdf_of(page, page))
    assert error.reason == "scanned"
    assert "none of its 2 pages has a text layer" in str(error)
    assert "ocrmypdf" in str(error)


@pytest.mark.parametrize("length", [5, 100, 700])
def test_a_pdf_that_is_cut_off_is_damaged(length: int) -> None:
    error = refusal(pdf_of(article, pageCompression=0)[:length])
    assert error.reason in ("damaged", "scanned")
    assert "paper.pdf" in str(error)


def test_too_many_pages_are_refused_before_they_are_read() -> None:
    kids = b"3 0 R " * 5000
    data = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 5000/Kids["
        + kids
        + b"]>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    )
    error = refusal(data)
    assert error.reason == "too_large"
    assert "5,000 pages" in str(error)
