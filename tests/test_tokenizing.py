"""Which words a text has, and which spellings of one thing find each other."""

import threading
import unicodedata

import pytest
import Stemmer  # an extension module without stubs
from hypothesis import given
from hypothesis import strategies as st

from index.tokenizing import STOP_WORDS, content_words, terms, words

FRAGMENTS = [
    *(
        "IL",
        "-",
        "6",
        "1022",
        "/",
        "'",
        "'s",
        "+",
        ",",
        ".",
        "^",
        "_",
        " ",
        "\n",
        "\r\n",
        "\u2002",
        "and",
        "which",
        "mir",
    ),
    *(
        "secretome24",
        "15-17",
        "1,234",
        "0.05",
        "\u03b1",
        "\u03b2\u03b3",
        "\u03c2",
        "\u03b1\u03b2\u03b3",
        "\u00b5",
        "\u2076",
    ),
    *(
        "\u0301",
        "\u00ad",
        "\u200b",
        "\u00ef",
        "\u00df",
        "\u0130",
        "\u0345",
        "\u037a",
        "\ufe70",
        "\ufdfa",
        "\u00bd",
        "\x00",
    ),
    *(
        "\u6f22\u5b57",
        "\ud55c\uad6d",
        "\u05e9\u05dc",
        "\u0915\u093f",
        "\U0001f9ec",
        "\U0001d7d8",
        "\u0663",
        "\u2019",
        "\u2212",
    ),
]
TEXTS = st.lists(st.sampled_from(FRAGMENTS) | st.characters(), max_size=30).map("".join)


@given(text=TEXTS)
def test_any_text_has_words_and_terms(text: str) -> None:
    """Nothing that can be decoded stops the tokenizer, and no term is empty or holds white space."""
    for word in words(text):
        assert word
        assert not any(char.isspace() for char in word)
    for term in terms(text):
        assert term
        assert not any(char.isspace() for char in term)


@given(text=TEXTS)
def test_case_and_compatibility_forms_do_not_matter(text: str) -> None:
    """A text and its canonical decomposition have the same words; so do an ASCII text and its capitals."""
    assert words(unicodedata.normalize("NFD", text)) == words(unicodedata.normalize("NFC", text))
    ascii_text = text.encode("ascii", "ignore").decode("ascii")
    assert terms(ascii_text.upper()) == terms(ascii_text)


@given(left=TEXTS, right=TEXTS)
def test_paragraphs_do_not_influence_each_other(left: str, right: str) -> None:
    """Words on both sides of a full stop and a blank line are those of each side alone."""
    assert terms(f"{left} .\n\n. {right}") == [*terms(f"{left} ."), *terms(f". {right}")]


@given(text=TEXTS)
def test_terms_hold_no_bare_stop_word_of_the_text(text: str) -> None:
    """A stop word contributes no term."""
    kept = " . ".join(word for word in words(text) if word not in STOP_WORDS)
    assert set(terms(kept)) <= set(terms(text)) | {"\u0301"}


@given(word=st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz"), min_size=4, max_size=12))
def test_plain_word_gives_its_stem_alone(word: str) -> None:
    """No spelling is invented for a word that has only one."""
    if word in STOP_WORDS:
        assert terms(word) == []
    elif set(word) & set("aeiouy"):
        assert terms(word) == [Stemmer.Stemmer("english").stemWord(word)]


@given(word=st.sampled_from(["secretome", "hormones", "capacity", "vegf"]), reference=st.integers(1, 999))
def test_glued_reference_number_hides_no_word(word: str, reference: int) -> None:
    """A word with a reference number at its end is found by the word, and by the whole as well."""
    found = terms(f"{word}{reference}")
    assert terms(word)[0] in found
    assert f"{word}{reference}" in found


WORDS = {
    "surface forms": ("Stem cells HEAL wounds.", ["stem", "cells", "heal", "wounds"]),
    "names": ("IL-6, p53; CD34+ (TGF-\u03b21)", ["il-6", "p53", "cd34+", "tgf-\u03b21"]),
    "slash": ("and/or \u00b5g/ml", ["and/or", "\u03bcg/ml"]),
    "apostrophe": ("Wharton\u2019s jelly", ["wharton's", "jelly"]),
    "numbers": ("5,685 trials, 0.01-0.1 per cent", ["5,685", "trials", "0.01", "0.1", "per", "cent"]),
    "power of ten": ("1\u00d710\u2076 cells, 10\u207b\u00b3", ["1", "10^6", "cells", "10^-3"]),
    "raised reference on a name": ("IL-10\u00b2\u00b2", ["il-10", "22"]),
    "line-end hyphen": ("hyphen-\nation (BM-\nSCs)", ["hyphen-ation", "bm-scs"]),
    "soft hyphen": ("secre\u00ad\ntome", ["secretome"]),
    "two markers": ("CD34+CD45- cells", ["cd34+", "cd45", "cells"]),
    "dashes and underscores part words": ("cells\u2014which a_b", ["cells-which", "a", "b"]),
    "unspaced script": ("\u6f22\u5b57 IL", ["\u6f22", "\u5b57", "il"]),
    "vowel signs": ("\u0939\u093f\u0928\u094d\u0926\u0940", ["\u0939\u093f\u0928\u094d\u0926\u0940"]),
    "nothing": (" \n.,;-+", []),
}


@pytest.mark.parametrize(("text", "expected"), WORDS.values(), ids=WORDS.keys())
def test_words_are(text: str, expected: list[str]) -> None:
    """The words are those of the search view, in order and unstemmed."""
    assert words(text) == expected


TERMS = {
    "stems": ("wounds healing healed", ["wound", "heal", "heal"]),
    "stop words": ("Which factors are in the secretome?", ["factor", "secretom"]),
    "compound": ("wound-healing", ["woundheal", "wound", "heal"]),
    "compound of stop words": ("and/or", []),
    "compound with a stop word": ("up-to-date", ["uptod", "date"]),
    "interleukin": ("IL-6", ["il6", "il"]),
    "interleukin with letters": ("IL-17A", ["il17a", "il"]),
    "subunit": ("IL-12p70", ["il12p70", "il"]),
    "subunit over a line end": ("(IL)-\n12p70", ["il", "12p70"]),
    "name inside a compound": ("STAT-3-mediated", ["stat3mediated", "stat", "mediat", "stat3"]),
    "two names": ("IL-6/IL-8", ["il6il8", "il", "il6", "il8"]),
    "Greek letter": ("TGF-\u03b21", ["tgfbeta1", "tgfbeta", "tgf", "beta1", "beta"]),
    "Greek letters": ("\u03b3\u03b4 T", ["gammadelta", "t"]),
    "Greek word": ("\u03bb\u03cc\u03b3\u03bf\u03c2", ["\u03bb\u03cc\u03b3\u03bf\u03c3"]),
    "glued reference": ("secretome24", ["secretome24", "secretom"]),
    "glued references": ("immunosuppressive15-17", ["immunosuppressive15", "immunosuppress"]),
    "glued references with commas": ("line78,79", ["line78", "line", "79"]),
    "glued references on a compound": ("AD-MSCs32-34", ["admscs32", "admsc", "ad", "mscs32", "msc"]),
    "reference glued to a name": ("IL-1022", ["il1022", "il10", "il"]),
    "reference glued to a one-digit name": ("IL-622", ["il622", "il6", "il62", "il"]),
    "reference glued to a Greek name": ("TGF-\u03b122", ["tgfalpha22", "tgfalpha", "tgf", "alpha22", "alpha"]),
    "name numbered past 99": ("CD105", ["cd105"]),
    "reference glued to a name numbered past 99": ("CD10522", ["cd10522", "cd105"]),
    "micro-RNA": ("miR-1246", ["mir1246", "mir"]),
    "protein": ("p53", ["p53"]),
    "marker": ("CD34+", ["cd34+", "cd34"]),
    "line-end hyphenation": ("prolif-\neration", ["prolifer", "prolif", "erat"]),
    "range": ("5-50", ["5", "50"]),
    "thousands": ("5,685", ["5685"]),
    "decimal": ("0.05", ["0.05"]),
    "power of ten": ("10\u207b\u2076", ["10^-6"]),
    "possessive": ("Crohn\u2019s", ["crohn"]),
    "accents": ("na\u00efve", ["naiv"]),
    "accents of other scripts": ("\u043c\u043e\u0439", ["\u043c\u043e\u0439"]),
    "plural of an abbreviation": ("hMSCs SCs EVs", ["hmsc", "sc", "ev"]),
}


@pytest.mark.parametrize(("text", "expected"), TERMS.values(), ids=TERMS.keys())
def test_terms_are(text: str, expected: list[str]) -> None:
    """Each spelling rule gives these terms and no more."""
    assert terms(text) == expected


SAME = {
    "hyphen or none": ("IL-6", "IL6"),
    "Greek or spelled out": ("TGF-\u03b21", "TGF-beta1"),
    "Greek and no hyphen": ("TGF\u03b21", "TGF-beta1"),
    "typographic hyphen": ("IL\u20116", "IL-6"),
    "glued reference": ("IL-1022", "IL-10"),
    "glued reference, one digit": ("IL-622", "IL6"),
    "plus or none": ("CD34+", "CD34"),
    "raised plus": ("CD34\u207a", "CD34+"),
    "line end": ("prolif-\neration", "proliferation"),
    "compound or phrase": ("wound-healing", "wound healing"),
    "name in a compound": ("IL-6-induced", "IL6"),
    "second name after a slash": ("IL-6/IL-8", "IL-8"),
    "power of ten": ("1\u00d710\u2076", "10^6"),
    "micro and mu": ("\u00b5M", "\u03bcM"),
    "thousands": ("5,685", "5685"),
    "singular and plural of an abbreviation": ("MSCs", "MSC"),
    "accent or none": ("na\u00efve", "naive"),
    "inflection": ("mediated", "mediates"),
}


@pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME.keys())
def test_spellings_share_a_term(one: str, other: str) -> None:
    """Two ways to write one thing find each other, the more specific term included where there is one."""
    assert set(terms(one)) & set(terms(other))


DIFFERENT = {
    "interleukins": ("il6", "IL-8"),
    "power of ten is not 106": ("106", "10\u2076"),
    "markers numbered past 99": ("cd10", "CD105"),
    "micro-RNAs": ("mir12", "miR-1246"),
    "proteins": ("p5", "p53"),
}


@pytest.mark.parametrize(("term", "text"), DIFFERENT.values(), ids=DIFFERENT.keys())
def test_things_that_differ_stay_apart(term: str, text: str) -> None:
    """No rule makes one name out of two."""
    assert term not in terms(text)


def test_content_words_are_what_the_question_is_about() -> None:
    """Each word once, in the order asked, as a person would recognise it."""
    question = "Which factors mediate wound healing, and how do these factors heal a wound?"
    assert content_words(question) == ["factors", "mediate", "wound", "healing", "heal"]


@pytest.mark.parametrize(
    "word", ["which", "what", "how", "who", "whom", "whose", "why", "when", "where", "the", "does"]
)
def test_question_words_are_stop_words(word: str) -> None:
    """The words that make a question out of a statement weigh nothing."""
    assert word in STOP_WORDS
    assert terms(word.capitalize()) == []


def test_word_without_an_end_is_one_term() -> None:
    """A sequence of bases or an encoded picture is kept whole, without spellings."""
    assert terms("acgt-" * 20_000) == [("acgt-" * 20_000)[:-1]]


@pytest.mark.parametrize("unit", ["growth factor-\u03b21, EGF24 ", "1,234", "a-", "1,", "\u03b1", "\u6f22"], ids=ascii)
def test_one_very_long_line_is_no_obstacle(unit: str) -> None:
    """Length costs time in proportion, whatever the line is made of; this would not end otherwise."""
    assert terms(unit * (300_000 // len(unit)))


def test_threads_get_the_stems_that_one_thread_gets() -> None:
    """Stemmers are not shared, so that parallel requests and indexing agree."""
    texts = [
        " ".join(f"{chr(97 + n)}{stem}ation{chr(97 + k)}" for k in range(20) for stem in ("medi", "activ"))
        for n in range(8)
    ]
    results: dict[int, list[str]] = {}

    def run(number: int) -> None:
        results[number] = terms(texts[number])

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(texts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stemmer = Stemmer.Stemmer("english")
    assert results == {number: stemmer.stemWords(text.split()) for number, text in enumerate(texts)}
