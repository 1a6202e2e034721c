"""Every reason has its words, in Python and on the page."""

import re
from pathlib import Path
from typing import get_args

import pytest

from api.wording import WHY, left_out, place_in, why_dropped
from assistant.models import Dropped, DropReason
from evals.generation import REASONS
from index.models import Box, Span
from index.texts import Location

REASONS_THERE_ARE = set(get_args(DropReason))


def test_every_reason_for_dropping_a_claim_is_told() -> None:
    page = (Path(__file__).parent.parent / "api" / "static" / "writing.js").read_text(encoding="utf-8")
    told = re.search(r"const WHY_LEFT_OUT = \{(.*?)\};", page, re.DOTALL)
    assert told is not None
    assert set(re.findall(r"^\s*(\w+):", told[1], re.MULTILINE)) == REASONS_THERE_ARE
    assert set(WHY) == set(REASONS) == REASONS_THERE_ARE


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (Dropped("no_quote", "A."), "quotes nothing"),
        (Dropped("near_miss", "A.", "so it said"), "its quotation is not quite what the passage says: “so it said”"),
        (Dropped("contradicted", "A.", "12 mg, not 20"), "its source says otherwise: 12 mg, not 20"),
    ],
)
def test_why_a_claim_was_dropped_says_what_is_wrong_with_it(claim: Dropped, expected: str) -> None:
    assert why_dropped(claim) == expected


def test_left_out_claims_are_counted() -> None:
    assert left_out(1) == "1 of the model's claims was left out."
    assert left_out(2) == "2 of the model's claims were left out."


@pytest.mark.parametrize(
    ("start_byte", "pages", "expected"),
    [
        (0, (), "lines 3–4"),
        (None, (), ""),
        (None, (7,), "page 7"),
        (None, (8, 7, 8), "pages 7–8"),
    ],
)
def test_a_place_is_pages_or_lines_or_nothing(start_byte: int | None, pages: tuple[int, ...], expected: str) -> None:
    boxes = tuple(Box(page, 0, 0, 1, 1) for page in pages)
    assert place_in(Location(Span(0, 9), "two\nlines", start_byte, start_byte, 3, 4, boxes)) == expected
