"""Word documents: what reads as text, and files that cannot be opened."""

import io
import zipfile

import docx
import pytest
from docx.document import Document
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from index.errors import FileSkipped
from index.extracting.word import extract as read_word
from tests.extracted import elements_of, heads_of, outcome, read, sentences_of

NOTES = f"""<?xml version="1.0"?><w:footnotes {nsdecls("w")}><w:footnote w:type="separator" w:id="0"><w:p/></w:footnote>
<w:footnote w:id="2"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t>Told by the ward.</w:t></w:r></w:p></w:footnote>
</w:footnotes>"""
NOTE_TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"


def saved(document: Document) -> bytes:
    """The bytes of a document."""
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def with_paragraphs(*content: str) -> bytes:
    """A document of paragraphs written as Word's XML."""
    document = docx.Document()
    for xml in content:
        document.element.body.insert(-1, parse_xml(f"<w:p {nsdecls('w', 'wp', 'a')} {OTHERS}>{xml}</w:p>"))
    return saved(document)


OTHERS = (
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)


def report() -> bytes:
    """A manuscript as people write them."""
    document = docx.Document()
    document.core_properties.title = "Microsoft Word - draft"
    document.core_properties.author = "Ada Moreno; Bo Lind"
    document.add_paragraph("Honey for burns", style="Title")
    document.add_heading("Methods", 1)
    paragraph = document.add_paragraph("We dressed ")
    paragraph.add_run("all").bold = True
    paragraph.add_run(" burns daily.\nThen we waited.")
    document.add_paragraph("Wash the wound.", style="List Bullet")
    document.add_paragraph("Dry it.", style="List Number")
    document.add_heading("Outcome", 2)
    document.add_paragraph("Table 1. Closure by dose.", style="Caption")
    table = document.add_table(rows=3, cols=3)
    for row, texts in zip(
        table.rows, [("Arm", "Dose", "Closed"), ("Early", "5 mg", "80 %"), ("", "10 mg", "64 %")], strict=True
    ):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    document.add_paragraph("End.")
    return saved(document)


def test_a_document_becomes_headings_paragraphs_items_captions_and_rows() -> None:
    """By the styles of its paragraphs."""
    reading = read(read_word, report())
    assert elements_of(reading) == [
        ("title", "Honey for burns"),
        ("heading", "Methods"),
        ("paragraph", "We dressed all burns daily.\nThen we waited."),
        ("item", "Wash the wound."),
        ("item", "Dry it."),
        ("heading", "Outcome"),
        ("caption", "Table 1. Closure by dose."),
        ("row", "Arm | Dose | Closed"),
        ("row", "Early | 5 mg | 80 %"),
        ("row", "| 10 mg | 64 %"),
        ("paragraph", "End."),
    ]
    assert [element.level for element in reading.elements if element.kind == "heading"] == [1, 2]
    assert (reading.title, reading.metadata) == ("Honey for burns", {"authors": "Ada Moreno; Bo Lind"})
    assert (reading.encoding, reading.extractor.startswith("word 1 (python-docx ")) == (None, True)


def test_cells_know_the_headings_over_them_and_the_cell_that_reaches_down() -> None:
    """A first row of words over figures names the columns."""
    reading = read(read_word, report())
    assert [heads_of(reading, sentence.heads) for sentence in sentences_of(reading) if sentence.heads] == [
        [["Arm"], ["Dose"], ["Closed"]],
        [["Arm", "Early"], ["Dose"], ["Closed"]],
    ]


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        pytest.param(
            '<w:r><w:t xml:space="preserve">Kept </w:t></w:r><w:del w:id="1" w:author="a"><w:r><w:delText>gone'
            '</w:delText></w:r></w:del><w:ins w:id="2" w:author="a"><w:r><w:t>added</w:t></w:r></w:ins>',
            "Kept added\n",
            id="changes are accepted",
        ),
        pytest.param(
            '<w:commentRangeStart w:id="0"/><w:r><w:t>Said.</w:t></w:r><w:commentRangeEnd w:id="0"/>'
            '<w:r><w:commentReference w:id="0"/></w:r>',
            "Said.\n",
            id="comments are no text",
        ),
        pytest.param(
            "<w:r><w:t>a</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r><w:r><w:t>b</w:t></w:r>",
            "ab\n",
            id="hidden runs",
        ),
        pytest.param(
            "<w:r><w:t>A</w:t><w:tab/><w:t>B</w:t><w:br/><w:t>co</w:t><w:noBreakHyphen/><w:t>op</w:t></w:r>",
            "A B\nco\u2011op\n",
            id="tabs, breaks and hyphens",
        ),
        pytest.param(
            '<w:hyperlink><w:r><w:t>link</w:t></w:r></w:hyperlink><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r>'
            '<w:instrText>PAGE</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
            "<w:r><w:t> 7</w:t></w:r>",
            "link 7\n",
            id="links and the results of fields",
        ),
        pytest.param(
            "<w:r><w:t>Before.</w:t></w:r><w:r><mc:AlternateContent><mc:Choice><wps:txbx><w:txbxContent><w:p><w:r>"
            "<w:t>Boxed.</w:t></w:r></w:p></w:txbxContent></wps:txbx></mc:Choice><mc:Fallback><v:textbox><w:txbxContent>"
            "<w:p><w:r><w:t>Boxed.</w:t></w:r></w:p></w:txbxContent></v:textbox></mc:Fallback></mc:AlternateContent></w:r>"
            "<w:r><w:t> After.</w:t></w:r>",
            "Before. After.\n\nBoxed.\n",
            id="a text box stands behind its paragraph, once",
        ),
        pytest.param(
            "<w:r><wp:posOffset>1234</wp:posOffset></w:r><m:oMath><m:r><m:t>x=2</m:t></m:r></m:oMath>",
            "x=2\n",
            id="measures are no text, formulas are",
        ),
    ],
)
def test_a_paragraph_is_what_reads(xml: str, expected: str) -> None:
    """All changes accepted, nothing that Word does not show."""
    assert read(read_word, with_paragraphs(xml)).text == expected


def test_a_footnote_stands_behind_the_paragraph_that_refers_to_it() -> None:
    """In the section that it belongs to."""
    document = docx.Document()
    document.add_paragraph("Burns closed").add_run()._r.append(
        parse_xml(f'<w:footnoteReference {nsdecls("w")} w:id="2"/>')
    )
    document.paragraphs[0].add_run(" soon.")
    document.add_paragraph("Next.")
    name = PackURI("/word/footnotes.xml")
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    document.part.relate_to(Part(name, kind, NOTES.encode(), document.part.package), NOTE_TYPE)
    assert read(read_word, saved(document)).text == "Burns closed soon.\n\nTold by the ward.\n\nNext.\n"


def test_a_table_of_contents_is_furniture() -> None:
    """It says nothing that the headings do not say."""
    document = docx.Document()
    document.styles.add_style("toc 1", 1)
    document.add_paragraph("Methods 3", style="toc 1")
    document.add_paragraph("Text.")
    assert elements_of(read(read_word, saved(document)))[0] == ("furniture", "Methods 3")


def zipped(**parts: bytes) -> bytes:
    """A zip file of these parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(saved(docx.Document()), "empty", id="without text"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "encrypted", id="password or old format"),
        pytest.param(b"plain text", "damaged", id="no zip"),
        pytest.param(report()[:3000], "damaged", id="cut off"),
        pytest.param(zipped(**{"a.txt": b"x"}), "damaged", id="another zip"),
        pytest.param(zipped(**{"word/document.xml": b"a" * 50_000_000}), "too_large", id="a huge part"),
    ],
)
def test_what_cannot_be_opened_says_why(data: bytes, reason: str) -> None:
    """Each with what to do next."""
    with pytest.raises(FileSkipped, match="folder/a file") as caught:
        read(read_word, data)
    assert caught.value.reason == reason


def test_a_document_without_a_body_is_damaged() -> None:
    """Found by changing names of elements at random."""
    assert outcome(read_word, replaced(f"<w:document {nsdecls('w')}/>")) == "skipped: damaged"


def replaced(document: str) -> bytes:
    """The report with this in place of its document part."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(report())) as old, zipfile.ZipFile(file, "w") as new:
        for part in old.namelist():
            new.writestr(part, document if part == "word/document.xml" else old.read(part))
    return file.getvalue()


def test_entities_in_a_document_are_not_multiplied() -> None:
    """A laugh is not made a billion."""
    names = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE d [<!ENTITY l0 "laugh">{names}]><w:document {nsdecls("w")} w:x="&l9;"/>'
    assert outcome(read_word, replaced(bomb)) == "skipped: damaged"


@pytest.mark.timeout(20)
@pytest.mark.parametrize("xml", ["<w:r><w:t>a</w:t></w:r>", "<w:r><w:br/></w:r>", "<w:ins/>", "<w:r><w:tab/></w:r>"])
def test_a_paragraph_of_the_same_piece_takes_no_more_time_than_its_length(xml: str) -> None:
    """What grew with the square of the length would not end."""
    data = with_paragraphs("<w:r><w:t>Start.</w:t></w:r>" + xml * (200_000 // len(xml)))
    assert read(read_word, data).text.startswith("Start.")
