"""Slack as people use it: signed requests through the real application and Bolt, answers at a Web API on loopback."""

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.feedback.records import FeedbackStore
from api.service import Service, open_service
from api.settings import ApiSettings, Settings
from api.slack.app import BUSY, SlackApp
from api.slack.blocks import asked_message
from api.slack.buttons import Pressed
from api.slack.opening import open_slack
from api.slack.threads import read_thread
from assistant.answering import Assistant
from assistant.bootstrap import Parts
from assistant.models import Question, Reply
from assistant.settings import AssistantSettings
from index.errors import SettingsError, StoreError
from index.models import Span
from index.settings import IndexSettings
from tests.drafts import MODEL, WRITER, claim, draft, writing_parts
from tests.fake_slack import BOT, SECRET, TOKEN, FakeSlack, command, event, fake_slack, pressed, signed
from tests.fakes import ScriptedModel

HEALING = """Cytokines in wound repair

Background

Wound healing is mediated by IL-6, IL-8 & MCP-1 <see *Methods*>, which enhance the migration of monocytes into injured
sites. Fibroblasts follow them and deposit a new extracellular matrix within days. The effect was absent in
mice that lacked the receptor for MCP-1.

Methods

Full-thickness wounds of 6 mm were made in the dorsal skin of 24 mice and photographed every second day.
"""
CARTILAGE = """Cartilage

Exosomes of synovial stem cells protect cartilage from osteoarthritis by carrying miR-140-5p. Chondrocytes that
took them up produced more type II collagen and less aggrecanase.
"""
QUESTION = "which factors mediate wound healing?"
PUBLIC = "https://sources.example.org"


@dataclass
class Lab:
    """A workspace, and the service that it asks."""

    slack: FakeSlack
    service: Service
    app: FastAPI

    @property
    def client(self) -> TestClient:
        return TestClient(self.app, raise_server_exceptions=False)

    @property
    def bolt(self) -> SlackApp:
        assert self.service.slack is not None
        return self.service.slack

    def post(self, payload: dict[str, Any], **options: Any) -> Any:
        return self.client.post("/slack/events", **signed(payload, **options))

    def settle(self) -> None:
        """Wait until everything that was heard is answered."""
        self.bolt.close()
        self.service.feedback.close()

    def posted(self) -> list[dict[str, Any]]:
        return self.slack.to("chat.postMessage")


@pytest.fixture(scope="session")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    """The real models over two small collections."""
    folder = tmp_path_factory.mktemp("slack_documents")
    (folder / "healing.txt").write_text(HEALING)
    (folder / "cartilage.txt").write_text(CARTILAGE)
    parts = Parts(IndexSettings(state_dir=tmp_path_factory.mktemp("slack_state")), notify=lambda _message: None)
    parts.builder("default").add([folder / "healing.txt"])
    parts.builder("trials").add([folder / "cartilage.txt"])
    return parts


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slack's client would take the way to loopback through it."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with fake_slack() as running:
        yield running


@pytest.fixture
def lab(slack: FakeSlack, parts: Parts, tmp_path: Path) -> Iterator[Lab]:
    made = lab_over(slack, parts, tmp_path)
    yield made
    made.settle()


def lab_over(slack: FakeSlack, parts: Parts, folder: Path, assistant: Assistant | None = None, **options: Any) -> Lab:
    """``folder`` keeps what Slack's part keeps; the index is where the parts have it."""
    api = api_settings(slack_bot_token=TOKEN, slack_signing_secret=SECRET, public_url=PUBLIC, **options)
    settings = Settings(parts.settings.model_copy(update={"state_dir": folder}), AssistantSettings(), api, flags={})
    service = open_service(replace(settings, api=ApiSettings()), parts, assistant)
    feedback = FeedbackStore(folder)
    app = open_slack(settings, service.assistant, feedback, client=slack.client())
    service = replace(service, slack=app, feedback=feedback)
    return Lab(slack, service, create_app(service))


def words(value: Any) -> str:
    """All that is shown of blocks, in order."""
    if isinstance(value, list):
        return "".join(map(words, value))
    if isinstance(value, dict):
        return words(value["text"]) if "text" in value else words(value.get("elements", []))
    return str(value)


def quotes(message: dict[str, Any]) -> list[str]:
    return [
        words(element["elements"])
        for block in message["blocks"]
        if block["type"] == "rich_text"
        for element in block["elements"]
        if element["type"] == "rich_text_quote"
    ]


def buttons(message: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [
        element
        for block in message["blocks"]
        if block["type"] == "actions"
        for element in block["elements"]
        if element["action_id"] == name
    ]


def shown_in(text: str) -> str:
    return " ".join(text.split())


def test_a_mention_is_answered_in_its_thread_with_quotations_of_the_file(lab: Lab) -> None:
    response = lab.post(event({"text": f"<@{BOT}> {QUESTION}"}, "Ev1"))
    assert response.status_code == 200
    (message,) = lab.slack.wait("chat.postMessage")
    assert (message["channel"], message["thread_ts"]) == ("C0123", "1699999999.000100")
    assert message["authorization"] == f"Bearer {TOKEN}"
    quoted = quotes(message)
    assert quoted
    assert all(quote in shown_in(HEALING) for quote in quoted)
    assert "IL-6, IL-8 & MCP-1 <see *Methods*>" in quoted[0]
    said = words(message["blocks"])
    assert said.startswith("Wound healing is mediated by IL-6, IL-8 & MCP-1 <see *Methods*>, which enhance")
    assert "[1] healing.txt, lines 5–6 · Background" in said
    assert "&amp; MCP-1 &lt;see" in message["text"]
    assert message["unfurl_links"] in {"0", "false", "False", False}


def test_a_source_links_to_the_viewer_at_its_characters(lab: Lab) -> None:
    lab.post(event({"text": f"<@{BOT}> {QUESTION}"}, "Ev1"))
    (message,) = lab.slack.wait("chat.postMessage")
    found = [
        element
        for block in message["blocks"]
        if block["type"] == "rich_text"
        for part in block["elements"]
        for element in part["elements"]
        if element["type"] == "link"
    ]
    start = HEALING.index("Wound healing is")
    end = HEALING.index("sites.") + len("sites.")
    record = lab.service.assistant.reader.snapshot("default").records()[0]
    assert {link["text"] for link in found} >= {"[1]", "healing.txt, lines 5–6"}
    assert found[0]["url"] == f"{PUBLIC}/d/{record.id}#char={start},{end}"


def test_a_refusal_says_so_and_offers_to_report_a_missing_answer(lab: Lab) -> None:
    lab.post(event({"text": f"<@{BOT}> Who won the 2018 football world cup?"}, "Ev1"))
    (message,) = lab.slack.wait("chat.postMessage")
    assert words(message["blocks"]).startswith("The documents ")
    assert buttons(message, "missing_answer")
    assert not buttons(message, "helpful")


def test_a_direct_message_is_answered_and_a_message_in_a_channel_is_not(lab: Lab) -> None:
    lab.post(event({"text": QUESTION, "channel": "D1", "channel_type": "im"}, "Ev1", "message"))
    lab.post(event({"text": QUESTION, "channel": "C1", "channel_type": "channel"}, "Ev2", "message"))
    lab.settle()
    assert [message["channel"] for message in lab.posted()] == ["D1"]


@pytest.mark.parametrize(
    "fields",
    [
        {"bot_id": "B9", "user": "U9"},
        {"bot_id": "B0BOT", "user": BOT},
        {"subtype": "message_changed", "message": {"text": QUESTION}},
        {"subtype": "message_deleted", "deleted_ts": "1"},
        {"subtype": "channel_join"},
        {"edited": {"user": "U1", "ts": "2"}},
        {"user": None},
    ],
    ids=["another bot", "itself", "edited", "deleted", "join", "edited mention", "nobody"],
)
@pytest.mark.parametrize("kind", ["app_mention", "message"])
def test_what_is_not_written_by_a_person_just_now_is_left(lab: Lab, fields: dict[str, Any], kind: str) -> None:
    assert lab.post(event({"text": QUESTION, "channel_type": "im", **fields}, "Ev1", kind)).status_code == 200
    lab.settle()
    assert lab.posted() == []


def test_a_delivery_that_comes_again_is_answered_once(lab: Lab) -> None:
    given = signed(event({"text": f"<@{BOT}> {QUESTION}"}, "Ev1"))
    retried = signed(event({"text": f"<@{BOT}> {QUESTION}"}, "Ev1"), age=-1)
    retried["headers"] |= {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}
    with ThreadPoolExecutor(4) as pool:
        sent = [given, given, retried, retried]
        codes = [
            response.status_code for response in pool.map(lambda one: lab.client.post("/slack/events", **one), sent)
        ]
    assert codes == [200] * 4
    lab.settle()
    assert len(lab.posted()) == 1


def test_a_retry_of_what_never_arrived_is_answered(lab: Lab) -> None:
    given = signed(event({"text": f"<@{BOT}> {QUESTION}"}, "Ev1"))
    given["headers"]["X-Slack-Retry-Num"] = "1"
    assert lab.client.post("/slack/events", **given).status_code == 200
    assert len(lab.slack.wait("chat.postMessage")) == 1


def test_a_delivery_that_comes_again_after_a_restart_is_answered_once(
    slack: FakeSlack, parts: Parts, tmp_path: Path
) -> None:
    for _ in range(2):
        lab = lab_over(slack, parts, tmp_path)
        lab.post(event({"text": f"<@{BOT}> {QUESTION}"}, "Ev1"))
        lab.settle()
    assert len(lab.posted()) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Slack-Signature": "v0=00"},
        {"X-Slack-Signature": "v0=\xff\xfe"},
        {"X-Slack-Signature": ""},
        {"X-Slack-Request-Timestamp": "now"},
        {"X-Slack-Request-Timestamp": ""},
        {"X-Slack-Request-Timestamp": "9" * 5000},
        {"X-Slack-Request-Timestamp": "1"},
    ],
    ids=["wrong", "no text", "empty", "no number", "no time", "a long number", "another time"],
)
def test_what_slack_did_not_sign_is_refused_and_not_answered(lab: Lab, headers: dict[str, str]) -> None:
    given = signed(event({"text": f"<@{BOT}> {QUESTION}"}, "Ev1"))
    given["headers"] |= {name: value.encode("latin-1") for name, value in headers.items()}
    response = lab.client.post("/slack/events", **given)
    assert response.status_code == 401
    assert response.json()["type"] == "urn:citespan:problem:slack-signature"
    assert SECRET not in response.text
    lab.settle()
    assert lab.posted() == []


@pytest.mark.parametrize("given", [{"secret": "0" * 32}, {"age": 301}, {"age": -330}], ids=repr)
def test_another_secret_and_another_time_are_refused(lab: Lab, given: dict[str, Any]) -> None:
    assert lab.post(event({"text": QUESTION}, "Ev1"), **given).status_code == 401


def test_a_body_that_was_changed_or_is_no_text_is_refused(lab: Lab) -> None:
    given = signed(event({"text": QUESTION}, "Ev1"))
    for body in (given["content"] + b" ", b"\xff\xfe", b""):
        assert lab.client.post("/slack/events", **(given | {"content": body})).status_code == 401
    assert lab.client.post("/slack/events").status_code == 401


def test_slack_can_make_sure_of_the_address(lab: Lab) -> None:
    response = lab.post({"type": "url_verification", "token": "old", "challenge": "3eZbrw1a"})
    assert response.status_code == 200
    assert response.json() == {"challenge": "3eZbrw1a"}


def test_the_path_is_there_only_with_a_secret(parts: Parts) -> None:
    settings = Settings(parts.settings, AssistantSettings(), ApiSettings(), flags={})
    app = create_app(open_service(settings, parts))
    assert TestClient(app).post("/slack/events", **signed(event({}, "Ev1"))).status_code == 404


def test_an_event_nobody_asked_for_is_acknowledged_and_not_logged(lab: Lab, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="api"):
        assert lab.post(event({"text": "a private word"}, "Ev1", "team_join")).status_code == 200
        assert lab.post(event({"text": f"<@{BOT}> a private word"}, "Ev2")).status_code == 200
        lab.settle()
    assert "private" not in caplog.text


def test_a_command_is_acknowledged_empty_and_answered_below_the_question(lab: Lab) -> None:
    response = lab.post(command(lab.slack, "which factors &amp; cells mediate wound healing?", "T1"))
    assert (response.status_code, response.text) == (200, "")
    asked, answer = lab.slack.wait("chat.postMessage", 2)
    assert words(asked["blocks"]).endswith(" asked: which factors & cells mediate wound healing?")
    assert "thread_ts" not in asked
    assert answer["thread_ts"] == lab.slack.given["chat.postMessage"][0]["ts"]
    assert quotes(answer)


def test_where_the_bot_may_not_write_only_the_one_who_asked_is_answered(lab: Lab) -> None:
    lab.slack.answers["chat.postMessage"] = {"ok": False, "error": "not_in_channel"}
    lab.post(command(lab.slack, QUESTION, "T1"))
    (answer,) = lab.slack.wait("respond")
    assert answer["response_type"] == "ephemeral"
    assert quotes(answer)


@pytest.mark.parametrize("text", ["", "  ", "help", "HELP"])
def test_a_command_without_a_question_says_how_to_ask(lab: Lab, text: str) -> None:
    lab.post(command(lab.slack, text, "T1"))
    (answer,) = lab.slack.wait("respond")
    assert "/ask use NAME" in answer["text"]


def test_a_channel_can_be_bound_and_unbound_and_stays_bound_after_a_restart(
    slack: FakeSlack, parts: Parts, tmp_path: Path
) -> None:
    lab = lab_over(slack, parts, tmp_path)
    lab.post(command(slack, "use trials", "T1"))
    assert "`trials`" in slack.wait("respond")[0]["text"]
    assert slack.to("respond")[0]["response_type"] == "in_channel"
    lab.settle()
    lab = lab_over(slack, parts, tmp_path)
    lab.post(event({"text": f"<@{BOT}> How do exosomes protect cartilage?"}, "Ev1"))
    (message,) = slack.wait("chat.postMessage")
    assert "miR-140-5p" in quotes(message)[0]
    assert "?collection=trials#char=" in str(message["blocks"])
    lab.post(event({"text": f"<@{BOT}> reset"}, "Ev2"))
    assert "`default` again" in slack.wait("chat.postMessage", 2)[1]["text"]
    lab.post(command(slack, "collection", "T2"))
    assert "asks the collection `default`. There is: `default`, `trials`" in slack.wait("respond", 2)[1]["text"]
    lab.settle()


def test_the_setting_binds_channels_until_their_members_choose(slack: FakeSlack, parts: Parts, tmp_path: Path) -> None:
    lab = lab_over(slack, parts, tmp_path, slack_collections="C0123=trials, C0999=default")
    for number, text in enumerate(["collection", "use default", "collection", "reset"]):
        lab.post(command(slack, text, f"T{number}"))
        slack.wait("respond", number + 1)
    said = [answer["text"] for answer in slack.to("respond")]
    assert [text.split("`")[1] for text in said] == ["trials", "default", "default", "trials"]
    lab.settle()


@pytest.mark.parametrize("name", ["nothing", "<!channel>", "`x`"])
def test_an_unknown_collection_is_answered_with_those_there_are(lab: Lab, name: str) -> None:
    lab.post(command(lab.slack, f"use {name}", "T1"))
    (answer,) = lab.slack.wait("respond")
    assert answer["text"].startswith("There is no collection `")
    assert "There is: `default`, `trials`." in answer["text"]
    assert "<!channel>" not in answer["text"]


def test_a_question_that_begins_with_use_is_a_question(lab: Lab) -> None:
    lab.post(event({"text": f"<@{BOT}> use of cytokines in wound healing?"}, "Ev1"))
    (message,) = lab.slack.wait("chat.postMessage")
    assert quotes(message)


def test_a_channel_whose_collection_is_gone_is_told_what_to_do(slack: FakeSlack, parts: Parts, tmp_path: Path) -> None:
    lab = lab_over(slack, parts, tmp_path, slack_collections="C0123=gone")
    lab.post(event({"text": f"<@{BOT}> {QUESTION}"}, "Ev1"))
    (message,) = slack.wait("chat.postMessage")
    assert "There is no collection `gone` to ask." in message["text"]
    assert "citespan index" not in message["text"]
    lab.settle()


def test_a_button_shows_the_quotation_where_it_stands_in_bold(lab: Lab) -> None:
    lab.post(event({"text": f"<@{BOT}> {QUESTION}"}, "Ev1"))
    (message,) = lab.slack.wait("chat.postMessage")
    response = lab.post(pressed(lab.slack, buttons(message, "context")[0], "T1"))
    assert response.status_code == 200
    (opened,) = lab.slack.wait("views.open")
    assert opened["trigger_id"] == "T1"
    heading, *blocks = opened["view"]["blocks"]
    assert "healing.txt, lines 1–" in words(heading)
    elements = [element for block in blocks for part in block["elements"] for element in part["elements"]]
    bold = "".join(element["text"] for element in elements if element.get("style", {}).get("bold"))
    assert shown_in(bold) == quotes(message)[0]
    assert words(blocks) == HEALING


def test_a_button_of_a_document_that_is_gone_says_so(lab: Lab) -> None:
    values = [
        Pressed(question="q", collection="default", answer_id="a", document_id="sha256:00", start=0, end=5),
        Pressed(question="q", collection="default", answer_id="a", document_id=first_id(lab), start=0, end=10**9),
        Pressed(question="q", collection="gone", answer_id="a", document_id="sha256:00", start=0, end=5),
    ]
    for number, value in enumerate([*(value.model_dump_json() for value in values), "{", '{"question": 1}']):
        button = {"action_id": "context", "value": value}
        assert lab.post(pressed(lab.slack, button, f"T{number}")).status_code == 200
    opened = lab.slack.wait("views.open", 5)
    assert all(len(call["view"]["blocks"]) == 1 for call in opened)
    assert all("Error" not in words(call["view"]["blocks"]) for call in opened)


def test_a_window_that_slack_does_not_open_any_more_is_told(lab: Lab) -> None:
    lab.slack.answers["views.open"] = {"ok": False, "error": "expired_trigger_id"}
    lab.post(pressed(lab.slack, {"action_id": "context", "value": "{}"}, "T1"))
    assert "press the button again" in lab.slack.wait("respond")[0]["text"]


@pytest.mark.parametrize("subtype", ["file_share", "thread_broadcast"])
def test_a_question_with_a_file_and_one_shown_in_the_channel_too_are_questions(lab: Lab, subtype: str) -> None:
    lab.post(event({"text": QUESTION, "channel_type": "im", "subtype": subtype}, "Ev1", "message"))
    assert len(lab.slack.wait("chat.postMessage")) == 1


def first_id(lab: Lab) -> str:
    return lab.service.assistant.reader.snapshot("default").records()[0].id


def test_buttons_feed_the_feedback_with_what_was_asked_and_the_source(lab: Lab) -> None:
    lab.post(event({"text": f"<@{BOT}> {QUESTION}"}, "Ev1"))
    (message,) = lab.slack.wait("chat.postMessage")
    lab.post(pressed(lab.slack, buttons(message, "helpful")[0], "T1"))
    lab.post(pressed(lab.slack, buttons(message, "wrong_source")[0], "T2"))
    thanks = lab.slack.wait("respond", 2)
    assert {(said["response_type"], said["replace_original"]) for said in thanks} == {("ephemeral", False)}
    _, kept = lab.service.feedback.page()
    helpful, wrong = sorted(kept, key=lambda one: one.verdict)
    assert (helpful.verdict, wrong.verdict) == ("helpful", "wrong_source")
    assert helpful.question == wrong.question == QUESTION
    assert helpful.document_id is None
    assert wrong.document_id == first_id(lab)
    assert wrong.start is not None
    assert wrong.end is not None
    assert shown_in(Span(wrong.start, wrong.end).cut(HEALING)) == quotes(message)[0]


def test_a_follow_up_is_asked_with_its_thread(
    slack: FakeSlack, parts: Parts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = [
        {"ts": "1", "user": "U1", "text": f"<@{BOT}> what is a &lt;cytokine&gt;?"},
        {"ts": "2", "user": BOT, "bot_id": "B0BOT", "text": "A protein &amp; signal. [1]"},
        {"ts": "2.1", "user": BOT, "bot_id": "B0BOT", "text": "More sources"},
        {"ts": "3", "user": "U9", "bot_id": "B9", "text": "Reminder: stand-up"},
        {"ts": "4", "user": "U2", "text": ""},
        {"ts": "5", "user": "U1", "text": "and in wounds?"},
    ]
    slack.answers["conversations.replies"] = lambda given: (
        {"ok": True, "messages": thread[:2], "response_metadata": {"next_cursor": "next"}}
        if "cursor" not in given
        else {"ok": True, "messages": thread[2:]}
    )
    lab = lab_over(slack, parts, tmp_path)
    heard: list[Any] = []
    answer = lab.bolt._asker.answer

    def listen(question: str, **given: Any) -> Any:
        heard.append((question, given))
        return answer(question, **given)

    monkeypatch.setattr(lab.bolt._asker, "answer", listen)
    lab.post(event({"text": f"<@{BOT}> and in wounds?", "ts": "5", "thread_ts": "1"}, "Ev1"))
    lab.settle()
    assert lab.posted()[0]["thread_ts"] == "1"
    ((question, given),) = heard
    assert question == "and in wounds?"
    assert given["history"] == [
        {"role": "user", "content": "what is a <cytokine>?"},
        {"role": "assistant", "content": "A protein & signal."},
    ]


def test_what_was_asked_with_a_command_is_the_first_question_of_its_thread(lab: Lab) -> None:
    asked = asked_message("what is a <cytokine>?", "U1").text
    thread = [{"ts": "1", "user": BOT, "bot_id": "B0BOT", "text": asked}, {"ts": "2", "user": "U1", "text": "why?"}]
    lab.slack.answers["conversations.replies"] = {"ok": True, "messages": thread}
    turns = read_thread(lab.slack.client(), channel="C1", thread="1", before="2", bot_user_id=BOT)
    assert turns == [{"role": "user", "content": "what is a <cytokine>?"}]


def test_a_thread_that_cannot_be_read_is_no_reason_not_to_answer(lab: Lab) -> None:
    lab.slack.answers["conversations.replies"] = {"ok": False, "error": "missing_scope"}
    lab.post(event({"text": f"<@{BOT}> {QUESTION}", "thread_ts": "1"}, "Ev1"))
    (message,) = lab.slack.wait("chat.postMessage")
    assert quotes(message)


CLAIM = "Wound healing is mediated by IL-6, IL-8 and MCP-1."
QUOTE = "Wound healing is mediated by IL-6, IL-8 & MCP-1"


def test_a_models_words_are_shown_with_whose_they_are_and_what_they_rest_on(
    slack: FakeSlack, parts: Parts, tmp_path: Path
) -> None:
    thread = [{"ts": "1", "user": "U1", "text": "what is wound healing?"}]
    slack.answers["conversations.replies"] = {"ok": True, "messages": thread}
    model = ScriptedModel(draft(claim(CLAIM, QUOTE)))
    lab = lab_over(slack, writing_parts(parts, model, usual=WRITER, others=()), tmp_path)
    lab.post(event({"text": f"<@{BOT}> which factors mediate it?", "ts": "5", "thread_ts": "1"}, "Ev1"))
    lab.settle()
    (message,) = lab.posted()
    assert message["text"] == f"{CLAIM} [1]"
    told = words(message["blocks"])
    assert told.startswith("Understood as: which factors mediate wound healing?" + CLAIM)
    assert f"Written by {MODEL}; each sentence was checked against the sources it cites." in told
    assert "supports it" in told
    (quote,) = quotes(message)
    assert quote.startswith(QUOTE)


def test_a_fallback_says_that_it_is_one(slack: FakeSlack, parts: Parts, tmp_path: Path) -> None:
    lab = lab_over(slack, writing_parts(parts, ScriptedModel(""), usual=WRITER, others=()), tmp_path)
    lab.post(event({"text": f"<@{BOT}> {QUESTION}"}, "Ev1"))
    lab.settle()
    told = words(lab.posted()[0]["blocks"])
    assert "Nothing that the model wrote is supported by the documents." in told
    assert "Written by" not in told


class Standing(Assistant):
    """An assistant that waits until it is let go, or fails."""

    def __init__(self, parts: Parts, error: Exception | None = None) -> None:
        super().__init__(parts.reader(), parts.finder, parts.writers)
        self.go = threading.Event()
        self.error = error

    def ask(self, question: Question, **options: Any) -> Reply:
        self.go.wait(20)
        if self.error is not None:
            raise self.error
        return super().ask(question, **options)


def test_slack_hears_at_once_however_long_answers_take_and_too_many_are_told_to_come_back(
    slack: FakeSlack, parts: Parts, tmp_path: Path
) -> None:
    standing = Standing(parts)
    lab = lab_over(slack, parts, tmp_path, standing, concurrent_questions="1")
    codes = [lab.post(event({"text": f"<@{BOT}> {QUESTION}"}, f"Ev{number}")).status_code for number in range(7)]
    assert codes == [200] * 7
    assert {message["text"] for message in slack.wait("chat.postMessage", 2)} == {BUSY}
    assert lab.post(command(slack, QUESTION, "T1")).text == BUSY
    standing.go.set()
    lab.settle()
    assert len(slack.to("chat.postMessage")) == 7
    assert sum(bool(quotes(message)) for message in lab.posted()) == 5


@pytest.mark.parametrize("error", [StoreError("/home/x/chroma.sqlite3"), RuntimeError("token xoxb-1")], ids=repr)
def test_an_error_is_a_message_that_says_what_to_do_and_nothing_of_the_inside(
    slack: FakeSlack, parts: Parts, tmp_path: Path, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    failing = Standing(parts, error)
    failing.go.set()
    lab = lab_over(slack, parts, tmp_path, failing)
    with caplog.at_level(logging.ERROR, logger="api.slack"):
        lab.post(event({"text": f"<@{BOT}> {QUESTION}"}, "Ev1"))
        lab.settle()
    (message,) = lab.posted()
    assert "ask again in a minute" in message["text"]
    assert str(error) not in str(message)
    log_id = message["text"].rpartition("log under `")[2].strip("`.")
    (record,) = [record for record in caplog.records if log_id in record.getMessage()]
    assert cast("tuple[Any, Any, Any]", record.exc_info)[1] is error
    assert QUESTION not in caplog.text


def test_a_question_that_is_too_long_is_told_its_length(lab: Lab) -> None:
    lab.post(event({"text": "why " * 1000}, "Ev1"))
    (message,) = lab.slack.wait("chat.postMessage")
    assert "at most 2000" in message["text"]


def test_answers_under_way_are_posted_before_the_service_stops(slack: FakeSlack, parts: Parts, tmp_path: Path) -> None:
    standing = Standing(parts)
    lab = lab_over(slack, parts, tmp_path, standing)
    with TestClient(lab.app) as client:
        client.post("/slack/events", **signed(event({"text": f"<@{BOT}> {QUESTION}"}, "Ev1")))
        assert lab.posted() == []
        standing.go.set()
    assert len(lab.posted()) == 1


def test_a_settings_error_is_told_when_the_service_is_opened(parts: Parts) -> None:
    settings = Settings(parts.settings, AssistantSettings(), api_settings(slack_signing_secret=SECRET), flags={})
    with pytest.raises(SettingsError, match="slack_bot_token"):
        open_service(settings, parts)
    whole = api_settings(slack_signing_secret=SECRET, slack_bot_token=TOKEN)
    service = open_service(replace(settings, api=whole), parts)
    assert service.slack is not None
    service.slack.close()


def api_settings(**given: str) -> ApiSettings:
    """As from the environment, where everything is a string."""
    return ApiSettings.model_validate(given)
