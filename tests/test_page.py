"""The web page in a real Chromium, over a real server with the real model: what people do there, and see."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from index.embedding import Embedder
from tests.browsing import app_over, chromium, parts_at
from tests.fakes import HashingEmbedder
from tests.servers import running
from tests.test_api import HEALING, VESSELS

HOSTILE = (
    '<script>window.harmed = 1</script><img src=x onerror="window.harmed = 2">\n\n'
    "Bananas ripen in <b onclick='window.harmed = 3'>ethylene</b> gas &amp; within four days"
    " <svg onload=window.harmed=4></svg><style>body{display:none}</style>.\n"
)

LONG_LINE = "Line {} says that samples \U0001f9ea were frozen at -80 °C and thawed once before the assay.\n"

HEALS = "which factors mediate wound healing?"
ANGIOGENESIS = "What promotes angiogenesis in ischaemic muscle?"
SEVERAL = "Which cytokines mediate wound healing, and what do fibroblasts deposit?"
REFUSED = "Which dose of MCP-1 was given to the monocytes?"
TIMEOUT = 10_000


@dataclass
class Site:
    """A server, the folder that its default collection was made of, and what its own client is told."""

    url: str
    folder: Path
    client: httpx.Client

    def ask(self, question: str) -> Any:
        return self.client.post("/v1/ask", json={"question": question}).json()

    def id_of(self, name: str) -> str:
        return f"sha256:{sha256((self.folder / name).read_bytes()).hexdigest()}"


@dataclass
class Visit:
    """A page, and what went wrong on it without being seen."""

    page: Page
    site: Site
    errors: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def open(self, path: str = "/") -> Page:
        self.page.goto(self.site.url + path)
        return self.page

    def ask(self, question: str) -> None:
        asked = self.page.locator(".turn").count()
        self.page.fill("#question", question)
        self.page.press("#question", "Enter")
        reply = self.page.locator(".turn .reply").nth(asked)
        expect(reply).to_be_visible()
        expect(reply).not_to_have_attribute("aria-busy", "true")


@pytest.fixture(scope="module")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    return parts_at(tmp_path_factory.mktemp("unused")).embedder


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """For this file only: Playwright keeps an event loop running in this thread, which other tests may not expect."""
    expect.set_options(timeout=TIMEOUT)
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("papers")
    (folder / "healing.txt").write_bytes(HEALING.encode())
    (folder / "vessels.txt").write_bytes(b"\xef\xbb\xbf" + VESSELS.encode())
    (folder / "<i>hostile.txt").write_bytes(HOSTILE.encode())
    parts = parts_at(tmp_path_factory.mktemp("state"), embedder)
    assert len(parts.builder("default").add([folder]).added) == 3
    parts.builder("vessels").add([folder / "vessels.txt"])
    with running(app_over(parts)) as server, httpx.Client(base_url=server.url, timeout=60) as client:
        yield Site(server.url, folder, client)


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Many documents, and a long one; nothing that is answered matters here."""
    folder = tmp_path_factory.mktemp("many")
    for number in range(1, 71):
        (folder / f"note-{number:03}.txt").write_text(f"Sample {number} was frozen at -80 °C and thawed once.\n")
    long = tmp_path_factory.mktemp("long")
    (long / "long.txt").write_text("".join(LONG_LINE.format(number) for number in range(1, 2501)))
    parts = parts_at(tmp_path_factory.mktemp("crowded"), HashingEmbedder())
    parts.builder("default").add([folder])
    parts.builder("long").add([long])
    with running(app_over(parts)) as server, httpx.Client(base_url=server.url, timeout=60) as client:
        yield Site(server.url, long, client)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, color_scheme="light", locale="en-GB")
    context.set_default_timeout(TIMEOUT)
    yield context
    context.close()


def visit_to(site: Site, context: BrowserContext) -> Visit:
    visit = Visit(context.new_page(), site)
    visit.page.on("pageerror", lambda error: visit.errors.append(str(error)))
    visit.page.on("console", lambda said: visit.errors.append(said.text) if _matters(said) else None)
    visit.page.on("request", lambda sent: visit.elsewhere.append(sent.url) if _leaves(sent.url, site) else None)
    visit.page.on("dialog", lambda dialog: visit.errors.append(f"dialog: {dialog.message}"))
    return visit


def _matters(said: Any) -> bool:
    return said.type == "error" and "Failed to load resource" not in said.text


def _leaves(url: str, site: Site) -> bool:
    return not url.startswith((site.url, "blob:"))


@pytest.fixture
def visit(site: Site, context: BrowserContext) -> Iterator[Visit]:
    """A visit on which nothing went wrong unseen, and nothing was fetched from elsewhere."""
    visit = visit_to(site, context)
    yield visit
    assert visit.errors == []
    assert visit.elsewhere == []


@pytest.fixture
def crowded_visit(crowded: Site, context: BrowserContext) -> Iterator[Visit]:
    visit = visit_to(crowded, context)
    yield visit
    assert visit.errors == []


def highlighted(page: Page) -> str:
    """Every marked character of the current span, as the document has it."""
    expect(page.locator("#viewer-text mark.current").first).to_be_visible()
    return "".join(page.locator("#viewer-text mark.current").all_text_contents())


# Asking and checking


@pytest.mark.parametrize("question", [HEALS, ANGIOGENESIS])
def test_one_click_shows_the_quotation_where_it_stands(visit: Visit, question: str) -> None:
    expected = visit.site.ask(question)
    page = visit.open()
    visit.ask(question)
    expect(page.locator(".sentences p").first).to_contain_text(expected["sentences"][0]["text"])
    page.locator(".sentences .chip").first.click()
    citation = expected["citations"][0]
    assert highlighted(page) == citation["cited_text"]
    text = (visit.site.folder / citation["file_name"]).read_bytes().decode("utf-8-sig")
    assert highlighted(page) == text[citation["start_char_index"] : citation["end_char_index"]]
    shown = "".join(page.locator("#viewer-text .line").all_text_contents())
    assert shown == text
    line = page.locator("#viewer-text .line", has=page.locator("mark.current")).first
    assert line.get_attribute("data-line") == str(citation["start_line"])
    expect(page.locator("#viewer-text mark.current").first).to_be_in_viewport()


def test_the_words_that_answer_are_emphasised(visit: Visit) -> None:
    page = visit.open()
    for question in (ANGIOGENESIS, HEALS, "How large were the wounds?"):
        expected = visit.site.ask(question)
        visit.ask(question)
        told = [sentence["text"][start:end] for sentence in expected["sentences"] for start, end in sentence["focus"]]
        assert page.locator(".turn:last-child .sentences strong").all_text_contents() == told


def test_pointing_at_a_chip_shows_the_quotation_in_context_and_so_does_the_keyboard(visit: Visit) -> None:
    page = visit.open()
    visit.ask("What did fibroblasts deposit?")
    card = page.locator("#quote-card")
    chip = page.locator(".sentences .chip").first
    chip.hover()
    expect(card).to_be_visible()
    expect(card.locator("mark")).to_contain_text("Fibroblasts follow them")
    expect(card.locator(".card-quote")).to_contain_text("Wound healing is mediated by")
    expect(card.locator(".card-quote")).to_contain_text("The effect was absent")
    expect(card).to_contain_text("healing.txt, line 6")
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    page.mouse.move(5, 5)
    page.focus("#question")
    page.keyboard.press("Shift+Tab")
    for _ in range(20):
        if chip.evaluate("chip => chip === document.activeElement"):
            break
        page.keyboard.press("Shift+Tab")
    expect(card).to_be_visible()
    assert chip.get_attribute("aria-describedby") == "quote-card"


def test_previous_and_next_go_through_the_sources_of_the_answer(visit: Visit) -> None:
    expected = visit.site.ask(SEVERAL)
    assert len(expected["citations"]) > 1
    page = visit.open()
    visit.ask(SEVERAL)
    page.locator(".sentences .chip").first.click()
    assert highlighted(page) == expected["citations"][0]["cited_text"]
    expect(page.locator("#viewer-previous")).to_be_disabled()
    page.click("#viewer-next")
    expect(page.locator("#viewer-count")).to_have_text(f"Source 2 of {len(expected['citations'])}")
    page.wait_for_function(
        "quote => [...document.querySelectorAll('mark.current')].map(m => m.textContent).join('') === quote",
        arg=expected["citations"][1]["cited_text"],
    )
    page.click("#viewer-previous")
    expect(page.locator("#viewer-count")).to_have_text(f"Source 1 of {len(expected['citations'])}")


def test_a_copied_link_opens_the_same_words_elsewhere(visit: Visit, context: BrowserContext) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=visit.site.url)
    page = visit.open()
    visit.ask(ANGIOGENESIS)
    page.locator(".sentences .chip").first.click()
    quoted = highlighted(page)
    page.click("#viewer-link")
    expect(page.locator("#viewer-link")).to_have_text("Copied")
    link = page.evaluate("navigator.clipboard.readText()")
    cited = visit.site.ask(ANGIOGENESIS)["citations"][0]
    span = f"{cited['start_char_index']},{cited['end_char_index']}"
    assert link == f"{visit.site.url}/d/{visit.site.id_of('vessels.txt')}#char={span}"
    page.click("#viewer-quote")
    expect(page.locator("#viewer-quote")).to_have_text("Copied")
    citation = page.evaluate("navigator.clipboard.readText()")
    assert citation == f"“{' '.join(quoted.split())}”\n{_title(visit)}. vessels.txt, line 3.\n{link}"
    other = context.new_page()
    other.goto(link)
    assert highlighted(other) == quoted
    expect(other.locator("#viewer-place")).to_contain_text("vessels.txt, line 3")


def _title(visit: Visit) -> str:
    return str(visit.site.client.get(f"/v1/documents/{visit.site.id_of('vessels.txt')}").json()["title"])


def test_copied_text_has_no_line_numbers_and_each_line_once(visit: Visit) -> None:
    page = visit.open(f"/d/{visit.site.id_of('healing.txt')}#char=0,25")
    assert highlighted(page) == "Cytokines in wound repair"
    copied = page.evaluate(
        "() => { getSelection().selectAllChildren(document.getElementById('viewer-text'));"
        " return String(getSelection()); }"
    )
    assert copied.rstrip("\n") == HEALING.rstrip("\n")


def test_a_refusal_looks_different_says_why_and_shows_what_came_closest_as_such(visit: Visit) -> None:
    expected = visit.site.ask(REFUSED)
    assert expected["answered"] is False
    assert expected["refusal"]["nearest"]
    page = visit.open()
    visit.ask(REFUSED)
    reply = page.locator(".reply.refused")
    expect(reply.locator("h3").first).to_have_text("No answer")
    expect(reply).to_contain_text(expected["refusal"]["message"])
    expect(reply).to_contain_text("Nearest passages, which do not answer the question")
    assert page.locator(".sentences, .chip").count() == 0
    nearest = expected["refusal"]["nearest"][0]
    expect(reply.locator("blockquote").first).to_have_text(" ".join(nearest["cited_text"].split()))
    reply.locator(".source").first.click()
    assert highlighted(page) == nearest["cited_text"]


def test_sentences_come_one_by_one_where_the_server_streams_and_at_once_where_it_does_not(visit: Visit) -> None:
    page = visit.open()
    with page.expect_response("**/v1/ask") as heard:
        visit.ask(SEVERAL)
    assert heard.value.headers["content-type"].startswith("text/event-stream")
    expect(page.locator("#announcements")).to_contain_text("The answer is complete.")
    streamed = page.locator(".turn .reply").inner_text()
    page.route("**/v1/ask", lambda route: route.continue_(headers={**route.request.headers, "accept": "*/*"}))
    page.click("#conversation-new")
    with page.expect_response("**/v1/ask") as heard:
        visit.ask(SEVERAL)
    assert heard.value.headers["content-type"] == "application/json"
    assert page.locator(".turn .reply").inner_text() == streamed


def test_a_question_can_be_stopped_and_asked_again(visit: Visit) -> None:
    page = visit.open()
    page.route("**/v1/ask", lambda route: None)
    page.fill("#question", HEALS)
    page.press("#question", "Enter")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".reply")).to_contain_text("Stopped.")
    page.unroute("**/v1/ask")
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator(".turn")).to_have_count(1)
    expect(page.locator(".sentences")).to_contain_text("IL-6")


def test_confidence_is_said_in_words_with_the_share_that_was_right(visit: Visit) -> None:
    levels = visit.site.client.get("/static/confidence.json").json()["levels"]
    sure = visit.site.ask(HEALS)["confidence"]
    level = next(level for level in levels if level["from"] <= sure <= level["to"])
    page = visit.open()
    visit.ask(HEALS)
    told = page.locator(".confidence")
    share = f"{level['right']} of {level['cases']} test answers at this level were right"
    expect(told.locator("summary")).to_have_text(f"{level['word'].capitalize()} confidence · {share}")
    told.locator("summary").click()
    expect(told).to_contain_text(f"{level['right']} of those answers ({level['share']:.0%}".replace("%", " %"))
    assert str(sure) not in (page.locator("main").text_content() or "")


# Conversations


def test_follow_up_questions_send_what_was_said_before(visit: Visit) -> None:
    page = visit.open()
    visit.ask(HEALS)
    page.fill("#question", "And in which animals?")
    with page.expect_request("**/v1/ask") as sent:
        page.press("#question", "Enter")
    said: Any = sent.value.post_data_json
    assert [turn["role"] for turn in said["history"]] == ["user", "assistant"]
    assert said["history"][0]["content"] == HEALS
    assert "IL-6" in said["history"][1]["content"]
    expect(page.locator(".turn")).to_have_count(2)


def test_conversations_are_kept_in_the_browser_until_they_are_cleared(visit: Visit) -> None:
    page = visit.open()
    visit.ask(HEALS)
    page.click("#conversation-new")
    expect(page.locator("#welcome")).to_be_visible()
    visit.ask(ANGIOGENESIS)
    page.reload()
    expect(page.locator(".conversation")).to_have_text([ANGIOGENESIS, HEALS])
    page.get_by_role("button", name=HEALS, exact=True).click()
    expect(page.locator(".question")).to_have_text([HEALS])
    page.locator(".sentences .chip").first.click()
    assert "IL-6" in highlighted(page)
    page.click("#viewer-close")
    page.get_by_role("button", name=f"Remove the conversation: {ANGIOGENESIS}").click()
    expect(page.locator(".conversation")).to_have_text([HEALS])
    page.click("#conversations-clear")
    page.get_by_role("button", name="Keep them").click()
    expect(page.locator(".conversation")).to_have_count(1)
    page.click("#conversations-clear")
    page.locator("#clear-dialog").get_by_role("button", name="Clear all").click()
    expect(page.locator(".conversation")).to_have_count(0)
    assert page.evaluate("localStorage.getItem('citespan.conversations')") == "[]"
    expect(page.locator("#welcome")).to_be_visible()


# Documents

ALMONDS = "Almonds\n\nAlmonds of the variety Nonpareil are harvested with tree shakers in late August {}.\n"


def test_a_file_can_be_uploaded_asked_about_and_deleted(visit: Visit, tmp_path: Path) -> None:
    (tmp_path / "almonds.txt").write_text(ALMONDS.format("in California"))
    (tmp_path / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    page = visit.open("/#documents")
    expect(page.locator(".document")).to_have_count(3)
    page.set_input_files("#files", [tmp_path / "almonds.txt", tmp_path / "photo.png"])
    job = page.locator(".job")
    expect(job.locator(".state")).to_contain_text("1 added")
    expect(job).to_contain_text("photo.png")
    expect(page.locator(".document")).to_have_count(4)
    page.fill("#document-search", "almonds")
    expect(page.locator(".document")).to_have_count(1)
    expect(page.locator(".document")).to_contain_text("uploaded here")
    page.get_by_role("link", name="Ask", exact=True).click()
    visit.ask("How are almonds harvested?")
    page.locator(".sentences .chip").first.click()
    assert "tree shakers" in highlighted(page)
    page.get_by_role("link", name="Documents", exact=True).click()
    page.get_by_role("button", name="Delete Almonds").click()
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("button", name="Delete Almonds")).to_be_visible()
    page.get_by_role("button", name="Delete Almonds").click()
    page.locator("#delete-dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("button", name="Delete Almonds")).to_have_count(0)
    page.fill("#document-search", "")
    expect(page.locator(".document")).to_have_count(3)
    assert visit.site.client.get("/v1/documents").json()["total"] == 3


def test_files_can_be_dropped_into_a_collection_that_they_begin(visit: Visit) -> None:
    page = visit.open()
    page.select_option("#collection", label="New collection…")
    page.fill("#collection-name", "dropped")
    page.get_by_role("button", name="Create").click()
    expect(page.locator("#documents-none")).to_contain_text("No documents yet")
    dropped = page.evaluate_handle(
        "text => { const data = new DataTransfer();"
        " data.items.add(new File([text], 'dropped.txt', {type: 'text/plain'})); return data; }",
        ALMONDS.format("by night"),
    )
    page.dispatch_event("#documents", "dragover", {"dataTransfer": dropped})
    expect(page.locator("#documents.dropping")).to_have_count(1)
    page.dispatch_event("#documents", "drop", {"dataTransfer": dropped})
    expect(page.locator(".document")).to_have_count(1)
    assert visit.site.client.get("/v1/documents", params={"collection": "dropped"}).json()["total"] == 1
    expect(page.locator("#collection option[value=dropped]")).to_have_count(1)
    page.select_option("#collection", "default")
    expect(page.locator(".document")).to_have_count(3)


def test_a_link_keeps_meaning_its_text_and_says_that_the_file_has_a_newer_version(visit: Visit, tmp_path: Path) -> None:
    older, newer = (ALMONDS.format(when) for when in ("of 2019", "of 2024"))
    page = visit.open("/#documents")
    for text in (older, newer):
        (tmp_path / "harvest.txt").write_text(text)
        page.set_input_files("#files", tmp_path / "harvest.txt")
        expect(page.locator(".job .state").first).to_have_text("1 added" if text == older else "1 changed")
    start = older.index("late August of 2019")
    page.goto(f"{visit.site.url}/d/sha256:{sha256(older.encode()).hexdigest()}#char={start},{start + 19}")
    assert highlighted(page) == "late August of 2019"
    expect(page.locator("#viewer-notice")).to_contain_text("A newer version of this file exists")
    page.get_by_role("link", name="Open the newer version").click()
    expect(page.locator("#viewer-text")).to_contain_text("late August of 2024")
    expect(page.locator("#viewer-notice")).to_be_empty()
    assert visit.site.client.delete(f"/v1/documents/sha256:{sha256(newer.encode()).hexdigest()}").status_code == 202
    page.goto(visit.site.url + "/#documents")
    expect(page.locator(".document")).to_have_count(3)


def test_what_is_wrong_with_an_answer_can_be_told(visit: Visit) -> None:
    page = visit.open()
    visit.ask(SEVERAL)
    with page.expect_response("**/v1/feedback") as heard:
        page.get_by_role("button", name="Helpful").click()
    assert heard.value.status == 201
    expect(page.locator(".feedback")).to_contain_text("Thank you")
    visit.ask(SEVERAL)
    last = page.locator(".turn:last-child .feedback")
    last.get_by_role("button", name="Wrong source").click()
    last.get_by_label("Which source?").select_option(index=1)
    last.get_by_label("What is wrong with it? (optional)").fill("This is <b>about mice</b>.")
    with page.expect_response("**/v1/feedback") as heard:
        last.get_by_role("button", name="Send").click()
    assert heard.value.status == 201
    sent: Any = heard.value.request.post_data_json
    cited = visit.site.ask(SEVERAL)["citations"][1]
    assert sent["verdict"] == "wrong_source"
    assert sent["comment"] == "This is <b>about mice</b>."
    assert sent["citation"] == {name: cited[name] for name in ("document_id", "start_char_index", "end_char_index")}


def test_a_service_that_wants_a_key_is_given_one_for_as_long_as_the_tab_is_open(
    context: BrowserContext, tmp_path: Path
) -> None:
    key = f"csp_{'0a' * 4}_{'1b' * 32}"
    (tmp_path / "note.txt").write_text(ALMONDS.format("again"))
    parts = parts_at(tmp_path / "state", HashingEmbedder())
    parts.builder("default").add([tmp_path / "note.txt"])
    app = app_over(parts, api_keys=(f"reader:ask:{sha256(key.encode()).hexdigest()}",))
    with running(app) as server, httpx.Client(base_url=server.url) as client:
        visit = visit_to(Site(server.url, tmp_path, client), context)
        page = visit.open()
        expect(page.locator("#key-dialog")).to_be_visible()
        page.fill("#key-field", key.replace("1b", "2c"))
        page.press("#key-field", "Enter")
        expect(page.locator("#library")).to_contain_text("not known here", ignore_case=True)
        page.reload()
        expect(page.locator("#key-refused")).to_be_visible()
        page.fill("#key-field", key)
        page.get_by_role("button", name="Use this key").click()
        expect(page.locator("#library")).to_contain_text("1 document to ask")
        page.reload()
        expect(page.locator("#library")).to_contain_text("1 document to ask")
        assert key not in page.content()
        assert page.evaluate("JSON.stringify(localStorage)").find(key) == -1
        page.goto(server.url + "/#documents")
        page.get_by_role("button", name="Delete").click()
        page.locator("#delete-dialog").get_by_role("button", name="Delete").click()
        expect(page.locator(".job .trouble")).to_contain_text("scope write")
        page.click("#key-forget")
        assert page.evaluate("sessionStorage.length") == 0


# Safety


def test_a_document_and_a_question_full_of_markup_change_nothing(visit: Visit) -> None:
    question = '<img src=x onerror="window.harmed=5"><script>window.harmed=6</script> How do bananas ripen in ethylene?'
    page = visit.open()
    elements = "document.querySelectorAll('img, b, main svg svg, main style, main script, iframe').length"
    before = page.evaluate(elements)
    visit.ask(question)
    expect(page.locator(".question")).to_have_text(question)
    answered = page.locator(".sentences .chip")
    assert answered.count(), page.locator(".reply").text_content()
    answered.first.hover()
    expect(page.locator("#quote-card")).to_contain_text("<svg onload=window.harmed=4>")
    answered.first.click()
    expect(page.locator("#viewer-text")).to_contain_text("<b onclick='window.harmed = 3'>ethylene</b> gas &amp; within")
    page.goto(visit.site.url + "/#documents")
    expect(page.locator("#document-list")).to_contain_text("<i>hostile.txt")
    page.get_by_role("button", name="Delete").first.click()
    expect(page.locator("#delete-dialog")).to_be_visible()
    page.get_by_role("button", name="Keep it").click()
    page.reload()
    assert page.evaluate(elements) == before
    assert page.evaluate("window.harmed") is None


def test_no_script_makes_elements_from_text() -> None:
    from api.routes.page import STATIC

    forbidden = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|createContextualFragment|"
        r"DOMParser|setHTML|srcdoc|https?://(?!www\.w3\.org/2000/svg)"
    )
    for path in sorted(path for path in STATIC.iterdir() if path.is_file()):
        found = forbidden.search(path.read_text(encoding="utf-8"))
        assert not found, f"{path.name}: {found}"
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", page)


# Keyboard, screen readers, eyes


def test_everything_on_the_way_to_a_source_can_be_done_with_the_keyboard(visit: Visit) -> None:
    page = visit.open()
    expect(page.locator("#library li").first).to_be_visible()
    page.focus("body")
    page.keyboard.press("/")
    expect(page.locator("#question")).to_be_focused()
    page.keyboard.type(HEALS)
    page.keyboard.press("Enter")
    expect(page.locator(".chip")).not_to_have_count(0)
    chip = page.locator(".sentences .chip").first
    for _ in range(20):
        page.keyboard.press("Shift+Tab")
        if chip.evaluate("chip => chip === document.activeElement"):
            break
    assert _outline(page) != "none"
    page.keyboard.press("Enter")
    assert "IL-6" in highlighted(page)
    expect(page.locator("#viewer-title")).to_be_focused()
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id"))
        if reached[-1] == "viewer-text":
            break
    assert {"viewer-close", "viewer-link", "viewer-quote", "viewer-text"} <= set(reached)
    top = page.evaluate("document.getElementById('viewer-text').scrollTop")
    page.keyboard.press("PageUp")
    page.keyboard.press("End")
    assert page.evaluate("document.getElementById('viewer-text').scrollTop") >= top
    page.keyboard.press("Escape")
    expect(page.locator("#viewer")).to_be_hidden()
    expect(chip).to_be_focused()


def _outline(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.activeElement).outlineStyle"))


def test_shortcuts_of_one_character_can_be_switched_off(visit: Visit) -> None:
    page = visit.open()
    page.keyboard.press("Escape")
    page.locator("#main").focus()
    page.keyboard.press("?")
    expect(page.locator("#keys-dialog")).to_be_visible()
    page.get_by_label("Use the keys that are a single character").uncheck()
    page.keyboard.press("Escape")
    expect(page.locator("#keys-dialog")).to_be_hidden()
    page.locator("#main").focus()
    page.keyboard.press("?")
    expect(page.locator("#keys-dialog")).to_be_hidden()


def test_what_happens_is_said_to_who_does_not_see_it(visit: Visit) -> None:
    page = visit.open()
    visit.ask(HEALS)
    said = page.locator("#announcements")
    assert said.get_attribute("aria-live") == "polite"
    expect(said).to_contain_text("Searching the documents.")
    expect(said).to_contain_text("IL-6, IL-8 and MCP-1")
    expect(said).to_contain_text("Confidence:")
    page.locator(".sentences .chip").first.click()
    expect(said).to_contain_text("Source 1 of")


VIEWS = ["welcome", "answer", "source", "refusal", "documents", "link", "keys"]


def test_axe_finds_nothing_serious_on_any_view_in_either_theme(visit: Visit) -> None:
    visit.page.emulate_media(reduced_motion="reduce")
    visit.open()
    for view in VIEWS:
        _go(visit, view)
        for scheme in ("light", "dark"):
            visit.page.emulate_media(color_scheme=scheme)
            expect(visit.page.locator("html")).to_have_attribute("data-theme", scheme)
            found = Axe().run(visit.page).response["violations"]
            serious = [
                (one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in {"serious", "critical"}
            ]
            assert serious == [], f"{view}, {scheme}"


def _go(visit: Visit, view: str) -> None:
    page = visit.page
    match view:
        case "welcome":
            expect(page.locator("#library li").first).to_be_visible()
        case "answer":
            visit.ask(HEALS)
            page.locator(".confidence summary").click()
            page.locator(".sentences .chip").first.hover()
            expect(page.locator("#quote-card")).to_be_visible()
        case "source":
            page.locator(".sentences .chip").first.click()
            highlighted(page)
        case "refusal":
            visit.ask(REFUSED)
        case "documents":
            page.goto(visit.site.url + "/#documents")
            expect(page.locator(".document").first).to_be_visible()
        case "link":
            page.goto(f"{visit.site.url}/d/{visit.site.id_of('healing.txt')}#char=0,25")
            highlighted(page)
        case "keys":
            page.click("#keys")


def test_nothing_is_wider_than_the_window_from_a_phone_to_a_wide_screen(visit: Visit) -> None:
    page = visit.open()
    for view in VIEWS[:-1]:
        _go(visit, view)
        for width in (360, 768, 1280, 1920):
            page.set_viewport_size({"width": width, "height": 740})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, view
        if view == "source":
            page.click("#viewer-close")


def test_on_a_phone_the_source_covers_the_answer_and_the_way_back_closes_it(site: Site, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    context.set_default_timeout(TIMEOUT)
    visit = visit_to(site, context)
    page = visit.open()
    visit.ask(HEALS)
    page.locator(".sentences .chip").first.tap()
    assert "IL-6" in highlighted(page)
    box = page.locator("#viewer").bounding_box()
    assert box == {"x": 0, "y": 0, "width": 360, "height": 740}
    assert page.evaluate("document.getElementById('ask').inert") is True
    page.go_back()
    expect(page.locator("#viewer")).to_be_hidden()
    assert page.evaluate("document.getElementById('ask').inert") is False
    assert visit.errors == []
    context.close()


def test_a_chosen_theme_wins_over_the_system_and_stays(visit: Visit) -> None:
    page = visit.open()
    root = page.locator("html")
    expect(root).to_have_attribute("data-theme", "light")
    page.click("#theme")
    expect(root).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(root).to_have_attribute("data-theme", "dark")
    expect(page.locator("#theme")).to_have_attribute("aria-pressed", "true")
    page.click("#theme")
    page.emulate_media(color_scheme="dark")
    expect(root).to_have_attribute("data-theme", "dark")


# When something is amiss


def test_a_server_that_does_not_answer_is_told_and_found_again(visit: Visit, context: BrowserContext) -> None:
    page = visit.open()
    visit.ask(HEALS)
    context.set_offline(True)
    page.fill("#question", ANGIOGENESIS)
    page.press("#question", "Enter")
    expect(page.locator("#offline")).to_be_visible()
    expect(page.locator(".turn").nth(1)).to_contain_text("The server does not answer")
    expect(page.locator(".turn").first).to_contain_text("IL-6")
    context.set_offline(False)
    expect(page.locator("#offline")).to_be_hidden()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".turn").nth(1)).to_contain_text("VEGF promotes angiogenesis")
    visit.errors = [error for error in visit.errors if "ERR_INTERNET_DISCONNECTED" not in error]


def test_a_problem_is_told_in_the_words_of_the_server(visit: Visit) -> None:
    page = visit.open("/?")
    page.evaluate("localStorage.setItem('citespan.collection', 'Trials!')")
    page.reload()
    page.fill("#question", HEALS)
    page.press("#question", "Enter")
    told = page.locator(".turn .trouble")
    problem = visit.site.client.post("/v1/ask", json={"question": HEALS, "collection": "Trials!"}).json()
    expect(told).to_contain_text(problem["title"])
    expect(told).to_contain_text(problem["detail"])


def test_a_collection_without_documents_says_how_to_begin(visit: Visit) -> None:
    page = visit.open()
    page.evaluate("localStorage.setItem('citespan.collection', 'empty')")
    page.reload()
    expect(page.locator("#library")).to_contain_text("No documents yet")
    page.get_by_role("link", name="Add documents").click()
    expect(page.locator("#documents-none")).to_contain_text("No documents yet")
    expect(page.locator("#document-search")).to_be_hidden()


def test_a_link_to_what_is_not_there_says_so(visit: Visit) -> None:
    page = visit.open(f"/d/sha256:{'0' * 64}#char=1,2")
    expect(page.locator("#viewer-text")).to_contain_text("No such document")
    page.goto(f"{visit.site.url}/d/{visit.site.id_of('healing.txt')}#char=90000,90010")
    expect(page.locator("#viewer-notice")).to_contain_text("beyond the end of the document")
    expect(page.locator("#viewer-text")).to_contain_text("Cytokines in wound repair")


# Much of everything


def test_many_documents_come_in_pages(crowded_visit: Visit) -> None:
    page = crowded_visit.open("/#documents")
    expect(page.locator("#document-count")).to_have_text("70 documents")
    expect(page.locator(".document")).to_have_count(50)
    page.click("#page-next")
    expect(page.locator("#page-where")).to_have_text("51–70 of 70")
    expect(page.locator(".document")).to_have_count(20)
    expect(page.locator("#page-next")).to_be_disabled()
    expect(page.locator(".document .place").last).to_contain_text("note-070.txt")


def test_a_long_document_is_drawn_where_it_is_read_and_nowhere_else(crowded_visit: Visit) -> None:
    _reads_the_end_of(crowded_visit, lines=2500)


def _reads_the_end_of(visit: Visit, *, lines: int) -> None:
    text = "".join(LONG_LINE.format(number) for number in range(1, lines + 1))
    quoted = f"Line {lines - 100} says that samples \U0001f9ea were frozen"
    start = text.index(quoted)
    page = visit.open(f"/d/{visit.site.id_of('long.txt')}?collection=long#char={start},{start + len(quoted)}")
    assert highlighted(page) == quoted
    expect(page.locator("mark.current")).to_be_in_viewport()
    line = page.locator(".line", has=page.locator("mark.current"))
    assert line.get_attribute("data-line") == str(lines - 100)
    page.wait_for_timeout(300)
    expect(page.locator("mark.current")).to_be_in_viewport()
    assert page.locator("#viewer-text .line").count() < 2500
    page.evaluate("document.getElementById('viewer-text').scrollTop = 0")
    expect(page.locator('[data-line="1"]')).to_be_in_viewport()
    assert page.locator("#viewer-text .line").count() < 2500
    page.click("#viewer-return")
    expect(page.locator("mark.current")).to_be_in_viewport()


@pytest.mark.slow
def test_ten_megabytes_open_at_their_end(tmp_path: Path, browser: Browser, context: BrowserContext) -> None:
    lines = 120_000
    (tmp_path / "long.txt").write_text("".join(LONG_LINE.format(number) for number in range(1, lines + 1)))
    assert (tmp_path / "long.txt").stat().st_size > 10_000_000
    parts = parts_at(tmp_path / "state", HashingEmbedder())
    parts.builder("long").add([tmp_path / "long.txt"])
    with running(app_over(parts)) as server, httpx.Client(base_url=server.url, timeout=60) as client:
        _reads_the_end_of(visit_to(Site(server.url, tmp_path, client), context), lines=lines)


# The modules by themselves, in the browser that runs them

TEXTS = [
    "",
    "plain",
    "\U0001f9ec",
    "a\U0001f9ecb\U0001fac0",
    "e\u0301\u200d\U0001f468\u200d\U0001f469",
    "\ufeffx",
    "1×10⁶",
]


def test_offsets_are_code_points_whatever_the_browser_counts(visit: Visit) -> None:
    page = visit.open()
    for text in TEXTS:
        spans = [(start, end) for start in range(len(text) + 1) for end in range(start, len(text) + 1)]
        length, cuts = page.evaluate(
            "async ([text, spans]) => { const {codePoints, cut} = await import('/static/offsets.js');"
            " return [codePoints(text), spans.map(([start, end]) => cut(text, start, end))]; }",
            [text, spans],
        )
        assert length == len(text)
        assert cuts == [text[start:end] for start, end in spans]


def test_pieces_are_the_text_and_the_first_span_wins_where_two_overlap(visit: Visit) -> None:
    text = "a\U0001f9ecbc\U0001fac0d"
    spans = [{"start": 1, "end": 3, "name": "current"}, {"start": 2, "end": 5, "name": "other"}]
    found = visit.open().evaluate(
        "async ([text, spans]) => (await import('/static/offsets.js')).pieces(text, spans)", [text, spans]
    )
    together = {name: "".join(text for text, mark in found if mark == name) for name in ("current", "other")}
    assert "".join(part for part, _ in found) == text
    assert together == {"current": "\U0001f9ecb", "other": "c\U0001fac0"}


LONG_TEXTS = {
    "lines": "A line with \U0001f9ec in it.\n" * 3000,
    "crlf": "A line.\r\n\r\nand another\r\n" * 3000,
    "cr": "Old \U0001f9ec Macs.\r" * 5000,
    "no_line_end": "\U0001f9ecword " * 11_000,
    "one_long_line_among_short": "short\n" * 3000 + "long " * 9000 + "\n" + "short\n" * 3000,
    "bound_between_cr_and_lf": "x" * 19_999 + "\r\n" + "y" * 30_000 + "\n",
    "ends_at_a_bound": "z" * 39_999 + "\n",
    "one_character": "z",
}


def test_stretches_together_are_the_text_and_number_its_lines(visit: Visit) -> None:
    page = visit.open()
    for text in LONG_TEXTS.values():
        _check_stretches(page, text)


def _check_stretches(page: Page, text: str) -> None:
    limits = page.evaluate(
        "async n => { const s = await import('/static/stretches.js');"
        " return [...Array(s.stretchCount(n)).keys()].map(number => s.rangeOf(number, n)); }",
        len(text),
    )
    line = _lines(text)
    given = [(text[part["start"] : part["end"]], line[part["start"]]) for part in limits]
    rows = page.evaluate(
        "async ([n, given]) => { const s = await import('/static/stretches.js');"
        " return given.flatMap(([text, line], number) => s.linesOf(number, n, text, line)); }",
        [len(text), given],
    )
    assert "".join(row["text"] for row in rows) == text
    at = 0
    for row in rows:
        assert row["start"] == at
        begins = at == 0 or text[at - 1] == "\n" or (text[at - 1] == "\r" and text[at] != "\n")
        assert row["number"] == (line[at] if begins else None)
        at += len(row["text"])


def _lines(text: str) -> list[int]:
    """The line of each character, 1-based; an LF after its CR is still on the line that the two end."""
    lines, line = [], 1
    for at, character in enumerate(text):
        lines.append(line)
        line += character == "\n" or (character == "\r" and text[at + 1 : at + 2] != "\n")
    return lines


# What is served


def test_the_page_is_served_with_its_types_and_asked_for_again_only_when_it_changed(site: Site) -> None:
    types = {
        "/": "text/html",
        "/d/sha256:00": "text/html",
        "/static/page.js": "text/javascript",
        "/static/base.css": "text/css",
    }
    for path, media_type in types.items():
        first = site.client.get(path)
        assert first.headers["content-type"] == f"{media_type}; charset=utf-8"
        assert first.headers["cache-control"] == "no-cache"
        again = site.client.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    assert site.client.head("/").headers["content-length"] == str(len(site.client.get("/").content))


@pytest.mark.parametrize("name", ["nothing.js", "..%2Fapp.py", "%2e%2e/app.py", "", "page.py"])
def test_nothing_but_the_page_is_served_under_static(site: Site, name: str) -> None:
    answer = site.client.get(f"/static/{name}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_every_script_that_is_imported_is_served(site: Site) -> None:
    from api.routes.page import STATIC

    for path in STATIC.glob("*.js"):
        for imported in re.findall(r'from "\./([^"]+)"', path.read_text(encoding="utf-8")):
            assert site.client.get(f"/static/{imported}").status_code == 200, f"{path.name} imports {imported}"
