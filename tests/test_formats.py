"""Each format through the ways in: indexed, asked, verified, uploaded, made anew without its file, read before."""

import io
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import docx
import pytest
from fastapi.testclient import TestClient

from api.cli import main
from assistant.verifying import verify
from index import extracting
from index.extracting.apart import close_apart
from index.settings import IndexSettings
from tests.printing import Printer, pdf_of
from tests.servers import quick_app, quick_parts

QUOTE = "Wound healing is mediated by IL-6, IL-8 and MCP-1 in mice."

LEFT = (
    "Nothing else was measured in them before the sixth day, when the dressings of the first group were taken off and "
    "the skin below was photographed. Those of the second group stayed in place for another week, as it was agreed."
)
RIGHT = (
    "Scars of burns were photographed by a nurse who did not know to which arm a patient belonged, and were rated by "
    "two surgeons independently. Where they did not agree, a third one decided. No photograph was left out, and none "
    "was rated twice by the same surgeon."
)


def _pdf() -> bytes:
    def first(page: Printer) -> None:
        page.line(72, 80, "Cytokines of healing", size=20, font="Times-Bold")
        page.column(72, 130, "The trial had two arms and lasted for a year. " * 4, width=220)

    def second(page: Printer) -> None:
        page.column(72, 100, f"Mice were kept in pairs. {QUOTE} {LEFT}", width=220)
        page.column(310, 100, RIGHT, width=220)

    return pdf_of(first, second)


def _word() -> bytes:
    document, file = docx.Document(), io.BytesIO()
    document.add_paragraph("Cytokines of healing", style="Title")
    document.add_heading("Results", 1)
    document.add_paragraph(f"Mice were kept in pairs. {QUOTE}")
    document.save(file)
    return file.getvalue()


HTML = f"""<!doctype html><html><head><title>Cytokines of healing</title>
<link rel="canonical" href="https://example.org/cytokines"></head><body><nav><a href="/">Home</a></nav>
<main><h1>Cytokines of healing</h1><h2>Results</h2><p>Mice were kept in pairs. {QUOTE}</p></main></body></html>"""
JATS = f"""<?xml version="1.0"?><article><front><article-meta><title-group><article-title>Cytokines of healing
</article-title></title-group></article-meta></front><body><sec><title>Results</title>
<p>Mice were kept in pairs. {QUOTE}</p></sec></body></article>"""
NBIB = f"""PMID- 12345678
TI  - Cytokines of healing.
AB  - Mice were kept in pairs. {QUOTE}
AU  - Author A
"""
FILES: Mapping[str, Callable[[], bytes]] = {
    "article.pdf": _pdf,
    "article.docx": _word,
    "article.html": HTML.encode,
    "article.xml": JATS.encode,
    "article.nbib": NBIB.encode,
}
every_format = pytest.mark.parametrize("name", FILES)


def asked(client: TestClient) -> dict[str, Any]:
    reply = client.post("/v1/ask", json={"question": "Which cytokines mediate wound healing?", "caution": "eager"})
    assert reply.status_code == 200
    answer: dict[str, Any] = reply.json()
    assert answer["answered"], answer["refusal"]
    return answer


def uploaded(client: TestClient, name: str, data: bytes) -> None:
    job = client.post("/v1/documents", files={"files": (name, data)}).json()
    limit = time.monotonic() + 60
    while job["state"] in ("queued", "running") and time.monotonic() < limit:
        time.sleep(0.05)
        job = client.get(f"/v1/jobs/{job['id']}").json()
    assert job["state"] == "done", job


@every_format
def test_an_uploaded_file_answers_with_a_citation_that_verify_holds_to_be_right(tmp_path: Path, name: str) -> None:
    data = FILES[name]()
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / name).write_bytes(data)
    with TestClient(quick_app(quick_parts(tmp_path, {}))) as client:
        uploaded(client, name, data)
        answer = asked(client)
        [citation, *_] = [found for found in answer["citations"] if "IL-6" in found["cited_text"]]
        assert " ".join(citation["cited_text"].split()) == QUOTE
        assert citation["document_title"].rstrip(".") == "Cytokines of healing"
        assert [citation[key] for key in ("start_byte", "end_byte", "start_line", "end_line")] == [None] * 4
        [document] = answer["documents"]
        assert document["encoding"] is None
        assert document["extractor"].split()[1] == "1"
        assert client.post("/v1/verify", json={"answer": answer}).json()["holds"] is True
        text = client.get(f"/v1/documents/{document['id']}/text").json()["text"]
        assert text[citation["start_char_index"] : citation["end_char_index"]] == citation["cited_text"]
    findings = verify(answer, [tmp_path / "copy"], max_bytes=10**7, fallback_encoding="cp1252")
    assert [finding for finding in findings if not finding.holds] == []
    assert ("boxes" in {finding.check for finding in findings}) == (name == "article.pdf")
    close_apart()


def test_a_pdf_is_cited_by_page_and_box_and_a_web_page_by_a_link_to_the_words(tmp_path: Path) -> None:
    for name in ("article.pdf", "article.html"):
        with TestClient(quick_app(quick_parts(tmp_path / name, {}))) as client:
            uploaded(client, name, FILES[name]())
            [citation, *_] = asked(client)["citations"]
        if name == "article.pdf":
            assert (citation["start_page"], citation["end_page"], citation["source_url"]) == (2, 2, None)
            assert all(72 <= box[1] < box[3] <= 293 and box[0] == 2 for box in citation["boxes"])
        else:
            assert citation["source_url"].startswith("https://example.org/cytokines#:~:text=Wound%20healing%20is")
            assert citation["boxes"] is citation["start_page"] is None
    close_apart()


def test_a_file_that_was_read_so_before_is_not_read_again_until_its_extractor_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = quick_parts(tmp_path, {})
    (tmp_path / "source" / "article.pdf").write_bytes(_pdf())
    assert parts.builder("default").add([tmp_path / "source"]).added == ["article.pdf"]
    answer = asked(TestClient(quick_app(parts)))
    with monkeypatch.context() as patch:
        patch.setattr("index.extracting.apart.extract_apart", None)
        assert parts.builder("default").add([tmp_path / "source"]).unchanged == 1
        (tmp_path / "source" / "article.pdf").rename(tmp_path / "source" / "moved.pdf")
        assert parts.builder("default").add([tmp_path / "source"], mirror=True).unchanged == 1
        parts.builder("default").rebuild()
    assert asked(TestClient(quick_app(parts)))["citations"][0]["boxes"] == answer["citations"][0]["boxes"]
    (tmp_path / "source" / "manifest.toml").write_text('[[documents]]\nfile = "moved.pdf"\ntitle = "Another title"\n')
    assert parts.builder("default").add([tmp_path / "source"]).changed == ["moved.pdf"]
    assert asked(TestClient(quick_app(parts)))["documents"][0]["title"] == "Another title"
    answer["documents"][0] |= {"extractor": "pdf 0 (pypdfium2 4.0.0)", "text_sha256": "0" * 64}
    findings = verify(answer, [tmp_path / "source"], max_bytes=10**7, fallback_encoding="cp1252")
    [changed] = {finding.detail for finding in findings if finding.check == "extractor"}
    assert changed.startswith(
        f"its text was extracted by pdf 0 (pypdfium2 4.0.0), now {extracting.extractor_of('pdf')}"
    )
    close_apart()


@pytest.mark.parametrize(
    ("changed", "check"),
    [
        ({"start_page": 1}, "pages"),
        ({"boxes": [[2, 0, 0, 1, 1]]}, "boxes"),
        ({"boxes": "everywhere"}, "boxes"),
        ({"start_byte": 0, "end_byte": 9}, "bytes"),
        ({"cited_text": QUOTE.replace("IL-8", "IL-9")}, "characters"),
        ({"encoding": "utf-8"}, "text"),
    ],
)
def test_verify_catches_what_is_not_so(tmp_path: Path, changed: dict[str, Any], check: str) -> None:
    parts = quick_parts(tmp_path, {})
    (tmp_path / "source" / "article.pdf").write_bytes(_pdf())
    parts.builder("default").add([tmp_path / "source"])
    answer = asked(TestClient(quick_app(parts)))
    answer["citations"][0] |= changed
    findings = verify(answer, [tmp_path / "source"], max_bytes=10**7, fallback_encoding="cp1252")
    assert check in {finding.check for finding in findings if not finding.holds}
    close_apart()


def test_a_folder_of_all_formats_is_asked_in_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    for name, made in FILES.items():
        (folder / name).write_bytes(made())
    monkeypatch.setenv("CITESPAN_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("CITESPAN_CACHE_DIR", str(IndexSettings().cache_dir))
    assert ended(["index", "add", str(folder)]) == 0
    assert "5 added" in capsys.readouterr().err
    assert ended(["ask", "--only", "article.pdf", "Which cytokines mediate wound healing?"]) == 0
    assert "article.pdf, page 2" in capsys.readouterr().out
    assert ended(["ask", "--json", "Which cytokines mediate wound healing?"]) == 0
    (tmp_path / "answer.json").write_text(capsys.readouterr().out)
    cited = json.loads((tmp_path / "answer.json").read_text())["citations"]
    assert len({citation["file_name"] for citation in cited}) > 1
    assert ended(["verify", str(tmp_path / "answer.json"), "--documents", str(folder)]) == 0
    close_apart()


def ended(arguments: list[str]) -> int:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    return int(caught.value.code or 0)
