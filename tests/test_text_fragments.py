"""Links to quoted words, as browsers read them."""

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text_fragments import text_fragment_url

PAGE = "https://records.example.org/30000001/"
LONG = " ".join(f"word{number}" for number in range(80))


@pytest.mark.parametrize(
    ("before", "quote", "after", "expected"),
    [
        pytest.param(
            "Earlier words.",
            "Burns were dressed with honey every day.",
            "Later.",
            "Burns%20were%20dressed%20with%20honey%20every%20day.",
            id="a sentence is given in full",
        ),
        pytest.param(
            "We saw that",
            "it closed",
            "in twelve days of care",
            "We%20saw%20that-,it%20closed,-in%20twelve%20days",
            id="few words with those around them",
        ),
        pytest.param("", "it closed", "", "it%20closed", id="nothing around it"),
        pytest.param(
            "Table\nDose",
            "5 mg | 41 | 80 %",
            "\n10 mg | 39",
            "Dose-,5%20mg,80%20%25,-10%20mg",
            id="a row from its first cell to its last",
        ),
        pytest.param("x", "| 80 % |", "y", "x-,80%20%25,-y", id="a row with one cell that has words"),
        pytest.param(
            "",
            "One, two & three-fold of all the cases.",
            "",
            "One%2C%20two%20%26%20three%2Dfold%20of%20all%20the%20cases.",
            id="characters with a meaning",
        ),
        pytest.param(
            "",
            "Caf\u00e9 \u2013 \u03b2\u2011cells\n of   the mice grew.",
            "",
            "Caf%C3%A9%20%E2%80%93%20%CE%B2%E2%80%91cells,of%20the%20mice%20grew.",
            id="other letters and a line break",
        ),
        pytest.param(
            "",
            LONG,
            "",
            "word0%20word1%20word2%20word3%20word4%20word5,word74%20word75%20word76%20word77%20word78%20word79",
            id="a long quote by its ends",
        ),
        pytest.param(
            "one block\n\nanother block here",
            "it closed",
            "",
            "another%20block%20here-,it%20closed",
            id="nearest block",
        ),
    ],
)
def test_a_link_names_the_quoted_words(before: str, quote: str, after: str, expected: str) -> None:
    """Each part within one block of the page."""
    assert text_fragment_url(PAGE, before, quote, after) == f"{PAGE}#:~:text={expected}"


def test_a_place_in_the_page_stays_and_an_older_quote_goes() -> None:
    """The directive follows a fragment of the address."""
    assert text_fragment_url(f"{PAGE}#methods", "", "a", "") == f"{PAGE}#methods:~:text=a"
    assert text_fragment_url(f"{PAGE}#:~:text=old", "", "a", "") == f"{PAGE}#:~:text=a"


def test_a_quote_without_words_links_to_the_page() -> None:
    """There is nothing to look for."""
    assert text_fragment_url(PAGE, "a", " | \n", "b") == PAGE


@given(st.text(), st.text(min_size=1), st.text())
def test_whatever_is_quoted_the_parts_can_be_told(before: str, quote: str, after: str) -> None:
    """At most four parts; the quoted ones are words of the quote."""
    link = text_fragment_url(PAGE, *(part.encode("utf-8", "replace").decode() for part in (before, quote, after)))
    if link != PAGE:
        parts = link.removeprefix(f"{PAGE}#:~:text=").split(",")
        quoted = [part for part in parts if not part.endswith("-") and not part.startswith("-")]
        assert 1 <= len(quoted) <= 2
        folded = " ".join(quote.encode("utf-8", "replace").decode().split())
        assert all(unquote(part) in folded for part in quoted)
        assert not any(mark in part for part in parts for mark in " &#")
