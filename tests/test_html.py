"""Web pages as browsers save them: what is text, what is furniture, and what they state of themselves."""

import codecs

import pytest

from index.errors import FileSkipped
from index.extracting.html import extract as read_html
from tests.extracted import elements_of, heads_of, outcome, read, sentences_of, texts_labelled

SAVED = """<!DOCTYPE html>
<!-- saved from url=(0049)https://records.example.org/pm/30000001/?from=x -->
<html lang="en"><head><meta charset="utf-8">
<title>Local honey for burns: a cohort - Records</title>
<meta name="citation_title" content="Local honey for burns: a cohort">
<meta name="citation_author" content="Ada Moreno"><meta name="citation_author" content="Bo Lind">
<meta name="citation_publication_date" content="2019/03/07"><meta name="citation_doi" content="10.5555/burn.77">
<meta name="citation_journal_title" content="Journal of Dressings"><meta name="citation_pmid" content="30000001">
<link rel="canonical" href="https://records.example.org/pm/30000001/">
<style>.a{color:red}</style><script>var tracked = "yes";</script></head>
<body class="has-sidebar">
<a class="usa-skipnav" href="#content">Skip to main page content</a>
<div id="cookie-consent"><p>We use cookies to improve your visit.</p><button>Accept all</button></div>
<header class="site-header"><nav><ul><li><a href="/">Home</a></li><li><a href="/s">Search</a></li></ul></nav></header>
<main id="content"><article>
<h1>Local honey for burns: a cohort</h1>
<div class="authors"><a href="/a">Ada Moreno</a>, <a href="/b">Bo Lind</a></div>
<h2>Abstract</h2>
<p><strong>Background:</strong> Burns were dressed with honey<sup>1</sup>.
<!-- a note --> They healed   in 12&nbsp;days.<span style="display:none">never shown</span></p>
<p>Pain was less<br>in both groups.</p>
<ul><li>First finding, <em>plainly</em> stated.</li><li>Second finding<ul><li>with a detail</li></ul></li></ul>
<figure><img src="a.png" alt="A plot"><figcaption>Figure 1. Days to closure.</figcaption></figure>
<table><caption>Table 1. Closure by dose.</caption>
<thead><tr><th rowspan="2">Arm</th><th colspan="2">Honey</th></tr><tr><th>Dose</th><th>Closed</th></tr></thead>
<tbody><tr><th scope="row">Early</th><td>5 mg</td><td>80 %</td></tr>
<tr><th scope="row">Late</th><td>10 mg</td><td></td></tr></tbody></table>
<section class="ref-list"><h2>References</h2><ol><li>Old A. Dressing of wounds. 1999.</li></ol></section>
</article></main>
<aside class="related"><h2>Similar articles</h2><p>Another article about sugar paste.</p></aside>
<footer><p>Follow us for more. National Library.</p></footer>
</body></html>
"""


def test_a_saved_page_becomes_headings_paragraphs_items_captions_and_rows() -> None:
    """The document's own text has the kinds that its elements state."""
    own = [element for element in elements_of(read(read_html, SAVED)) if element[0] != "furniture"]
    assert own == [
        ("heading", "Local honey for burns: a cohort"),
        ("paragraph", "Ada Moreno, Bo Lind"),
        ("heading", "Abstract"),
        (
            "paragraph",
            "Background: Burns were dressed with honey1. They healed in 12\u00a0days.",
        ),
        ("paragraph", "Pain was less\nin both groups."),
        ("item", "First finding, plainly stated."),
        ("item", "Second finding"),
        ("item", "with a detail"),
        ("caption", "Figure 1. Days to closure."),
        ("caption", "Table 1. Closure by dose."),
        ("row", "Arm | Honey"),
        ("row", "| Dose | Closed"),
        ("row", "Early | 5 mg | 80 %"),
        ("row", "Late | 10 mg |"),
        ("heading", "References"),
        ("reference", "Old A. Dressing of wounds. 1999."),
    ]


def test_what_stands_around_the_document_is_furniture_and_not_lost() -> None:
    """Boilerplate is labelled, not deleted."""
    around = texts_labelled(read(read_html, SAVED), "boilerplate")
    assert around == [
        "Skip to main page content",
        "We use cookies to improve your visit.",
        "Accept all",
        "Home",
        "Search",
        "Similar articles",
        "Another article about sugar paste.",
        "Follow us for more. National Library.",
    ]


def test_scripts_styles_comments_and_hidden_elements_are_no_text() -> None:
    """What nobody sees cannot be cited."""
    text = read(read_html, SAVED).text
    assert not any(word in text for word in ("tracked", "color", "a note", "never shown", "A plot"))


def test_a_page_states_title_authors_year_doi_and_its_address() -> None:
    """Scholarly meta elements are read before the window's title."""
    reading = read(read_html, SAVED)
    assert reading.title == "Local honey for burns: a cohort"
    assert reading.metadata == {
        "authors": "Ada Moreno; Bo Lind",
        "year": "2019",
        "journal": "Journal of Dressings",
        "doi": "10.5555/burn.77",
        "pmid": "30000001",
        "url": "https://records.example.org/pm/30000001/",
    }
    assert (reading.encoding, reading.media_type) == (None, "text/html")
    assert reading.extractor.startswith("html 1 (lxml ")


def test_cells_know_the_headings_over_them() -> None:
    """Headings of several rows and over several columns; none over an empty cell."""
    reading = read(read_html, SAVED)
    rows = {s.span.cut(reading.text): heads_of(reading, s.heads) for s in sentences_of(reading) if s.heads}
    assert rows == {
        "Early | 5 mg | 80 %": [["Arm"], ["Honey", "Dose"], ["Honey", "Closed"]],
        "Late | 10 mg |": [["Arm"], ["Honey", "Dose"], []],
    }


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        pytest.param(
            """<script type="application/ld+json">{"@type": "ScholarlyArticle", "headline": "On honey",
            "author": [{"name": "A B"}, {"name": "C D"}], "datePublished": "2020-01-02",
            "sameAs": "https://doi.org/10.5555/x.1", "isPartOf": {"name": "A Journal"}}</script>""",
            {"authors": "A B; C D", "year": "2020", "doi": "10.5555/x.1", "journal": "A Journal"},
            id="linked data",
        ),
        pytest.param(
            '<meta name="dc.creator" content="A B"><meta name="DC.Date" content="3 May 2011">'
            '<meta name="dc.identifier" content="doi:10.5555/x.2">',
            {"authors": "A B", "year": "2011", "doi": "10.5555/x.2"},
            id="dublin core",
        ),
        pytest.param(
            '<meta property="og:url" content="https://a.example/b"><meta property="article:published_time" '
            'content="2022-10-01T00:00:00Z">',
            {"year": "2022", "url": "https://a.example/b"},
            id="open graph",
        ),
        pytest.param('<link rel="canonical" href="javascript:alert(1)">', {}, id="an address that is no web page"),
        pytest.param(
            '<script type="application/ld+json">' + "[" * 100_000 + "</script>", {}, id="linked data that never ends"
        ),
    ],
)
def test_metadata_is_found_where_pages_put_it(head: str, expected: dict[str, str]) -> None:
    """Linked data, Dublin Core, Open Graph."""
    assert read(read_html, f"<html><head>{head}</head><body><p>Text of it.</p></body></html>").metadata == expected


@pytest.mark.parametrize(
    "data",
    [
        pytest.param('<meta charset="iso-8859-1"><p>Café – 5 µg'.encode("cp1252"), id="declared as browsers read it"),
        pytest.param('<meta charset="iso-8859-1"><p>Café – 5 µg'.encode(), id="declared wrongly, UTF-8 by its bytes"),
        pytest.param(codecs.BOM_UTF8 + "<p>Café – 5 µg".encode(), id="a mark"),
        pytest.param("<p>Café – 5 µg".encode("utf-16"), id="UTF-16 with a mark"),
        pytest.param("<p>Café – 5 µg".encode("cp1252"), id="undeclared"),
        pytest.param('<meta charset="rot13"><p>Café – 5 µg'.encode(), id="declared as what is no encoding"),
        pytest.param(b"<p>Caf&eacute; &ndash; 5 &micro;g", id="entities"),
        pytest.param(
            '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x.dtd">'
            '<html xmlns="http://www.w3.org/1999/xhtml"><head><title/><script src="a.js"/></head>'
            "<body><p>Caf&eacute; &#8211; 5 µg</p></body></html>".encode(),
            id="XHTML",
        ),
    ],
)
def test_characters_are_decoded(data: bytes) -> None:
    """By mark, by bytes, by declaration, by the fallback."""
    assert read(read_html, data).text == "Café – 5 µg\n"


@pytest.mark.parametrize(
    "data", [b"", b"  \n", b"<html></html>", b"<script>app()</script><div id=root></div>", b"<p hidden>x</p>"]
)
def test_a_page_without_text_says_so(data: bytes) -> None:
    """An empty file, and a page that a script was to fill."""
    with pytest.raises(FileSkipped, match="folder/a file") as caught:
        read(read_html, data)
    assert caught.value.reason == "empty"


def test_a_page_without_landmarks_keeps_its_text_and_labels_lists_of_links() -> None:
    """Old pages have tables for their layout and nothing but links to tell a menu by."""
    menu = "".join(f'<a href="/{number}">Chapter {number}</a> ' for number in range(6))
    page = f"""<table><tr><td><div>{menu}</div></td><td><h2>Notes</h2>
    <p>The wound closed after twelve days of treatment with honey.<p>It did not open again.</td></tr></table>"""
    assert [kind for kind, _ in elements_of(read(read_html, page))] == [
        "furniture",
        "heading",
        "paragraph",
        "paragraph",
    ]


def test_lines_of_code_stay_as_they_are() -> None:
    """Preformatted text keeps its lines and its indentation; lines of one paragraph are folded."""
    page = "<p>As\n  follows:</p><pre>def f():\n    return 1\n</pre>"
    assert read(read_html, page).text == "As follows:\n\ndef f():\n    return 1\n"


@pytest.mark.parametrize(
    "page",
    [
        pytest.param("<div>" * 3000 + "x", id="too deep"),
        pytest.param("<table><tr><td>" * 500 + "x", id="nested tables"),
    ],
)
def test_a_hostile_page_is_refused_or_read_at_once(page: str) -> None:
    """Depth is limited, and nothing recurses."""
    assert outcome(read_html, page) in ("skipped: damaged", "x\n")


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "piece", ["<b>", "<li>", "<table><tr>", " \n", "<p>a<br>", "</p>", "<a href=x>y</a>", "&amp;", "<!--", "<td>x"]
)
def test_a_page_of_the_same_piece_takes_no_more_time_than_its_length(piece: str) -> None:
    """What grew with the square of the length would not end."""
    page = "<p>start</p>" + piece * (200_000 // len(piece))
    assert outcome(read_html, page).startswith(("start", "skipped: damaged"))
