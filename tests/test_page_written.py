"""The page with answers that a model writes: whose words they are is seen, and what was left out is not in the way."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from assistant.bootstrap import Parts
from assistant.models import Dropped
from tests.browsing import chromium
from tests.servers import quick_app, quick_parts, running
from tests.written import MODEL, WRITER, Script, Written, writing_parts

ASKED = "VEGF promotes angiogenesis in muscle and Interleukin 6 attracts monocytes to wounds"
CALLS = "Interleukin 6 attracts monocytes to wounds."
GROWS = "VEGF promotes angiogenesis in muscle."
SCRIPT = Script(
    claims=[
        ("Monocytes are drawn to wounds by <b>IL-6</b>.", [CALLS]),
        ("In muscle, VEGF lets vessels grow.", [GROWS, CALLS]),
    ],
    dropped=[
        (Dropped("near_miss", "Interleukin 8 attracts <i>them</i>.", "Interleukin 8 attracts"), CALLS),
        (Dropped("not_supported", "Wounds heal in a day."), ""),
    ],
    rewritten="What attracts monocytes, and what lets vessels grow?",
)
GEMMA = "gguf:/srv/models/gemma-3-4b.gguf"

Opened = Callable[..., AbstractContextManager[tuple[Page, Written]]]


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
    """The page of a service where a model writes ``script``; nothing may go wrong on it unseen."""

    @contextmanager
    def open_(script: Script = SCRIPT, *, usual: str = WRITER, others: tuple[str, ...] = ()) -> Any:
        named = writing_parts(parts, usual=usual, others=others)
        written = Written(named, script)
        errors: list[str] = []
        with running(quick_app(named, written)) as server:
            context: BrowserContext = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="light")
            page = context.new_page()
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.goto(server.url)
            yield page, written
            context.close()
        assert errors == []

    return open_


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
        expect(sentences.first).to_contain_text("Monocytes are drawn to wounds by <b>IL-6</b>.")
        expect(page.locator(".asked-otherwise")).to_have_text(f"Understood as: {SCRIPT.rewritten}")
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


def test_sentences_appear_one_by_one_as_they_are_verified(opened: Opened) -> None:
    with opened() as (page, written):
        written.hold = threading.Semaphore(0)
        page.fill("#question", ASKED)
        page.press("#question", "Enter")
        for number in range(2):
            written.hold.release()
            expect(page.locator(".sentences .generated")).to_have_count(number + 1)
            if not number:
                expect(page.locator(".reply")).to_have_attribute("aria-busy", "true")
                expect(page.locator(".reply .waiting")).to_contain_text("Each sentence is checked before it is shown")
        expect(page.locator(".reply .written")).to_be_visible()


def test_sentences_from_an_index_that_changed_meanwhile_are_taken_back(opened: Opened) -> None:
    with opened() as (page, written):
        written.restarts = 1
        ask(page)
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
        expect(near).to_contain_text("What it quotes is not quite what the passage says. Interleukin 8 attracts")
        assert near.locator("q").all_text_contents() == ["Interleukin 8 attracts", CALLS]
        expect(bare).to_contain_text("Its source does not say that.")
        near.get_by_role("button").click()
        expect(page.locator("#viewer-text mark.current")).to_have_text(CALLS)


def test_a_fallback_says_that_the_sentences_are_the_documents_own(opened: Opened) -> None:
    with opened(Script(fallback="no_claim_survived", dropped=SCRIPT.dropped)) as (page, _):
        ask(page)
        expect(page.locator(".notice")).to_contain_text("None of what the model wrote could be verified")
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
    with opened() as (page, written):
        for number in range(8):
            ask(page, f"{ASKED} {number}?")
        history = written.heard[-1].history
        assert [turn.role for turn in history] == ["user", "assistant"] * 6
        assert history[0].text == f"{ASKED} 1?"
        assert history[-1].text == " ".join(text for text, _ in SCRIPT.claims)
        page.click("#conversation-new")
        ask(page)
        assert written.heard[-1].history == ()


def test_where_there_is_no_choice_of_generators_none_is_offered(opened: Opened) -> None:
    with opened(usual="extractive") as (page, written):
        ask(page)
        expect(page.locator("#generator-choice")).to_be_hidden()
        assert written.heard[-1].generator is None


def test_a_generator_is_chosen_with_the_keyboard_and_remembered(opened: Opened) -> None:
    with opened(usual="extractive", others=(WRITER, GEMMA)) as (page, written):
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
        assert [question.generator for question in written.heard] == [WRITER, None]


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
