"""Records of PubMed: each a section, its title over its abstract."""

import pytest

from index.errors import FileSkipped
from index.extracting.medline import extract as read_medline
from tests.extracted import elements_of, outcome, read, sentences_of

RECORD = """PMID- 30000001
OWN - NLM
DP  - 2019 Mar
TI  - Local honey for burns: a cohort
      of two wards.
LID - 10.5555/burn.77 [doi]
AB  - BACKGROUND: Burns were dressed with honey. METHODS: Two wards took
      part. RESULTS: Wounds closed in 12 days (p < 0.05).
FAU - Moreno, Ada P
AU  - Moreno AP
FAU - Lind, Bo
AU  - Lind B
JT  - Journal of dressings
PMC - PMC4000001
MH  - Burns/therapy
MH  - *Honey
OT  - wound closure
SO  - J Dress. 2019 Mar;4(2):1-7. doi: 10.5555/burn.77.
"""
SECOND = """
PMID- 30000002
TI  - Sugar paste on ulcers.
AB  - Ulcers shrank. Pain was less.
AU  - Old A
SO  - J Dress. 2020.
"""


def test_a_record_is_a_title_metadata_and_an_abstract() -> None:
    """Lines that go on are one."""
    abstract = (
        "BACKGROUND: Burns were dressed with honey. METHODS: Two wards took part. "
        "RESULTS: Wounds closed in 12 days (p < 0.05)."
    )
    assert elements_of(read(read_medline, RECORD)) == [
        ("heading", "Local honey for burns: a cohort of two wards."),
        ("metadata", "J Dress. 2019 Mar;4(2):1-7. doi: 10.5555/burn.77."),
        ("metadata", "Moreno AP, Lind B"),
        ("metadata", "PMID: 30000001. PMCID: PMC4000001. DOI: 10.5555/burn.77"),
        ("paragraph", abstract),
        ("metadata", "Keywords: wound closure"),
        ("metadata", "MeSH terms: Burns/therapy; *Honey"),
    ]


def test_one_record_states_the_metadata_of_its_file() -> None:
    """Authors as PubMed cites them."""
    reading = read(read_medline, RECORD)
    assert reading.title == "Local honey for burns: a cohort of two wards."
    assert reading.metadata == {
        "authors": "Moreno AP; Lind B",
        "year": "2019",
        "journal": "Journal of dressings",
        "doi": "10.5555/burn.77",
        "pmid": "30000001",
        "pmcid": "PMC4000001",
    }


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_each_record_of_a_file_is_a_section(line_end: str) -> None:
    """Sentences of an abstract stand under their own title; the file has no authors."""
    reading = read(read_medline, (RECORD + SECOND).replace("\n", line_end), path="a/set.nbib")
    sections = {
        sentence.span.cut(reading.text): sentence.section
        for sentence in sentences_of(reading)
        if sentence.label == "prose"
    }
    assert sections["Ulcers shrank."] == sections["Pain was less."] == "Sugar paste on ulcers."
    assert {text for text, section in sections.items() if section.startswith("Local honey")} == {
        "BACKGROUND: Burns were dressed with honey.",
        "METHODS: Two wards took part.",
        "RESULTS: Wounds closed in 12 days (p < 0.05).",
    }
    assert (reading.title, reading.metadata) == ("set.nbib", {})


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"Just a text.\n", "format"),
        (b"PMID- 1\n", "format"),
        (b"      continued from nothing\n", "format"),
        (b"\x00\x01\x02" * 50, "binary"),
    ],
)
def test_what_holds_no_record_says_so(data: bytes, reason: str) -> None:
    """With the way to export some."""
    with pytest.raises(FileSkipped, match="folder/a file") as caught:
        read(read_medline, data)
    assert caught.value.reason == reason


@pytest.mark.timeout(20)
@pytest.mark.parametrize("piece", ["\n      more", "\nAD  - x\n      y", "\n", "\n\nTI  - t", "\nMH  - ", " ", "\r"])
def test_a_record_of_the_same_piece_takes_no_more_time_than_its_length(piece: str) -> None:
    """What grew with the square of the length would not end."""
    assert outcome(read_medline, "TI  - Start." + piece * (300_000 // len(piece))).startswith("Start.")
