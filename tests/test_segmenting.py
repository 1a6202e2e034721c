"""Sentences tile the text, carry labels and sections, and break where a reader would break them."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.sentence_boundaries import BoundaryCounts, bootstrap_interval, count_boundaries, main
from index.models import Sentence
from index.segmenting import segment
from index.segmenting.boundaries import LONGEST

SEEDS = Path(__file__).parent.parent / "seeds"

PIECES = st.sampled_from(
    [
        *(
            "\n",
            "\n\n",
            "\r\n",
            "\r",
            "\f",
            "\v",
            "\x1c",
            "\x85",
            "\u2028",
            "\u2002",
            "\u00a0",
            " ",
            "  ",
            "\t",
            "\x00",
        ),
        *(".", ". ", "?", "…", "(", "]", ":", ",", "-", "\u00ad", "e\u0301", "𝔸", "שלום", "م", "👩\u200d🔬"),
        *("Figure 1. ", "Figure\n", "Fig.", "Table II. ", "References\n", "Abbreviations\n\n", "AF:\n\n", "a: b\n"),
        *("1. ", "• ", "- ", "[12] ", "22", "et al. ", "doi: 10.1/x", "Keywords: ", "| a | b |\n", "```\n", "# H\n"),
        *("the cells were grown in ", "of\n\n", " in a manner. ", "The medium and\n ", "Results", "====\n"),
    ]
)
TEXTS = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=60).map("".join))


def seed(number: str) -> str:
    path = next(SEEDS.glob(f"{number}_*.txt"))
    return path.read_bytes().decode("utf-8")


def folded(text: str, sentence: Sentence) -> str:
    return " ".join(" ".join(part.cut(text).split()) for part in sentence.parts)


def sentences_of(text: str, *, label: str | None = None, media_type: str = "text/plain") -> list[str]:
    found = segment(text, media_type=media_type)
    return [folded(text, sentence) for sentence in found if label in (None, sentence.label)]


def assert_tiled(text: str, sentences: tuple[Sentence, ...]) -> None:
    covered = bytearray(len(text))
    for part in (part for sentence in sentences for part in sentence.parts):
        assert not text[part.start].isspace()
        assert not text[part.end - 1].isspace()
        assert not any(covered[part.start : part.end])
        covered[part.start : part.end] = b"\x01" * len(part)
    assert all(covered[at] or text[at].isspace() for at in range(len(text)))


@settings(max_examples=300, deadline=None)
@given(text=TEXTS, media_type=st.sampled_from(["text/plain", "text/markdown"]))
def test_every_visible_character_is_in_exactly_one_part(text: str, media_type: str) -> None:
    assert_tiled(text, segment(text, media_type=media_type))


@settings(max_examples=100, deadline=None)
@given(text=TEXTS)
def test_segmenting_twice_gives_the_same(text: str) -> None:
    assert segment(text) == segment(text)


@pytest.mark.parametrize(
    "unit",
    ["a", "ab cd ", ".", ". ", "[", "1,", "Smith A, ", "a1. ", "The cell was in the\n", "Figure. A\n"],
    ids=repr,
)
def test_a_very_long_text_is_cut_in_linear_time(unit: str) -> None:
    """In processor time, of which a busy machine gives no less."""
    text = unit * (100_000 // len(unit))
    began = time.process_time()
    sentences = segment(text)
    assert time.process_time() - began < 5
    assert_tiled(text, sentences)
    assert max(len(part) for sentence in sentences for part in sentence.parts) <= LONGEST


def test_a_stretch_without_boundary_is_cut_at_white_space() -> None:
    text = "word " * 1000
    sentences = segment(text)
    assert len(sentences) > 1
    assert all(len(sentence.span) <= LONGEST for sentence in sentences)
    assert all(text[sentence.span.end] == " " for sentence in sentences)


@pytest.mark.parametrize("text", ["", " ", "\n\f\r\n\t"], ids=["empty", "space", "breaks"])
def test_nothing_visible_gives_no_sentence(text: str) -> None:
    assert segment(text) == ()


BOUNDARIES = {
    "a wrapped line is no boundary": ["Cells were grown in\nmedium and counted.", "They grew well."],
    "et al.": ["This was reported by Smith et al. in a trial.", "It was small."],
    "i.e. and e.g.": ["Some wounds, i.e. burns, e.g. scalds, heal slowly.", "Others heal fast."],
    "Fig. and vs.": ["As Fig. 2 shows, treated vs. untreated cells differ.", "The effect was large."],
    "ca. and approx.": ["It took ca. 3 days and approx. 5 nights.", "Then it ended."],
    "a species name": ["Infection with B. pertussis and E. coli was confirmed.", "Both were treated."],
    "an initial": ["The method of J. Smith was used.", "It worked."],
    "a number after the full stop": ["We measured IL-6 and IL-17A. 22", "The next assay failed."],
    "numbers glued after the full stop": ["The effect was reported.22,23", "The cause is unknown."],
    "a bracketed number after the full stop": ["The effect was reported. [12]", "The cause is unknown."],
    "a number glued to the last word": ["Tissue is replaced by transplantation1.", "Diseases are many."],
    "a number glued to a name with a number": ["We measured IL-17A and IL-1022.", "VEGF was not measured."],
    "a full stop after a space": ["The rate is about a third [1] .", "Estimates vary."],
    "a unit": ["The cells rested for the next 3 hr.", "Levels fell again."],
    "a name that ends in a capital": ["Both stimuli activate factor B.", "However, the second is weak."],
    "a bracketed title": ["[Asthma that resists cortisone]", "There is agreement on the cause."],
    "a colon before a list": ["Three were found: IL-6, IL-8 and MCP-1.", "All matter."],
    "a decimal number": ["The odds were 2.5 to one.", "Nobody bet."],
}


@pytest.mark.parametrize("expected", BOUNDARIES.values(), ids=BOUNDARIES.keys())
def test_a_sentence_ends_where_a_reader_would_end_it(expected: list[str]) -> None:
    assert sentences_of(" ".join(expected)) == [" ".join(sentence.split()) for sentence in expected]


def test_a_lost_space_after_the_full_stop_is_a_boundary() -> None:
    assert sentences_of("We treated solid tumors.The main finding was clear.") == [
        "We treated solid tumors.",
        "The main finding was clear.",
    ]


def test_paragraphs_of_one_long_line_are_apart() -> None:
    line = ("The activity of cells was found to be the main mechanism of their therapies, " * 3).rstrip(", ")
    text = f"{line}.\nhMSCs act in another way, as we know from animals.\n{line}."
    assert len(sentences_of(text)) == 3


def test_list_lines_are_units_of_their_own() -> None:
    text = "The kit holds\n\n• a bottle of medium\n• a flask\n\nIt is sold in a box."
    assert sentences_of(text)[-3:] == ["• a bottle of medium", "• a flask", "It is sold in a box."]


def test_a_form_feed_parts_blocks() -> None:
    assert sentences_of("The first page ends here\fThe second page starts here.") == [
        "The first page ends here",
        "The second page starts here.",
    ]


def test_headings_give_their_text_as_section() -> None:
    text = "Before all else.\n\nLimitations of the\nmethod\n\nThe method is slow.\n\nConclusions\n\nIt works."
    sentences = {folded(text, sentence): sentence for sentence in segment(text)}
    assert sentences["Before all else."].section == ""
    assert sentences["Limitations of the method"].label == "heading"
    assert sentences["The method is slow."].section == "Limitations of the method"
    assert sentences["It works."].section == "Conclusions"


def test_a_heading_inside_wrapped_text_is_found() -> None:
    text = (
        "The cells were grown in medium with ten per cent of serum\nand were counted every day.\n"
        "2. Results\nThe number of cells doubled every day until the medium\nwas used up."
    )
    assert sentences_of(text, label="heading") == ["2. Results"]


MARKDOWN = """# Wound healing

Fluid helps.

Methods
-------

- one item
- another item

| cell | count |
| ---- | ----- |
| MSC  | 3     |

```
x = 1. Y = 2.

z = 3
```

## References

1. Smith A. A study. J Med. 2003;107:929.
"""


def test_markdown_has_headings_lists_rows_and_code() -> None:
    found = sentences_of(MARKDOWN, media_type="text/markdown")
    assert sentences_of(MARKDOWN, label="heading", media_type="text/markdown") == [
        "# Wound healing",
        "Methods -------",
        "## References",
    ]
    assert {"- one item", "- another item", "| cell | count |", "| MSC | 3 |", "``` x = 1. Y = 2. z = 3 ```"} < set(
        found
    )
    sections = {sentence.section for sentence in segment(MARKDOWN, media_type="text/markdown")}
    assert sections == {"", "Wound healing", "Methods", "References"}


LABELS = {
    "a figure": ("Figure 1. Cells in culture, ten days old.", "caption"),
    "a figure, short": ("Fig. 2 Growth of cells.", "caption"),
    "a table": ("Table II. Outcomes of the trials.", "caption"),
    "keywords": ("Keywords: burns; scar; wound.", "metadata"),
    "an identifier": ("doi: 10.1000/182", "metadata"),
    "authors": ("Konrad VB(1), Mamdani MK(2), Bond R(2), Dasgupta AK(3).", "metadata"),
    "an affiliation": ("(1)Department of Marine Biology, University of Oslo, Oslo, Norway.", "metadata"),
    "a journal line": ("1. Burns. 2016 Jan;18(1):13-24. doi: 10.1000/182. Epub 2015 Nov 26.", "metadata"),
    "copyright": ("Copyright © 2015 The Society. All rights reserved.", "metadata"),
    "a statement of interests": ("Conflict of interest statement: The authors have no interests.", "prose"),
    "navigation": ("Skip to main content", "boilerplate"),
    "a price": ("Price excludes VAT (USA)", "boilerplate"),
    "a pay wall": ("This is a preview of subscription content, log in to check access.", "boilerplate"),
    "a finding about rights": ("Patients have the right to download their data from the hospital.", "prose"),
    "a finding about cookies": ("Children ate cookies before the glucose test was repeated.", "prose"),
    "a mention of a figure": ("Figure presents the gist of this work.", "prose"),
    "a mention of a table": ("Table 3 lists the patients who were treated.", "prose"),
}


@pytest.mark.parametrize(("text", "label"), LABELS.values(), ids=LABELS.keys())
def test_a_block_is_labelled_by_what_it_is_for(text: str, label: str) -> None:
    around = "Some prose comes before it and ends here.\n\n{}\n\nSome more prose follows and it ends here."
    whole = around.format(text)
    assert {sentence.label for sentence in segment(whole) if folded(whole, sentence) in text} == {label}


def test_terms_with_their_meaning_below_are_one_sentence_each() -> None:
    text = "Abbreviations\n\nAF:\n\nAmniotic fluid\n\nUC:\n\nUmbilical cord\n\nBM:\n\nBone marrow\n\nThe end is here."
    pairs = [sentence for sentence in segment(text) if sentence.label == "abbreviation"]
    assert [folded(text, pair) for pair in pairs] == ["AF: Amniotic fluid", "UC: Umbilical cord", "BM: Bone marrow"]
    assert all(len(pair.parts) == 1 and pair.section == "Abbreviations" for pair in pairs)


@pytest.mark.parametrize("list_", ["AF: amniotic fluid\nBM: bone marrow", "AF: amniotic fluid; BM: bone marrow"])
def test_a_running_list_of_abbreviations_is_cut_into_pairs(list_: str) -> None:
    found = sentences_of(f"Abbreviations\n\n{list_}\n\nIntroduction\n\nIt began.", label="abbreviation")
    assert [pair.rstrip(";") for pair in found] == ["AF: amniotic fluid", "BM: bone marrow"]


def test_references_end_at_the_next_heading() -> None:
    text = (
        "References\n\n1. Smith A, Li B. A study of cells. J Med. 2003;107:929.\n2. Li B. More cells. 2004;1:2.\n\n"
        "Acknowledgements\n\nWe thank the patients who took part."
    )
    assert len(sentences_of(text, label="references")) == 2
    assert sentences_of(text, label="prose") == ["We thank the patients who took part."]


def test_running_heads_and_page_numbers_are_boilerplate() -> None:
    page = "Journal of Burns {}\nThe cells were grown in medium for {} days. They grew.\n"
    text = "\f".join(page.format(number, number + 3) for number in range(1, 4))
    assert sentences_of(text, label="boilerplate") == ["Journal of Burns 1", "Journal of Burns 2", "Journal of Burns 3"]


HEADINGS = [
    "Introduction",
    "Composition of the PPT-MSC secretome",
    "Growth factors and cytokines",
    "Extracellular vesicles (EVs)",
    "Significance of the hPPT-MSC secretome",
    "Therapeutic effects of hPPT-MSC secretome",
    "Anti-ageing and other skin repair therapies",
    "Anticancer therapy and other cancer-related therapy",
    "Use of hPPT-MSC secretome in therapeutic procedures against various other diseases",
    "Limitations and the way forward with the hPPT-MSC secretome",
    "Conclusions",
]


def test_the_headings_of_the_full_text_are_found() -> None:
    assert sentences_of(seed("001"), label="heading") == HEADINGS


def test_the_sentence_on_wound_healing_is_whole() -> None:
    found = [text for text in sentences_of(seed("001")) if text.startswith("Wound healing capacity of the secretome")]
    assert len(found) == 1
    assert found[0].endswith("with the help of mentioned cytokines when treated with the secretome24.")


@pytest.mark.parametrize(
    "start", ["VEGF and fibroblast growth factor", "Diseases such as autism2", "UC-MSC-derived nanovesicles"]
)
def test_a_sentence_of_the_full_text_starts_with(start: str) -> None:
    assert sum(text.startswith(start) for text in sentences_of(seed("001"))) == 1


def test_no_prose_of_the_full_text_is_called_anything_else() -> None:
    labels = {sentence.label for sentence in segment(seed("001"))}
    assert labels == {"heading", "prose", "caption"}


def test_the_abbreviations_of_the_chapter_are_pairs() -> None:
    pairs = sentences_of(seed("002"), label="abbreviation")
    assert len(pairs) == 45
    assert "TSG-6: TNF-α stimulated gene/protein 6" in pairs


def test_the_shop_around_the_chapter_is_boilerplate() -> None:
    furniture = sentences_of(seed("002"), label="boilerplate")
    assert {"eBook", "• Own it forever", "Download citation", "Policies and ethics"} <= set(furniture)
    assert len(sentences_of(seed("002"), label="prose")) == 9


def test_the_references_of_the_record_are_labelled() -> None:
    assert len(sentences_of(seed("000"), label="references")) == 5


def test_the_abstract_of_the_record_is_prose() -> None:
    prose = sentences_of(seed("003"), label="prose")
    assert prose[0].startswith("The unique properties of mesenchymal stromal/stem cells")
    assert prose[4].endswith("with respect to their potential clinical applications.")
    assert len(prose) == 6


def test_the_paragraphs_of_the_encyclopedia_are_prose_below_their_headings() -> None:
    sentences = segment(seed("004"))
    assert {sentence.section for sentence in sentences if sentence.label == "prose"} == {
        "Stem cell secretome",
        "Research",
    }


def test_boundaries_are_counted_without_the_last_of_each_side() -> None:
    counts = count_boundaries([10, 25, 30], [10, 20, 30])
    assert counts == BoundaryCounts(hits=1, found=2, gold=2)
    assert (counts.precision, counts.recall, counts.f1) == (0.5, 0.5, 0.5)


def test_the_interval_of_equal_documents_has_no_width() -> None:
    assert bootstrap_interval([BoundaryCounts(1, 2, 2)] * 5) == (0.5, 0.5)


def test_the_command_prints_the_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = {"text": "It rained. We left. They stayed.", "sentences": [[0, 10], [11, 19], [20, 32]]}
    (tmp_path / "docs.jsonl").write_text(json.dumps(document) + "\n", encoding="utf-8")
    assert main([str(tmp_path)]) == 0
    assert "F1 1.0000 (95% 1.0000 to 1.0000)  1 documents, 2 boundaries" in capsys.readouterr().out


def test_the_command_refuses_a_folder_without_documents(tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        main([str(tmp_path)])
