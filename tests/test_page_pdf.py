"""PDFs in the page, in a real Chromium: their pages are shown, and what lies under the highlight is what is quoted."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from api.routes.page import PDFJS
from tests.browsing import app_over, chromium, parts_at
from tests.fakes import HashingEmbedder
from tests.pdfs_shown import COLUMNS, HEIGHT, WIDTH, hostile_pdf, long_pdf, turned_pdf, two_columns
from tests.servers import running
from tests.test_page import TIMEOUT, Site, Visit, highlighted, visit_to

NOTE = "Notes\n\nVEGF promotes angiogenesis in muscle of rats. Fibroblasts of the skin deposit collagen.\n"
MATRIX = "What do fibroblasts deposit?"
CROP = (80.0, 200.0, 500.0, 700.0)
TURNED = {
    "upside.pdf": (180, None),
    "right.pdf": (90, None),
    "left.pdf": (270, None),
    "cropped.pdf": (0, CROP),
    "both.pdf": (90, CROP),
}
UNDER = """() => {
  const marks = [...document.querySelectorAll('.sheet-mark.current')].map((mark) => mark.getBoundingClientRect());
  const covers = (one, x, y) => one.left <= x && x <= one.right && one.top <= y && y <= one.bottom;
  let found = '';
  for (const span of document.querySelectorAll('.sheet-text span[role=presentation]')) {
    for (const node of span.childNodes) for (let at = 0; at < node.length; at += 1) {
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      const box = range.getBoundingClientRect();
      const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
      if (marks.some((one) => covers(one, x, y))) found += node.data[at];
    }
    found += ' ';
  }
  return found;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=TIMEOUT)
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    if not PDFJS.exists():
        raise RuntimeError(
            "pdf.js is not beside the page: it was built without a connection. Run: python hatch_build.py"
        )
    folder = tmp_path_factory.mktemp("printed")
    (folder / "cells.pdf").write_bytes(two_columns())
    (folder / "note.txt").write_text(NOTE)
    turned = tmp_path_factory.mktemp("turned")
    for name, (degrees, crop) in TURNED.items():
        (folder / name).write_bytes(turned_pdf(degrees, f"Of {name[:-4]} pages. {COLUMNS[1]}", crop=crop))
        (folder / name).rename(turned / name)
    other = tmp_path_factory.mktemp("other")
    (other / "long.pdf").write_bytes(long_pdf(400))
    (other / "hostile.pdf").write_bytes(hostile_pdf())
    parts = parts_at(tmp_path_factory.mktemp("state"), HashingEmbedder())
    assert len(parts.builder("default").add([folder]).added) == 2
    assert len(parts.builder("other").add([turned, other]).added) == 7
    app = app_over(parts, requests_per_minute=10**6)
    with running(app) as server, httpx.Client(base_url=server.url, timeout=60) as client:
        yield Site(server.url, folder, client)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, color_scheme="light", locale="en-GB")
    context.set_default_timeout(TIMEOUT)
    yield context
    context.close()


@pytest.fixture
def visit(site: Site, context: BrowserContext) -> Iterator[Visit]:
    """A visit on which nothing went wrong unseen, and nothing was fetched from elsewhere."""
    visit = visit_to(site, context)
    yield visit
    assert visit.errors == []
    assert visit.elsewhere == []


def told(site: Site, path: str, collection: str = "default") -> Any:
    """What the service says of a document."""
    found = site.client.get("/v1/documents", params={"collection": collection}).json()["documents"]
    return next(document for document in found if document["path"] == path)


def link_to(site: Site, path: str, part: str = "", collection: str = "default") -> str:
    where = "" if collection == "default" else f"?collection={collection}"
    return f"/d/{told(site, path, collection)['id']}{where}{part}"


def text_of(site: Site, path: str, collection: str = "default") -> str:
    document = f"/v1/documents/{told(site, path, collection)['id']}/text"
    return str(site.client.get(document, params={"collection": collection}).json()["text"])


def span_of(site: Site, path: str, quote: str, collection: str = "default") -> tuple[int, int]:
    """Where words stand in the text of a document, whatever its lines."""
    found = re.search(r"\s+".join(map(re.escape, quote.split())), text_of(site, path, collection))
    assert found is not None
    return found.span()


def drawn(page: Page, number: int) -> None:
    """Wait until a page is drawn, with its text."""
    expect(page.locator(f".sheet[data-page='{number}'] canvas[data-done]")).to_be_visible()
    expect(page.locator(f".sheet[data-page='{number}'] .sheet-text")).to_be_attached()


def under_highlight(page: Page) -> str:
    """The characters of the page's own text whose middle lies under the highlight."""
    return " ".join(str(page.evaluate(UNDER)).split())


def agrees(found: str, quote: str) -> bool:
    """Whether it is the quotation, give or take a character at its ends: unseen text is as wide as the line only."""
    one, other = found.replace(" ", ""), "".join(quote.split())
    return abs(len(one) - len(other)) <= 3 and SequenceMatcher(None, one, other, autojunk=False).ratio() > 0.96


def test_a_citation_of_two_columns_opens_at_its_page_with_its_words_under_the_highlight(visit: Visit) -> None:
    expected = visit.site.ask(MATRIX)["citations"][0]
    assert (expected["file_name"], expected["start_page"]) == ("cells.pdf", 2)
    page = visit.open()
    visit.ask(MATRIX)
    page.locator(".sentences .chip").first.click()
    drawn(page, 2)
    expect(page.locator(".sheet-mark.current").first).to_be_in_viewport()
    expect(page.locator("#viewer-place")).to_contain_text("cells.pdf, page 2")
    expect(page.locator("#sheet-number")).to_have_value("2")
    assert agrees(under_highlight(page), expected["cited_text"]), under_highlight(page)
    assert len(expected["boxes"]) == page.locator(".sheet-mark.current").count()


def test_the_highlight_stays_on_its_words_at_every_zoom_and_width(visit: Visit) -> None:
    quote = "Chondrocytes that took them up produced more collagen of type two"
    start, end = span_of(visit.site, "cells.pdf", quote)
    page = visit.open(link_to(visit.site, "cells.pdf", f"#char={start},{end}"))
    drawn(page, 2)
    before = page.locator("#sheet-zoom").text_content()
    for button in ("larger", "larger", "smaller", "smaller", "smaller", "smaller", "fit"):
        page.click(f"#sheet-{button}")
        page.wait_for_function("() => document.querySelectorAll('.sheet canvas:not([data-done])').length === 0")
        page.locator(".sheet-mark.current").first.scroll_into_view_if_needed()
        assert agrees(under_highlight(page), quote), button
    expect(page.locator("#sheet-zoom")).to_have_text(str(before))
    page.set_viewport_size({"width": 700, "height": 800})
    expect(page.locator("#sheet-zoom")).not_to_have_text(str(before))
    drawn(page, 2)
    assert agrees(under_highlight(page), quote)


@pytest.mark.parametrize("name", TURNED)
def test_turned_and_cropped_pages_are_highlighted_where_they_show_the_words(visit: Visit, name: str) -> None:
    quote = "Exosomes of synovial stem cells protect cartilage from osteoarthritis by carrying a microRNA."
    start, end = span_of(visit.site, name, quote, "other")
    page = visit.open(link_to(visit.site, name, f"#char={start},{end}", "other"))
    drawn(page, 1)
    assert agrees(under_highlight(page), quote), under_highlight(page)
    expect(page.locator(".sheet-mark.current").first).to_be_in_viewport()


def test_a_link_leads_to_page_and_box_also_when_the_text_is_closed(visit: Visit, context: BrowserContext) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=visit.site.url)
    page = visit.open()
    visit.ask(MATRIX)
    page.locator(".sentences .chip").first.click()
    drawn(page, 2)
    expect(page.locator("#viewer-text")).to_be_hidden()
    page.click("#viewer-link")
    expect(page.locator("#viewer-link")).to_have_text("Copied")
    link = page.evaluate("navigator.clipboard.readText()")
    cited = visit.site.ask(MATRIX)["citations"][0]
    whole = re.fullmatch(r".*/d/sha256:\w+(#char=(\d+),(\d+)(&page=2&box=[\d.]+,[\d.]+,[\d.]+,[\d.]+))", link)
    assert whole is not None, link
    assert (int(whole[2]), int(whole[3])) == (cited["start_char_index"], cited["end_char_index"])
    page.click("#viewer-quote")
    expect(page.locator("#viewer-quote")).to_have_text("Copied")
    assert "Cells that heal. cells.pdf, page 2.\n" in page.evaluate("navigator.clipboard.readText()")
    for part in (whole[1], whole[1].split("&")[0], f"#{whole[4][1:]}"):
        other = context.new_page()
        other.goto(visit.site.url + link_to(visit.site, "cells.pdf", part))
        drawn(other, 2)
        expect(other.locator("#sheet-number")).to_have_value("2")
        expect(other.locator(".sheet-mark.current").first).to_be_in_viewport()
        assert "deposit a new extracellular matrix" in under_highlight(other)
        other.close()


def test_a_link_to_a_page_alone_opens_there_without_a_highlight(visit: Visit) -> None:
    page = visit.open(link_to(visit.site, "long.pdf", "#page=287", "other"))
    drawn(page, 287)
    expect(page.locator("#sheet-number")).to_have_value("287")
    expect(page.locator(".sheet[data-page='287'] .sheet-text")).to_contain_text("Sample number 287")
    assert page.locator(".sheet-mark").count() == 0
    page.goto(visit.site.url + link_to(visit.site, "long.pdf", "#page=9000", "other"))
    expect(page.locator("#sheet-number")).to_have_value("400")


def test_every_form_of_a_link_is_read_and_no_other(visit: Visit) -> None:
    page = visit.open()
    read = """async ([hash]) => {
      const { linked } = await import('/static/links.js');
      const { span, spot } = linked({ pathname: '/d/sha256:00', hash, search: '' });
      return [span && [span.start, span.end], spot && [spot.page, spot.box]];
    }"""
    box = [1, 2.5, 30, 40]
    for part, expected in {
        "": [None, None],
        "#char=3,9": [[3, 9], None],
        "#char=9,3": [None, None],
        "#page=7": [None, [7, None]],
        "#page=0": [None, None],
        "#page=7&box=1,2.5,30,40": [None, [7, box]],
        "#char=3,9&page=7&box=1,2.5,30,40": [[3, 9], [7, box]],
        "#page=7&box=30,2,1,40": [None, [7, None]],
        "#page=7&box=1,2,3": [None, [7, None]],
        "#box=1,2,3,4": [None, None],
        "#page=7;alert(1)": [None, None],
    }.items():
        assert page.evaluate(read, [part]) == expected, part


def test_only_an_address_of_the_web_is_a_source_to_open(visit: Visit) -> None:
    page = visit.open()
    read = "async ([url]) => (await import('/static/viewer.js')).sourceOf({ source_url: url })"
    address = "https://example.org/a#:~:text=healing"
    assert page.evaluate(read, [address]) == address
    assert page.evaluate(read, ["javascript:alert(1)"]) is None
    assert page.evaluate(read, [None]) is None


def test_previous_and_next_go_from_pages_to_text_and_back(visit: Visit) -> None:
    cited = visit.site.ask(MATRIX)["citations"]
    names = [citation["file_name"] for citation in cited]
    assert set(names) == {"cells.pdf", "note.txt"}
    page = visit.open()
    visit.ask(MATRIX)
    page.locator(".sentences .chip").first.click()
    for at, citation in enumerate(cited):
        if citation["file_name"] == "cells.pdf":
            drawn(page, 2)
            assert agrees(under_highlight(page), citation["cited_text"])
        else:
            assert highlighted(page) == citation["cited_text"]
            expect(page.locator("#viewer-pages")).to_be_hidden()
            expect(page.locator("#pane-bar")).to_be_hidden()
        if at + 1 < len(cited):
            page.click("#viewer-next")
            expect(page.locator("#viewer-count")).to_have_text(f"Source {at + 2} of {len(cited)}")


def test_the_text_is_a_click_away_and_beside_the_page_where_there_is_room(visit: Visit) -> None:
    quote = "Fibroblasts follow them"
    start, end = span_of(visit.site, "cells.pdf", quote)
    page = visit.open(link_to(visit.site, "cells.pdf", f"#char={start},{end}"))
    drawn(page, 2)
    assert "".join(highlighted(page).split()) == "".join(quote.split())
    expect(page.locator("#view-both")).to_have_attribute("aria-pressed", "true")
    page.set_viewport_size({"width": 800, "height": 800})
    expect(page.locator("#viewer-text")).to_be_hidden()
    expect(page.locator("#view-both")).to_be_hidden()
    page.get_by_role("button", name="Text", exact=True).click()
    expect(page.locator("#viewer-text mark.current").first).to_be_in_viewport()
    expect(page.locator("#viewer-pages")).to_be_hidden()
    expect(page.locator("#page-tools")).to_be_hidden()
    page.get_by_role("button", name="Page", exact=True).click()
    expect(page.locator(".sheet-mark.current").first).to_be_in_viewport()


@pytest.mark.parametrize("how", ["gone", "changed"])
def test_without_its_file_a_pdf_is_shown_as_text_with_a_note(
    how: str, tmp_path: Path, browser: Browser, context: BrowserContext
) -> None:
    folder = tmp_path / "printed"
    folder.mkdir()
    (folder / "cells.pdf").write_bytes(two_columns())
    parts = parts_at(tmp_path / "state", HashingEmbedder())
    parts.builder("default").add([folder])
    (folder / "cells.pdf").unlink()
    if how == "changed":
        (folder / "cells.pdf").write_bytes(two_columns("Cells that harm"))
    with running(app_over(parts)) as server, httpx.Client(base_url=server.url) as client:
        site = Site(server.url, folder, client)
        start, end = span_of(site, "cells.pdf", "Fibroblasts follow them")
        visit = visit_to(site, context)
        page = visit.open(link_to(site, "cells.pdf", f"#char={start},{end}&page=2"))
        assert highlighted(page).split() == ["Fibroblasts", "follow", "them"]
        expect(page.locator("#pages-notice")).to_contain_text("no longer where it was indexed, or was changed")
        expect(page.locator("#pane-bar")).to_be_hidden()
        assert visit.errors == []


def test_where_pdf_js_cannot_be_had_the_text_is_shown_with_a_note(visit: Visit) -> None:
    visit.page.route("**/static/pdfjs/**", lambda route: route.fulfill(status=404))
    start, end = span_of(visit.site, "cells.pdf", "Fibroblasts follow them")
    page = visit.open(link_to(visit.site, "cells.pdf", f"#char={start},{end}"))
    expect(page.locator("#pages-notice")).to_contain_text("citespan was installed without pdf.js")
    assert highlighted(page).split() == ["Fibroblasts", "follow", "them"]


def test_only_the_pages_near_the_window_of_a_long_document_are_drawn(visit: Visit) -> None:
    """Every seventh lies on its side, so that what is above is another height than it was taken to be."""
    page = visit.open(link_to(visit.site, "long.pdf", "", "other"))
    drawn(page, 1)
    expect(page.locator(".sheet")).to_have_count(400)
    for number in (200, 201, 350, 7, 400):
        page.fill("#sheet-number", str(number))
        page.press("#sheet-number", "Enter")
        drawn(page, number)
        expect(page.locator(f".sheet[data-page='{number}'] .sheet-text")).to_contain_text(f"number {number} was")
        expect(page.locator(f".sheet[data-page='{number}']")).to_be_in_viewport()
        assert page.locator(".sheet canvas").count() <= 8
    expect(page.locator("#sheet-number")).to_have_value("400")


def test_the_text_of_a_page_can_be_selected(visit: Visit) -> None:
    page = visit.open(link_to(visit.site, "cells.pdf", "#page=2"))
    drawn(page, 2)
    page.locator(".sheet[data-page='2'] .sheet-text span", has_text="Exosomes of synovial").click(click_count=3)
    assert "Exosomes of synovial stem cells" in page.evaluate("String(getSelection())")


def test_a_link_within_a_document_is_followed(visit: Visit) -> None:
    page = visit.open(link_to(visit.site, "cells.pdf", "#page=1"))
    drawn(page, 1)
    page.get_by_role("button", name="Go to where this leads").click()
    expect(page.locator("#sheet-number")).to_have_value("2")
    assert page.url.endswith("#page=1")


def test_a_key_opens_the_pages_too(context: BrowserContext, tmp_path: Path) -> None:
    key = f"csp_{'0a' * 4}_{'1b' * 32}"
    (tmp_path / "cells.pdf").write_bytes(two_columns())
    parts = parts_at(tmp_path / "state", HashingEmbedder())
    parts.builder("default").add([tmp_path / "cells.pdf"])
    app = app_over(parts, api_keys=(f"reader:ask:{sha256(key.encode()).hexdigest()}",))
    with running(app) as server, httpx.Client(base_url=server.url) as client:
        client.headers["Authorization"] = f"Bearer {key}"
        site = Site(server.url, tmp_path, client)
        visit = visit_to(site, context)
        page = visit.open(link_to(site, "cells.pdf", "#page=2"))
        page.fill("#key-field", key)
        page.press("#key-field", "Enter")
        drawn(page, 2)
        assert visit.errors == []


def test_a_hostile_pdf_changes_nothing(visit: Visit) -> None:
    popups: list[str] = []
    visit.page.on("popup", lambda popup: popups.append(popup.url))
    visit.page.on("download", lambda download: popups.append(download.url))
    page = visit.open(link_to(visit.site, "hostile.pdf", "", "other"))
    drawn(page, 1)
    links = page.locator(".sheet-link")
    expect(links).to_have_count(1)
    assert links.first.get_attribute("href") == "https://example.org/a?b=1"
    assert links.first.get_attribute("rel") == "noopener noreferrer"
    zoom = page.evaluate("document.querySelector('.sheet').clientWidth") / WIDTH
    for number in range(3):
        page.locator(".sheet").click(position={"x": 150 * zoom, "y": (HEIGHT - 415 - 40 * number) * zoom})
    assert page.evaluate("window.harmed") is None
    assert popups == []
    assert page.url.startswith(visit.site.url)


def test_pages_are_reached_and_moved_with_the_keyboard(visit: Visit) -> None:
    page = visit.open()
    visit.ask(MATRIX)
    page.locator(".sentences .chip").first.focus()
    page.keyboard.press("Enter")
    drawn(page, 2)
    for wanted in ("view-page", "view-text", "sheet-number", "sheet-smaller", "sheet-larger", "sheet-fit"):
        for _ in range(12):
            if page.evaluate("document.activeElement.id") == wanted:
                break
            page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == wanted
    before = page.locator("#sheet-zoom").text_content()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#sheet-zoom")).not_to_have_text(str(before))
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "viewer-pages"
    top = page.evaluate("document.activeElement.scrollTop")
    page.keyboard.press("PageUp")
    page.wait_for_function("top => document.activeElement.scrollTop < top", arg=top)
    page.keyboard.press("Escape")
    expect(page.locator("#viewer")).to_be_hidden()


@pytest.mark.parametrize("width", [360, pytest.param(1280, marks=pytest.mark.slow), 1600])
def test_axe_finds_nothing_serious_and_nothing_is_wider_than_the_window(visit: Visit, width: int) -> None:
    visit.page.set_viewport_size({"width": width, "height": 800})
    page = visit.open()
    page.emulate_media(reduced_motion="reduce")
    visit.ask(MATRIX)
    page.locator(".sentences .chip").first.click()
    drawn(page, 2)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        expect(page.locator("html")).to_have_attribute("data-theme", scheme)
        found = Axe().run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in {"serious", "critical"}] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_pdf_js_is_served_with_its_types_and_only_its_worker_may_compile(site: Site) -> None:
    def get(name: str) -> httpx.Response:
        return site.client.get(f"/static/pdfjs/{name}")

    worker, library = get("pdf.worker.min.mjs"), get("pdf.min.mjs")
    assert worker.headers["content-type"] == library.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "'wasm-unsafe-eval'" in worker.headers["content-security-policy"]
    assert (
        "unsafe"
        not in library.headers["content-security-policy"] + site.client.get("/").headers["content-security-policy"]
    )
    assert get("wasm/openjpeg.wasm").headers["content-type"] == "application/wasm"
    assert get("cmaps/UniGB-UCS2-H.bcmap").status_code == 200
    for name in ("wasm/quickjs-eval.wasm", "pdf.sandbox.min.mjs", "..%2Fpage.js", "VERSION", ""):
        assert get(name).status_code == 404, name
