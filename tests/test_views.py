"""The display text and the search view: what they change, and that every change is found again in the source."""

import re
import unicodedata
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.models import Span
from index.views import Difference, Edit, View, display, search_view

SEEDS = sorted((Path(__file__).parents[1] / "seeds").glob("*.txt"))
FRAGMENTS = [
    *("word", "Wound", "BM", "and", "or", "IL-10", "p53", "22", "x"),
    *(" ", "  ", "\n", "\r\n", "\r", "\t", "\u2002", "\u00a0", "\u2028", "\x1c", "\x85"),
    *("-", "-\n", "- \r\n ", "\u00ad", "\u00ad\n", "\u2010\n", "\u2011", "(", ")", "."),
    *("\u0301", "\u0323", "e\u0301", "\u1100", "\u1161", "\u11a8", "\uac00", "\uff76", "\uff9e", "\u3131", "\u314f"),
    *("\ufb01", "\u00bd", "\u2460", "\u2076", "\u207b", "\u2082", "\u208b", "\u207a", "\u00df", "\u0130", "\u1e9e"),
    *("\u00b5", "\u03bc", "\u03a3", "\u03c2", "\u0345", "\u00b4", "\u00a8", "\u037a", "\ufdfa", "\ufe70", "\u2026"),
    *(
        "\u2019",
        "\u201c",
        "\u2013",
        "\u2212",
        "\u200b",
        "\u200d",
        "\ufeff",
        "\u202e",
        "\x00",
        "\U0001f9ec",
        "\U0001d538",
    ),
    *("\u05e9\u05dc\u05d5\u05dd", "\u0645\u0631\u062d\u0628\u0627", "\u6f22\u5b57", "\ud7b0", "\u0915\u093f"),
]
SOURCES = st.lists(st.sampled_from(FRAGMENTS) | st.characters(), max_size=30).map("".join)
MAKERS: dict[str, Callable[[str], View]] = {
    "display, no word known": lambda source: display(source, known=lambda _: False),
    "display, every word known": lambda source: display(source, known=lambda _: True),
    "search": search_view,
}
QUOTES_AND_DASHES = {
    "'": "\u2018\u2019\u201a\u201b\u2032\u2035\u00b4\u02b9\u02bb\u02bc\u2039\u203a",
    '"': "\u201c\u201d\u201e\u201f\u2033\u2036\u00ab\u00bb",
    "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\u2e3a\u2e3b",
}
TO_ASCII = str.maketrans({char: plain for plain, chars in QUOTES_AND_DASHES.items() for char in chars})

every_view = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS.keys())


def compatible(text: str) -> str:
    return unicodedata.normalize("NFKC", text).translate(TO_ASCII)


def folded(text: str) -> str:
    return unicodedata.normalize("NFKC", compatible(text).casefold())


def is_invisible(text: str) -> bool:
    return all(unicodedata.category(char) in {"Cf", "Cn"} for char in text)


def ends_line_after_hyphen(before: str, was: str) -> bool:
    """Whether nothing but white space with a line break, and a hyphen before it at most, was taken out."""
    space = next(position for position, char in enumerate(was) if char.isspace())
    hyphen = (before + was[:space])[-1]
    taken = was[:space].removesuffix(hyphen) + was[space:]
    unseen = all(char.isspace() or is_invisible(char) for char in taken)
    return unseen and hyphen in "-\u00ad\u2010\u2011" and len(f"{was}.".splitlines()) > 1


def belongs(edit: Edit, source: str, view: View) -> bool:
    """Whether the edit is what its class says, judged without the code that made it."""
    was, became = source[edit.source_start : edit.source_end], view.text[edit.view_start : edit.view_end]
    before, after = source[: edit.source_start], source[edit.source_end :]
    seen = "".join(char for char in was if not is_invisible(char))
    match edit.difference:
        case "same":
            return became == was
        case "white_space":
            return seen.isspace() and became == (" " if before and after else "") != was
        case "hyphenation":
            return became == "" and ends_line_after_hyphen(before, was)
        case "punctuation":
            return became == was.translate(TO_ASCII) != was or (became == "" and is_invisible(was))
        case "case" | "compatibility":
            return became == folded(was) != was and (was == compatible(was)) == (edit.difference == "case")
        case "superscript":
            raised = was[0] in "\u207b\u2070\u00b9\u00b2\u00b3" or "\u2074" <= was[0] <= "\u2079"
            mark = "^" if raised else "_" if was[0] == "\u208b" or "\u2080" <= was[0] <= "\u2089" else " "
            return became == mark + folded(was) and view.text[edit.view_start - 1].isdigit()


def differences(view: View) -> set[Difference]:
    return {edit.difference for edit in view.edits}


@every_view
@given(source=SOURCES)
def test_edits_tile_source_and_view_in_the_same_order(make: Callable[[str], View], source: str) -> None:
    """The alignment is total and monotone: no character of either text is left out or used twice."""
    view = make(source)
    source_end = view_end = 0
    for edit in view.edits:
        assert (edit.source_start, edit.view_start) == (source_end, view_end)
        assert edit.source_end > edit.source_start
        assert edit.view_end >= edit.view_start
        source_end, view_end = edit.source_end, edit.view_end
    assert (source_end, view_end) == (len(source), len(view.text))


@every_view
@given(source=SOURCES)
def test_every_difference_belongs_to_its_class(make: Callable[[str], View], source: str) -> None:
    """Each edit satisfies the predicate of the class that it names."""
    view = make(source)
    for edit in view.edits:
        assert belongs(edit, source, view), edit


@every_view
@given(source=SOURCES)
def test_identical_runs_are_kept_whole(make: Callable[[str], View], source: str) -> None:
    """Two edits of class "same" never touch."""
    classes = [edit.difference for edit in make(source).edits]
    assert ("same", "same") not in pairwise(classes)


@every_view
@given(source=SOURCES, data=st.data())
def test_span_of_the_source_comes_back_with_all_its_visible_characters(
    make: Callable[[str], View], source: str, data: st.DataObject
) -> None:
    """to_source(to_view(span)) contains what of the span is seen; a span with nothing to see has no view."""
    if not source:
        return
    start = data.draw(st.integers(0, len(source) - 1))
    span = Span(start, data.draw(st.integers(start + 1, len(source))))
    view = make(source)
    touched = [edit for edit in view.edits if edit.source_start < span.end and span.start < edit.source_end]
    visible = [edit for edit in touched if edit.view_end > edit.view_start]
    seen = view.to_view(span)
    assert (seen is None) == (not visible)
    if seen is not None:
        back = view.to_source(seen)
        assert back.start <= max(span.start, visible[0].source_start)
        assert back.end >= min(span.end, visible[-1].source_end)


@every_view
@given(source=SOURCES, data=st.data())
def test_span_of_a_view_has_the_smallest_source_that_cuts_no_edit(
    make: Callable[[str], View], source: str, data: st.DataObject
) -> None:
    """The source span shows all of the view span, starts and ends on characters that are seen, and cuts no edit."""
    view = make(source)
    if not view.text:
        return
    start = data.draw(st.integers(0, len(view.text) - 1))
    span = Span(start, data.draw(st.integers(start + 1, len(view.text))))
    back = view.to_source(span)
    shown = view.to_view(back)
    assert shown is not None
    assert shown.contains(span)
    touched = [edit for edit in view.edits if edit.source_start < back.end and back.start < edit.source_end]
    for edit in (touched[0], touched[-1]):
        assert edit.view_start < span.end
        assert span.start < edit.view_end
    for edit in touched:
        inside = back.contains(Span(edit.source_start, edit.source_end))
        assert inside or edit.difference == "same"
    if touched[0].difference == "same":
        assert shown.start == span.start
    if touched[-1].difference == "same":
        assert shown.end == span.end


@every_view
@given(source=SOURCES)
def test_whole_view_spans_everything_that_is_seen(make: Callable[[str], View], source: str) -> None:
    """The whole source maps to the whole view and back to all but what vanished at its ends."""
    view = make(source)
    if view.text:
        assert view.to_view(Span(0, len(source))) == Span(0, len(view.text))
        back = view.to_source(Span(0, len(view.text)))
        assert view.to_view(back) == Span(0, len(view.text))


@every_view
def test_span_beyond_the_text_is_refused(make: Callable[[str], View]) -> None:
    """A span that reaches beyond its text is an error, not a shorter answer; so is any span of an empty text."""
    view = make(" two  words ")
    with pytest.raises(ValueError, match="the view at 9"):
        view.to_source(Span(0, 10))
    with pytest.raises(ValueError, match="the source at 12"):
        view.to_view(Span(0, 13))
    with pytest.raises(ValueError, match="the source at 0"):
        make("").to_view(Span(0, 1))


@given(source=SOURCES, known=st.sets(st.text(max_size=4)))
def test_display_changes_white_space_and_hyphenation_only(source: str, known: set[str]) -> None:
    """Without its white space and hyphens the display text is the source, so that no digit or name is touched."""
    view = display(source, known=known.__contains__)
    ignored = re.compile(r"[\s\u00ad\u2010\u2011-]+")
    assert differences(view) <= {"same", "white_space", "hyphenation"}
    assert ignored.sub("", view.text) == ignored.sub("", source)


@given(source=SOURCES)
def test_display_keeps_every_visible_character_where_no_word_is_known(source: str) -> None:
    """A hyphen is dropped on evidence only."""
    assert "".join(display(source, known=lambda _: False).text.split()) == "".join(source.split())


@given(source=SOURCES)
def test_display_of_text_without_hyphens_is_its_words_with_a_space_between(source: str) -> None:
    """White space of every kind is one space inside the text and nothing at its ends."""
    plain = re.sub(r"[\u00ad\u2010\u2011-]", "", source)
    assert display(plain, known=lambda _: True).text == " ".join(plain.split())


@given(source=SOURCES)
def test_display_is_idempotent(source: str) -> None:
    """What people read does not change when it is displayed again."""
    text = display(source, known=lambda _: True).text
    again = display(text, known=lambda _: True)
    assert again.text == text
    assert differences(again) <= {"same"}


@given(source=SOURCES)
def test_search_view_has_folded_white_space_and_nothing_invisible(source: str) -> None:
    """No two spaces in a row, none at the ends, and no soft hyphen or zero-width character."""
    text = search_view(source).text
    assert text == " ".join(text.split())
    assert not set(text) & set("\u00ad\u200b\u200c\u200d\u2060\ufeff\u202e")


@given(
    source=st.text(st.sampled_from("eE\u0301\u0323\u00e9\u1100\u1161\u11a8\uac00\uff76\uff9e\ufb01\u00df\u0130\u1e9e"))
)
def test_search_view_is_the_normal_form_of_the_whole_text(source: str) -> None:
    """Folding one character with its marks at a time gives what folding the text at once gives."""
    assert search_view(source).text == folded(source)


@given(source=st.text(st.sampled_from("10\u2076\u00b2\u2082\u207b\u00ad x\u00bd\u2460")))
def test_small_digits_are_never_glued_to_a_digit_before_them(source: str) -> None:
    """No raised, lowered, circled or fraction digit reads on from the number before it."""
    view = search_view(source)
    for edit in view.edits:
        if edit.difference == "compatibility" and view.text[edit.view_start].isdigit():
            assert not view.text[: edit.view_start][-1:].isdigit()


DISPLAYED = {
    "line wrap": ("regenerative \nmedicine", "regenerative medicine"),
    "blank line": ("candidates \n\nfor research", "candidates for research"),
    "windows line end": ("stem\r\ncells\r\n", "stem cells"),
    "en spaces": ("wide\u2002\u2002differentiation\u2002 potential", "wide differentiation potential"),
    "no-break space": ("5\u00a0%", "5 %"),
    "ends": ("\n  text \t", "text"),
    "white space only": (" \n\t ", ""),
    "known word is joined": ("transplan-\n tation1.", "transplantation1."),
    "known word is joined across capitals at its start": ("Transplan-\ntation", "Transplantation"),
    "known word in capitals is joined": ("TRANSPLAN-\nTATION", "TRANSPLANTATION"),
    "last piece of a known compound is joined": ("organ-transplan-\ntation", "organ-transplantation"),
    "soft hyphen in a known word": ("transplan\u00ad\ntation", "transplantation"),
    "known word with combining marks": ("cafe\u0301-\nteria", "cafe\u0301teria"),
    "unknown word keeps its hyphen": ("exosome-\ncarrying", "exosome-carrying"),
    "unknown word keeps its soft hyphen": ("exo\u00ad\nsome", "exo\u00adsome"),
    "names keep their hyphen even if known": ("(BM-\nSCs)", "(BM-SCs)"),
    "digits keep their hyphen": ("(IL)-\n12p70", "(IL)-12p70"),
    "single letters keep their hyphen": ("e-\nmail", "e-mail"),
    "space after the hyphen, before the line end": ("exosome- \r\n carrying", "exosome-carrying"),
    "suspended hyphen": ("bone marrow-\nand adipose-derived", "bone marrow- and adipose-derived"),
    "suspended hyphen in German": ("Knochenmark-\nund Fett", "Knochenmark- und Fett"),
    "hyphen without a line end": ("bone marrow- derived", "bone marrow- derived"),
    "dash": ("cells -\nfor example", "cells - for example"),
    "double hyphen": ("cells--\nfor example", "cells-- for example"),
    "hyphen before a bracket": ("IL-\n(12)", "IL- (12)"),
    "hyphen at the start": ("-\nitem", "- item"),
    "hyphen at the end": ("item-\n", "item-"),
    "superscripts and references stay": ("1\u00d710\u2076 secretome24 IL-1022", "1\u00d710\u2076 secretome24 IL-1022"),
    "ligatures and quotes stay": ("\ufb01 \u2018cell\u2019", "\ufb01 \u2018cell\u2019"),
    "NUL and zero-width characters stay": ("a\x00b\u200bc", "a\x00b\u200bc"),
}
KNOWN = {"transplantation", "bmscs", "email", "caf\u00e9teria", "marrowand", "12p70"}


@pytest.mark.parametrize(("source", "expected"), DISPLAYED.values(), ids=DISPLAYED.keys())
def test_display_reads(source: str, expected: str) -> None:
    """Shown text follows schema.md to the letter."""
    assert display(source, known=KNOWN.__contains__).text == expected


SEARCHED = {
    "white space": ("\n wide\u2002 \r\npotential ", "wide potential"),
    "composition": ("E\u0301", "\u00e9"),
    "marks in any order": ("o\u0302\u0323", "\u1ed9"),
    "Hangul jamo": ("\u1112\u1161\u11ab", "\ud55c"),
    "half-width kana": ("\uff76\uff9e", "\u30ac"),
    "ligature": ("\ufb01broblast", "fibroblast"),
    "fraction": ("\u00bd", "1\u20442"),
    "fraction after a digit": ("3\u00bd", "3 1\u20442"),
    "sharp s": ("Gro\u00dfe", "grosse"),
    "final sigma": ("\u039b\u039f\u0393\u039f\u03a3", "\u03bb\u03bf\u03b3\u03bf\u03c3"),
    "micro sign is mu": ("\u00b5m", "\u03bcm"),
    "power of ten": ("1\u00d710\u2076", "1\u00d710^6"),
    "negative power of ten": ("10\u207b\u2076", "10^-6"),
    "raised reference after a digit": ("IL-10\u00b2\u00b2", "il-10^22"),
    "raised reference after a letter": ("secretome\u00b2\u2074", "secretome24"),
    "raised digit after a soft hyphen": ("10\u00ad\u2076", "10^6"),
    "chemical formula": ("H\u2082O and Ca\u00b2\u207a", "h2o and ca2+"),
    "lowered digit after a digit": ("x1\u2082", "x1_2"),
    "raised plus": ("CD34\u207a\u00b2\u00b2", "cd34+22"),
    "lone raised minus": ("CD34\u207b", "cd34-"),
    "names": ("p53, CD34+, IL-1022", "p53, cd34+, il-1022"),
    "quotes and dashes": (
        "\u2018stem\u2019 \u201ccell\u201d 5\u201350 \u22121 TGF\u2011\u03b2",
        "'stem' \"cell\" 5-50 -1 tgf-\u03b2",
    ),
    "soft hyphen": ("secre\u00adtome", "secretome"),
    "soft hyphen at a line end": ("secre\u00ad\ntome", "secretome"),
    "hyphen at a line end": ("hyphen-\n ation", "hyphen-ation"),
    "typographic hyphen at a line end": ("BM\u2010\nSCs", "bm-scs"),
    "suspended hyphen": ("marrow-\nand adipose", "marrow- and adipose"),
    "zero-width characters between spaces": ("\ufeffa \u200b b \u200b", "a b"),
    "spacing accent stays": ("a\u00a8b", "a\u00a8b"),
    "phrase in one character": (
        "\ufdfa",
        "\u0635\u0644\u0649 \u0627\u0644\u0644\u0647 \u0639\u0644\u064a\u0647 \u0648\u0633\u0644\u0645",
    ),
    "lone combining mark": ("\u0301", "\u0301"),
    "astral": ("\U0001f9ec\U0001d538", "\U0001f9eca"),
    "right to left": ("\u05e9\u05dc\u05d5\u05dd\u200f", "\u05e9\u05dc\u05d5\u05dd"),
    "NUL": ("a\x00B", "a\x00b"),
}


@pytest.mark.parametrize(("source", "expected"), SEARCHED.values(), ids=SEARCHED.keys())
def test_search_view_reads(source: str, expected: str) -> None:
    """What is searched is folded as far as search wants, and no further."""
    assert search_view(source).text == expected


def test_letter_and_its_mark_are_one_edit() -> None:
    """The composed character leads back to both code points, and either of them leads to it."""
    view = search_view("caf" + "e\u0301" + "s")
    assert view.edits[1] == Edit(3, 5, 3, 4, "compatibility")
    assert view.to_source(Span(3, 4)) == Span(3, 5)
    assert view.to_view(Span(4, 5)) == Span(3, 4)


def test_match_in_an_expansion_leads_to_the_whole_character() -> None:
    """Half a ligature cannot be cited."""
    view = search_view("\ufb01broblast")
    assert view.to_source(Span(1, 3)) == Span(0, 2)


def test_citation_across_a_dropped_line_break_reaches_over_it() -> None:
    """A word read over two lines is cited with its hyphen and line break, a part before them without."""
    source = "the trans-\nplant"
    view = display(source, known={"transplant"}.__contains__)
    assert view.text == "the transplant"
    assert view.to_source(Span(4, 14)).cut(source) == "trans-\nplant"
    assert view.to_source(Span(4, 9)).cut(source) == "trans"
    assert view.to_source(Span(9, 14)).cut(source) == "plant"
    assert view.to_view(Span(9, 11)) is None


def test_known_is_asked_for_the_folded_joined_word() -> None:
    """The word that is looked up has the form that the search view gives it."""
    asked: list[str] = []

    def known(word: str) -> bool:
        asked.append(word)
        return False

    display("Trans\ufb01-\nguration x-\ny 12-\n13", known=known)
    assert asked == ["transfiguration"]


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.name[:3])
def test_seeds_keep_every_visible_character(path: Path) -> None:
    """Real text: the display differs from the file in white space alone as long as no word is known."""
    source = path.read_bytes().decode("utf-8")
    shown = display(source, known=lambda _: False)
    assert "".join(shown.text.split()) == "".join(source.split())
    assert shown.text == " ".join(shown.text.split())
    for view in (shown, search_view(source)):
        assert all(belongs(edit, source, view) for edit in view.edits)


def test_first_seed_reads_as_printed() -> None:
    """The wraps, en spaces and line-end hyphens of the review come out as its authors wrote them."""
    source = next(path for path in SEEDS if path.name.startswith("001")).read_bytes().decode("utf-8")
    shown = display(source, known=lambda _: False).text
    assert "bone marrow SCs (BM-SCs) have widely been used" in shown
    assert "interleukin (IL)-12p70, interferon-gamma, IL-17A and IL-1022." in shown
    assert "wide differentiation potential, PPT-SCs have gained attention" in shown
    assert "the exosome-carrying EVs" in shown


@every_view
@pytest.mark.parametrize(
    ("unit", "length"),
    [
        ("growth factor-\u03b21, EGF and transplantation24. ", 1_000_000),
        *(
            (unit, 100_000)
            for unit in ("A", "\u6f22", "a\u2002", "\u0301\u0323", "-", " -", "1\u2076", "\u200b", "x-\n")
        ),
    ],
    ids=ascii,
)
def test_one_very_long_line_is_no_obstacle(make: Callable[[str], View], unit: str, length: int) -> None:
    """Length costs time in proportion, whatever the line is made of; this would not end otherwise."""
    source = unit * (length // len(unit))
    view = make(source)
    for start in range(0, len(view.text), 99_991):
        shown = view.to_view(view.to_source(Span(start, start + 1)))
        assert shown is not None
        assert shown.start <= start < shown.end
