"""The page with answers that a model writes: whose words they are is seen, and what was left out is not in the way."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from assistant.bootstrap import Parts
from tests.browsing import chromium
from tests.drafts import MODEL, WRITER, claim, draft, piecewise, replacing, writing_parts
from tests.fakes import ScriptedModel
from tests.servers import quick_app, quick_parts, running

ASKED = "VEGF promotes angiogenesis in muscle and Interleukin 6 attracts monocytes to wounds"
CALLS = "Interleukin 6 attracts monocytes to wounds."
GROWS = "VEGF promotes angiogenesis in muscle."
KEPT = [
    claim("Monocytes are attracted to wounds by interleukin 6 <source>.", CALLS),
    claim("VEGF promotes angiogenesis, and interleukin 6 attracts monocytes.", GROWS, CALLS),
]
DROPPED = [
    claim("Interleukin 8 attracts <i>them</i>.", "Interleukin 8 attracts monocytes to wounds"),
    claim("Wounds heal in a day.", CALLS),
]
WHOLE = draft(*DROPPED, *KEPT)
GEMMA = "gguf:/srv/models/gemma-3-4b.gguf"

Opened = Callable[..., AbstractContextManager[tuple[Page, list[dict[str, Any]]]]]


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    return quick_parts(tmp_path_factory.mktemp("library"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=10_000)
    with chromium() as browser:
        yield browser


@pytest.fixture
def opened(parts: Parts, browser: Browser) -> Opened:
    """The page of a service where a model writes this, and what the page asks; nothing may go wrong on it unseen."""

    @contextmanager
    def open_(*pieces: Any, library: Parts = parts, usual: str = WRITER, others: tuple[str, ...] = ()) -> Any:
        writing = writing_parts(library, ScriptedModel(*(pieces or (WHOLE,))), usual=usual, others=others)
        errors: list[str] = []
        asked: list[dict[str, Any]] = []
        with running(quick_app(writing)) as server:
            context: BrowserContext = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="light")
            page = context.new_page()
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.on("request", lambda sent: asked.extend(questions_in(sent)))
            page.goto(server.url)
            yield page, asked
            context.close()
        assert errors == []

    return open_


def questions_in(sent: Request) -> Iterator[dict[str, Any]]:
    if sent.url.endswith("/v1/ask"):
        yield json.loads(sent.post_data or "")


def ask(page: Page, question: str = ASKED) -> None:
    asked = page.locator(".turn").count()
    page.fill("#question", question)
    page.press("#question", "Enter")
    reply = page.locator(".turn .reply").nth(asked)
    expect(reply).to_be_visible()
    expect(reply).not_to_have_attribute("aria-busy", "true")


def test_a_models_sentences_are_told_from_quotations_and_lead_to_them(opened: Opened) -> None:
    with opened() as (page, _):
        ask(page)
        sentences = page.locator(".sentences .generated")
        expect(sentences).to_have_count(2)
        expect(sentences.first).to_contain_text(str(KEPT[0]["claim"]))
        mark = page.locator(".written")
        expect(mark.locator("summary")).to_have_text(f"Written by {MODEL}, each sentence checked against its sources")
        expect(mark.locator("p")).to_be_hidden()
        mark.locator("summary").press("Enter")
        expect(mark.locator("p")).to_contain_text("a model’s words, not quotations")
        assert page.locator(".sources q").all_text_contents() == [CALLS, GROWS]
        page.locator(".sentences .chip").first.click()
        expect(page.locator("#viewer-text mark.current")).to_have_text(CALLS)
        expect(page.locator("#announcements")).to_contain_text("A model wrote it.")


def test_quotations_carry_no_such_mark(opened: Opened) -> None:
    with opened(usual="extractive") as (page, _):
        ask(page)
        expect(page.locator(".sentences p").first).to_be_visible()
        assert page.locator(".generated, .written, .left-out, .notice, .sources q").count() == 0


def test_how_a_follow_up_is_understood_is_shown_before_any_sentence(opened: Opened) -> None:
    go = threading.Semaphore(0)
    with opened(lambda: go.acquire(timeout=30), draft(KEPT[0])) as (page, _):
        go.release()
        ask(page, "What attracts monocytes?")
        page.fill("#question", "And to wounds?")
        page.press("#question", "Enter")
        reply = page.locator(".reply").nth(1)
        expect(reply.locator(".asked-otherwise")).to_have_text("Understood as: What attracts monocytes to wounds?")
        expect(page.locator("#announcements")).to_contain_text("Understood as: What attracts monocytes to wounds?")
        expect(reply).to_have_attribute("aria-busy", "true")
        assert reply.locator(".sentences p").count() == 0
        go.release()
        expect(reply.locator(".written")).to_be_visible()
        expect(reply.locator(".asked-otherwise")).to_have_count(1)


def test_sentences_appear_one_by_one_as_they_are_verified(opened: Opened) -> None:
    go = threading.Semaphore(0)
    first, *others = piecewise(*KEPT)
    with opened(first, lambda: go.acquire(timeout=30), *others) as (page, _):
        page.fill("#question", ASKED)
        page.press("#question", "Enter")
        expect(page.locator(".sentences .generated")).to_have_count(1)
        expect(page.locator(".reply")).to_have_attribute("aria-busy", "true")
        expect(page.locator(".reply .waiting")).to_contain_text("Each sentence is checked before it is shown")
        go.release()
        expect(page.locator(".sentences .generated")).to_have_count(2)
        expect(page.locator(".reply .written")).to_be_visible()


def test_sentences_from_an_index_that_changed_meanwhile_are_taken_back(opened: Opened, tmp_path: Path) -> None:
    library, go = quick_parts(tmp_path), threading.Semaphore(0)
    first, second, end = piecewise(*KEPT)
    held = (first, replacing(library, "vessels.txt"), second, lambda: go.acquire(timeout=30), end)
    with opened(*held, library=library) as (page, _):
        page.fill("#question", ASKED)
        page.press("#question", "Enter")
        expect(page.locator(".sentences p")).to_have_count(2)
        expect(page.locator(".reply")).to_have_attribute("aria-busy", "true")
        go.release()
        expect(page.locator(".reply .written")).to_be_visible()
        expect(page.locator(".sentences p")).to_have_count(2)


def test_what_was_left_out_is_closed_until_it_is_wanted_and_says_why(opened: Opened) -> None:
    with opened() as (page, _):
        ask(page)
        left_out = page.locator(".left-out")
        expect(left_out.locator("summary")).to_have_text("2 claims were left out")
        expect(left_out.locator("ul")).to_be_hidden()
        left_out.locator("summary").press("Enter")
        near, bare = left_out.locator("li").all()
        expect(near.locator(".claim")).to_have_text("Interleukin 8 attracts <i>them</i>.")
        expect(near).to_contain_text(
            "What it quotes is not quite what the passage says. Interleukin 8 attracts monocytes"
        )
        assert near.locator("q").all_text_contents() == ["Interleukin 8 attracts monocytes to wounds", CALLS]
        expect(bare).to_contain_text("Its source does not say that.")
        near.get_by_role("button").click()
        expect(page.locator("#viewer-text mark.current")).to_have_text(CALLS)


def test_a_fallback_says_that_the_sentences_are_the_documents_own(opened: Opened) -> None:
    with opened(draft(*DROPPED)) as (page, _):
        ask(page)
        expect(page.locator(".notice")).to_contain_text("Nothing that the model wrote is supported by the documents")
        expect(page.locator(".sentences p").first).to_be_visible()
        assert page.locator(".generated, .written").count() == 0
        expect(page.locator(".left-out summary")).to_have_text("2 claims were left out")


def test_a_kept_conversation_is_drawn_again_as_it_was(opened: Opened) -> None:
    with opened() as (page, _):
        ask(page)
        before = page.locator(".reply").inner_text()
        page.reload()
        page.locator(".conversation").click()
        expect(page.locator(".written")).to_be_visible()
        assert page.locator(".reply").inner_text() == before


def test_the_last_six_turns_are_sent_without_the_markers_of_sources(opened: Opened) -> None:
    with opened() as (page, asked):
        for number in range(8):
            ask(page, f"{ASKED}{'?' * number}")
        history = asked[-1]["history"]
        assert [turn["role"] for turn in history] == ["user", "assistant"] * 6
        assert history[0]["content"] == f"{ASKED}?"
        assert history[-1]["content"] == " ".join(str(each["claim"]) for each in KEPT)
        page.click("#conversation-new")
        ask(page)
        assert asked[-1]["history"] == []


def test_where_there_is_no_choice_of_generators_none_is_offered(opened: Opened) -> None:
    with opened(usual="extractive") as (page, asked):
        ask(page)
        expect(page.locator("#generator-choice")).to_be_hidden()
        assert asked[-1]["generator"] is None


def test_a_generator_is_chosen_with_the_keyboard_and_remembered(opened: Opened) -> None:
    with opened(usual="extractive", others=(WRITER, GEMMA)) as (page, asked):
        choice = page.get_by_label("Answers by")
        expect(choice).to_have_value("extractive")
        assert choice.locator("option").all_text_contents() == ["Quotations only", WRITER, "gemma-3-4b"]
        choice.focus()
        page.keyboard.press("ArrowDown")
        expect(choice).to_have_value(WRITER)
        ask(page)
        expect(page.locator(".sentences .generated")).to_have_count(2)
        page.reload()
        expect(choice).to_have_value(WRITER)
        choice.select_option("extractive")
        ask(page)
        expect(page.locator(".sentences .generated")).to_have_count(0)
        assert [question["generator"] for question in asked] == [WRITER, None]


def test_axe_finds_nothing_serious_and_nothing_is_wider_than_a_phone(opened: Opened) -> None:
    with opened(usual=WRITER, others=(GEMMA,)) as (page, _):
        page.emulate_media(reduced_motion="reduce")
        ask(page)
        for summary in page.locator(".written summary, .left-out summary").all():
            summary.click()
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            expect(page.locator("html")).to_have_attribute("data-theme", scheme)
            found = Axe().run(page).response["violations"]
            serious = [
                (one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in {"serious", "critical"}
            ]
            assert serious == [], scheme
        page.set_viewport_size({"width": 320, "height": 640})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_choice_of_generators_is_what_the_service_says(opened: Opened) -> None:
    with opened(usual=WRITER, others=(GEMMA,)) as (page, _):
        names = httpx.get(page.url.rstrip("/") + "/v1/generators").json()["generators"]
        assert [(one["name"], one["usual"]) for one in names] == [(WRITER, True), ("extractive", False), (GEMMA, False)]
        expect(page.get_by_label("Answers by")).to_have_value(WRITER)
