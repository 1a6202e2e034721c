"""Boxes of characters: merged into lines for people, packed for the store without loss."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.boxes import line_boxes, pack_boxes, unpack_boxes
from index.models import Box, CharacterBoxes

NOWHERE = (0, 0, 0, 0, 0)


def boxes(*rows: tuple[int, int, int, int, int]) -> CharacterBoxes:
    return np.array(rows, dtype=np.int32).reshape(-1, 5)


def word(page: int, left: int, top: int, length: int, *, height: int = 100) -> list[tuple[int, int, int, int, int]]:
    return [(page, left + 50 * at, top, left + 50 * at + 48, top + height) for at in range(length)]


rows = st.lists(st.tuples(*[st.integers(-(2**31), 2**31 - 1)] * 5), max_size=50)


@given(rows)
def test_what_is_packed_comes_back(found: list[tuple[int, int, int, int, int]]) -> None:
    made = boxes(*found)
    np.testing.assert_array_equal(unpack_boxes(pack_boxes(made)), made)


def test_the_characters_of_a_line_are_one_box_in_points() -> None:
    assert line_boxes(boxes(*word(3, 720, 1000, 4))) == (Box(3, 72.0, 100.0, 91.8, 110.0),)


def test_lines_columns_and_pages_are_boxes_of_their_own() -> None:
    line, below = word(1, 720, 1000, 3), word(1, 720, 1120, 3)
    column, page = word(1, 3200, 1120, 3), word(2, 720, 1000, 3)
    found = line_boxes(boxes(*line, NOWHERE, *below, NOWHERE, *column, NOWHERE, *page))
    assert [(box.page, box.left, box.top) for box in found] == [
        (1, 72.0, 100.0),
        (1, 72.0, 112.0),
        (1, 320.0, 112.0),
        (2, 72.0, 100.0),
    ]


def test_a_raised_number_and_a_gap_between_words_stay_in_the_line() -> None:
    raised = [(1, 870, 980, 900, 1050)]
    assert line_boxes(boxes(*word(1, 720, 1000, 3), *raised, NOWHERE, *word(1, 1000, 1000, 2))) == (
        Box(1, 72.0, 98.0, 109.8, 110.0),
    )


@pytest.mark.parametrize("made", [boxes(), boxes(NOWHERE, NOWHERE)])
def test_characters_without_a_place_have_no_box(made: CharacterBoxes) -> None:
    assert line_boxes(made) == ()


@given(st.lists(st.tuples(st.integers(0, 3), *[st.integers(0, 5000)] * 4), max_size=40))
def test_every_character_lies_in_a_box_of_its_page(found: list[tuple[int, int, int, int, int]]) -> None:
    upright = [(page, min(a, c), min(b, d), max(a, c), max(b, d)) for page, a, b, c, d in found]
    lines = line_boxes(boxes(*upright))
    for page, left, top, right, bottom in upright:
        assert not page or any(
            box.page == page
            and box.left <= left / 10
            and box.top <= top / 10
            and right / 10 <= box.right
            and bottom / 10 <= box.bottom
            for box in lines
        )
