"""Articles in JATS: title page, sections, floats, references, and XML that is none or means harm."""

import pytest

from index.errors import FileSkipped
from index.extracting.jats import extract as read_jats
from tests.extracted import elements_of, heads_of, outcome, read, sentences_of

META = """<journal-meta><journal-title-group><journal-title>Journal of Dressings</journal-title></journal-title-group>
<publisher><publisher-name>Gauze Press</publisher-name></publisher></journal-meta><article-meta>
<article-id pub-id-type="pmc">4000001</article-id><article-id pub-id-type="pmid">30000001</article-id>
<article-id pub-id-type="doi">10.5555/burn.77</article-id>
<title-group><article-title>Local <italic>honey</italic> for
burns</article-title><alt-title>Honey</alt-title></title-group>
<contrib-group><contrib contrib-type="author"><name><surname>Moreno</surname><given-names>Ada P.</given-names></name>
<xref ref-type="aff" rid="a1"><sup>1</sup></xref></contrib>
<contrib contrib-type="author"><collab>The Burn Group</collab></contrib>
<contrib contrib-type="editor"><name><surname>Ed</surname><given-names>I.</given-names></name></contrib></contrib-group>
<aff id="a1"><label>1</label>Ward of Burns, Porto</aff>
<pub-date pub-type="epub"><year>2018</year></pub-date><pub-date pub-type="ppub"><year>2019</year></pub-date>
<volume>4</volume><permissions><license xlink:href="https://creativecommons.org/licenses/by/4.0/"><license-p>Free.
</license-p></license></permissions>
<abstract><sec><title>Results</title><p>Wounds closed.</p></sec></abstract>
<kwd-group><kwd>honey</kwd><kwd>burns</kwd></kwd-group></article-meta>"""
BODY = """<sec><label>1</label><title>Methods</title>
<p>We dressed burns<sup>2</sup> (<xref ref-type="fig" rid="f1">Fig 1</xref>)
as <xref ref-type="bibr" rid="r1">[1]</xref> did,<table-wrap id="t1"><label>Table 1</label><caption><title>Closure
by dose.</title></caption><table><thead><tr><th/><th>Closed</th></tr></thead>
<tbody><tr><td>5 mg</td><td>80<sup>a</sup> %</td></tr></tbody></table>
<table-wrap-foot><fn><label>a</label><p>Of all wounds.</p></fn></table-wrap-foot></table-wrap>
daily.<disp-formula><label>(1)</label>A = 2b</disp-formula> where b is the border.</p>
<sec><title>Setting</title><list><list-item><label>1.</label><p>One ward.</p></list-item></list>
<boxed-text><caption><title>Key point</title></caption><p>Warm it.</p></boxed-text></sec></sec>"""
BACK = """<ack><title>Thanks</title><p>To all.</p></ack><glossary><def-list><def-item><term>TBSA</term><def>
<p>total body surface area</p></def></def-item></def-list></glossary>
<ref-list><ref id="r1"><label>1</label><element-citation>
<person-group><name><surname>Old</surname><given-names>A</given-names></name></person-group>
<article-title>Dressing</article-title><year>1999</year><volume>3</volume></element-citation></ref>
<ref><mixed-citation><string-name><surname>New</surname>, <given-names>B</given-names></string-name>.
<source>Wounds</source> <volume>7</volume>, 2001.</mixed-citation></ref></ref-list>"""
FLOATS = (
    """<floats-group><fig id="f1"><label>Figure 1</label><caption><p>The ward.</p></caption></fig></floats-group>"""
)
ARTICLE = f"""<article xmlns:xlink="http://www.w3.org/1999/xlink"><front>{META}</front><body>{BODY}</body>
<back>{BACK}</back>{FLOATS}</article>"""


def test_an_article_is_read_in_order_floats_behind_the_paragraph_that_they_interrupt() -> None:
    """Title page, abstract, sections with their labels, then what the article ends with."""
    assert elements_of(read(read_jats, ARTICLE)) == [
        ("title", "Local honey for burns"),
        ("metadata", "Journal of Dressings. Published: 2019. Volume 4. doi: 10.5555/burn.77. PMID: 30000001"),
        ("metadata", "Ada P. Moreno, The Burn Group"),
        ("metadata", "1 Ward of Burns, Porto"),
        ("heading", "Abstract"),
        ("heading", "Results"),
        ("paragraph", "Wounds closed."),
        ("metadata", "Keywords: honey, burns"),
        ("heading", "1 Methods"),
        ("paragraph", "We dressed burns2 (Fig 1) as [1] did, daily.\n(1) A = 2b\nwhere b is the border."),
        ("caption", "Table 1 Closure by dose."),
        ("row", "| Closed"),
        ("row", "5 mg | 80a %"),
        ("caption", "a Of all wounds."),
        ("caption", "Figure 1 The ward."),
        ("heading", "Setting"),
        ("item", "1. One ward."),
        ("paragraph", "Key point"),
        ("paragraph", "Warm it."),
        ("heading", "Thanks"),
        ("paragraph", "To all."),
        ("item", "TBSA total body surface area"),
        ("heading", "References"),
        ("reference", "1 Old A Dressing 1999 3"),
        ("reference", "New, B. Wounds 7, 2001."),
    ]


def test_headings_have_their_depth() -> None:
    """A section in a section is a level further down; the abstract's sections are below it."""
    reading = read(read_jats, ARTICLE)
    levels = {e.span.cut(reading.text): e.level for e in reading.elements if e.kind == "heading"}
    assert levels == {"Abstract": 1, "Results": 2, "1 Methods": 1, "Setting": 2, "Thanks": 1, "References": 1}


def test_an_article_states_its_metadata() -> None:
    """Editors are no authors; the year is that of the issue."""
    reading = read(read_jats, ARTICLE)
    assert reading.title == "Local honey for burns"
    assert reading.metadata == {
        "authors": "Moreno Ada P.; The Burn Group",
        "year": "2019",
        "journal": "Journal of Dressings",
        "publisher": "Gauze Press",
        "doi": "10.5555/burn.77",
        "pmid": "30000001",
        "pmcid": "PMC4000001",
        "licence": "CC BY 4.0",
    }


def test_cells_know_the_headings_over_them() -> None:
    """The first column has none here."""
    reading = read(read_jats, ARTICLE)
    assert [heads_of(reading, s.heads) for s in sentences_of(reading) if s.heads] == [[[], ["Closed"]]]


def test_a_paragraph_that_a_table_interrupts_is_whole_sentences() -> None:
    """The table waits for the end of the paragraph in whose midst it was anchored."""
    reading = read(read_jats, ARTICLE)
    texts = [sentence.span.cut(reading.text) for sentence in sentences_of(reading)]
    assert any(text.startswith("We dressed burns2 (Fig 1) as [1] did, daily.") for text in texts)


def test_articles_of_one_file_follow_each_other_and_the_set_has_no_authors() -> None:
    """What one article states is not true of the next."""
    second = ARTICLE.replace("Local <italic>honey</italic>", "Second <italic>sugar</italic>")
    reading = read(read_jats, f"<pmc-articleset>{ARTICLE}{second}</pmc-articleset>", path="a/set.xml")
    titles = [text for kind, text in elements_of(reading) if kind == "title"]
    assert (titles, reading.title, reading.metadata) == (
        ["Local honey for burns", "Second sugar for burns"],
        "set.xml",
        {},
    )


def test_an_article_in_another_namespace_and_in_an_envelope_is_found() -> None:
    """As an archive's interface for harvesters sends it."""
    inner = ARTICLE.replace("<article ", '<article xmlns="https://jats.nlm.nih.gov/ns/archiving/1.3/" ')
    wrapped = f"<OAI-PMH><record><metadata>{inner}</metadata></record></OAI-PMH>"
    assert read(read_jats, wrapped).title == "Local honey for burns"


@pytest.mark.parametrize(
    ("data", "reason", "said"),
    [
        pytest.param("<feed><entry>News</entry></feed>", "format", "whose root is <feed>", id="another kind of XML"),
        pytest.param(
            "<article>A web page's article</article>", "format", "not an article in JATS", id="no front, no body"
        ),
        pytest.param(ARTICLE[: len(ARTICLE) // 2], "damaged", "no well-formed XML", id="cut off"),
        pytest.param("", "empty", "Fill it or delete it", id="empty"),
        pytest.param("not XML", "damaged", "Download it again", id="no XML"),
        pytest.param("<article><front/></article>", "empty", "full text", id="nothing in it"),
    ],
)
def test_what_is_no_article_says_so(data: str, reason: str, said: str) -> None:
    """Each with what to do next."""
    with pytest.raises(FileSkipped, match="folder/a file") as caught:
        read(read_jats, data)
    assert caught.value.reason == reason
    assert said in str(caught.value)


def test_entities_are_not_fetched() -> None:
    """A file of this machine is not read into a document."""
    head = '<!DOCTYPE article [<!ENTITY own "mine"><!ENTITY file SYSTEM "file:///etc/hostname">]>'
    body = "<article><body><p>Here: &own; &file; and &lt;.</p></body></article>"
    assert read(read_jats, head + body).text == "Here: and <.\n"


def test_entities_are_not_multiplied() -> None:
    """A laugh is not made a billion."""
    names = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    head = f'<!DOCTYPE article [<!ENTITY l0 "laugh">{names}]>'
    assert outcome(read_jats, f"{head}<article id='&l9;'><body><p>&l9;</p></body></article>") == "skipped: damaged"


def test_entities_of_html_are_characters_although_no_dtd_is_read() -> None:
    """A file may name a DTD that is not here."""
    head = '<!DOCTYPE article PUBLIC "-//NLM//DTD JATS//EN" "JATS.dtd">'
    assert read(read_jats, head + "<article><body><p>5&nbsp;&micro;g</p></body></article>").text == "5\u00a0µg\n"


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "piece",
    [
        "<p/>",
        "<fig><label>1</label></fig>",
        "<p>a<fig>b</fig></p>",
        "<title-group><article-title>T</article-title></title-group>",
        "<table><tr><td rowspan='2000' colspan='100'>x</td></tr></table>",
        "<contrib-group><contrib><name><surname>A</surname></name></contrib></contrib-group>",
        "<xref rid='a'/>",
        "<!-- a -->",
    ],
)
def test_an_article_of_the_same_piece_takes_no_more_time_than_its_length(piece: str) -> None:
    """What grew with the square of the length would not end."""
    pieces = piece * (200_000 // len(piece))
    article = f"<article><front><article-meta>{pieces}</article-meta></front><body><p>End.</p>{pieces}</body></article>"
    assert "End." in read(read_jats, article).text


def test_floats_in_floats_do_not_recurse_without_end() -> None:
    """Each waits for the paragraph around it, up to a depth."""
    nested = "<p>a<boxed-text>" * 60 + "x" + "</boxed-text></p>" * 60
    assert read(read_jats, f"<article><body>{nested}</body></article>").text.endswith("x\n")
