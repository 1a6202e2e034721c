"""Answers that a model wrote, over HTTP: whose words they are, what they rest on, and what was left out."""

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from openai import OpenAI

from api.openai.messages import inert
from api.shapes.answers import AskResponse
from assistant.bootstrap import Parts
from assistant.models import Dropped, Turn
from tests.servers import quick_app, quick_parts, running
from tests.written import MODEL, WRITER, Script, Written, writing_parts

ASKED = "VEGF promotes angiogenesis in muscle and Interleukin 6 attracts monocytes to wounds"
CALLS = "Interleukin 6 attracts monocytes to wounds."
GROWS = "VEGF promotes angiogenesis in muscle."
SCRIPT = Script(
    claims=[
        ("Monocytes are drawn to wounds by IL-6 <b>.", [CALLS]),
        ("In muscle, VEGF lets vessels grow, for minutes at a time.", [GROWS, "Growth factors act for minutes."]),
        ("Both are signals.", [CALLS, GROWS]),
    ],
    dropped=[
        (Dropped("near_miss", "Interleukin 8 attracts them.", "it says “Interleukin 6”"), CALLS),
        (Dropped("not_supported", "Wounds heal in a day."), ""),
    ],
    rewritten="What attracts monocytes to wounds?",
)


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    return writing_parts(quick_parts(tmp_path_factory.mktemp("library")))


@pytest.fixture
def written(parts: Parts) -> Written:
    return Written(parts, SCRIPT)


@pytest.fixture
def client(parts: Parts, written: Written) -> TestClient:
    return TestClient(quick_app(parts, written))


def question(**more: Any) -> dict[str, Any]:
    return {"question": ASKED, "caution": "eager", "generator": WRITER, **more}


def events_in(text: str) -> list[tuple[str, Any]]:
    return [(name, json.loads(data)) for name, data in re.findall(r"^event: (\w+)\ndata: (.*)\n\n", text, re.MULTILINE)]


def test_a_written_sentence_says_so_and_points_at_what_it_rests_on(client: TestClient) -> None:
    given = client.post("/v1/ask", json=question()).json()
    assert AskResponse.model_validate(given).answered
    assert [sentence["generated"] for sentence in given["sentences"]] == [True] * 3
    assert {citation["role"] for citation in given["citations"]} == {"supports"}
    assert [sentence["citations"] for sentence in given["sentences"]] == [[1], [2, 3], [1, 2]]
    for sentence in given["sentences"]:
        assert given["answer"][sentence["start"] : sentence["end"]] == sentence["text"]
    assert given["generator"] == {
        "name": WRITER, "model": MODEL, "usage": {"input": 812, "output": 64}, "fallback": None, "message": None,
    }  # fmt: skip
    assert given["rewritten"] == SCRIPT.rewritten


def test_dropped_claims_are_told_with_the_closest_words_there_are(client: TestClient) -> None:
    given = client.post("/v1/ask", json=question()).json()
    near, bare = given["dropped"]
    assert (near["reason"], near["text"], near["detail"]) == (
        "near_miss",
        "Interleukin 8 attracts them.",
        "it says “Interleukin 6”",
    )
    assert near["nearest"]["cited_text"] == CALLS
    assert given["documents"][near["nearest"]["document_index"]]["id"] == near["nearest"]["document_id"]
    assert bare == {"reason": "not_supported", "text": "Wounds heal in a day.", "detail": "", "nearest": None}


def test_an_extractive_answer_has_the_same_fields_with_nothing_in_them(client: TestClient) -> None:
    given = client.post("/v1/ask", json=question(generator="extractive")).json()
    assert given["answered"]
    assert [sentence["generated"] for sentence in given["sentences"]] == [False] * len(given["sentences"])
    assert given["dropped"] == []
    assert given["generator"] == {
        "name": "extractive", "model": None, "usage": None, "fallback": None, "message": None,
    }  # fmt: skip


def test_history_and_generator_reach_the_assistant(client: TestClient, written: Written) -> None:
    said = [{"role": "user", "content": "And wounds?"}, {"role": "assistant", "content": "They heal."}]
    client.post("/v1/ask", json=question(history=said))
    (heard,) = written.heard
    assert heard.generator == WRITER
    assert heard.history == (Turn("user", "And wounds?"), Turn("assistant", "They heal."))


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_only_what_the_operator_allows_may_be_asked_for(client: TestClient, written: Written, accept: str) -> None:
    response = client.post("/v1/ask", json=question(generator="openai:other"), headers={"accept": accept})
    problem = response.json()
    assert (response.status_code, problem["type"]) == (422, "urn:citespan:problem:generator")
    assert problem["detail"].startswith("The generator 'openai:other' cannot be asked for here. There is: extractive, ")
    assert WRITER in problem["detail"]
    assert written.heard == []


def test_the_generators_that_may_be_asked_for_are_listed(client: TestClient) -> None:
    assert client.get("/v1/generators").json() == {
        "generators": [{"name": "extractive", "usual": True}, {"name": WRITER, "usual": False}]
    }


def test_a_history_is_bounded_turn_by_turn_and_as_a_whole(client: TestClient) -> None:
    def status(*contents: str) -> int:
        history = [{"role": "user", "content": content} for content in contents]
        return client.post("/v1/ask", json=question(generator="extractive", history=history)).status_code

    assert status("x" * 20_000) == 200
    assert status("x" * 20_001) == 422
    assert status(*["x"] * 101) == 422
    assert status(*["x" * 20_000] * 50) == 413


def test_a_sentence_is_sent_as_soon_as_it_is_verified_and_never_again(parts: Parts) -> None:
    written = Written(parts, SCRIPT)
    written.hold = threading.Semaphore(0)
    with running(quick_app(parts, written)) as server:
        headers = {"accept": "text/event-stream"}
        with httpx.stream("POST", f"{server.url}/v1/ask", json=question(), headers=headers, timeout=30) as response:
            lines, text = response.iter_lines(), ""
            for number in range(3):
                written.hold.release()
                while text.count("event: sentence") <= number or not text.endswith("\n\n"):
                    text += next(lines) + "\n"
                assert "event: done" not in text
            text += "\n".join(lines) + "\n"
    names = [name for name, _ in events_in(text)]
    assert names == ["retrieved", "sentence", "sentence", "sentence", "done"]
    *sent, (_, done) = events_in(text)[1:]
    for number, (_, event) in enumerate(sent):
        assert (event["number"], event["sentence"]) == (number, done["sentences"][number])
        assert [citation["id"] for citation in event["citations"]] == done["sentences"][number]["citations"]
        by_id = {citation["id"]: citation for citation in done["citations"]}
        assert all(by_id[citation["id"]] == citation for citation in event["citations"])
        for document in event["documents"]:
            assert done["documents"][document["index"]] == document


def test_what_is_found_again_replaces_the_sentences_before(parts: Parts, written: Written) -> None:
    written.restarts = 1
    response = TestClient(quick_app(parts, written)).post(
        "/v1/ask", json=question(), headers={"accept": "text/event-stream"}
    )
    once = ["retrieved", "sentence", "sentence", "sentence"]
    assert [name for name, _ in events_in(response.text)] == [*once, *once, "done"]


def test_the_documents_own_sentences_come_where_no_claim_survives(parts: Parts) -> None:
    fallen = Written(parts, replace(SCRIPT, claims=[], fallback="no_claim_survived"))
    response = TestClient(quick_app(parts, fallen)).post(
        "/v1/ask", json=question(), headers={"accept": "text/event-stream"}
    )
    *sentences, (_, done) = events_in(response.text)[1:]
    assert [event["sentence"] for _, event in sentences] == done["sentences"]
    assert not any(sentence["generated"] for sentence in done["sentences"])
    assert done["generator"]["fallback"] == "no_claim_survived"
    assert done["generator"]["message"].startswith("None of what the model wrote could be verified")


# Chat completions


@pytest.fixture
def chat(parts: Parts) -> Iterator[tuple[OpenAI, Written]]:
    """A client of a service where the model writes unless something else is asked for."""
    usual = writing_parts(parts, usual=WRITER, others=())
    written = Written(usual, SCRIPT)
    with (
        running(quick_app(usual, written)) as server,
        OpenAI(base_url=f"{server.url}/v1", api_key="unused", max_retries=0, timeout=60) as client,
    ):
        yield client, written


def test_a_streamed_message_adds_up_to_the_whole_one(chat: tuple[OpenAI, Written]) -> None:
    client, _ = chat
    messages: Any = [{"role": "user", "content": ASKED}]
    whole = client.chat.completions.create(model="citespan", messages=messages)
    chunks = list(
        client.chat.completions.create(
            model="citespan", messages=messages, stream=True, stream_options={"include_usage": True}
        )
    )
    pieces = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices]
    content = whole.choices[0].message.content or ""
    assert "".join(piece or "" for piece in pieces) == content
    structured: Any = whole.choices[0].message.model_dump()["citespan"]
    assert content.startswith(inert(structured["answer"]) + "\n\nSources:\n\n- [1] ")
    assert "＜b>" in content
    assert f"- Written by {MODEL}; each sentence was checked" in content
    assert f"- Understood as: {SCRIPT.rewritten}" in content
    assert len(pieces) == 1 + 3 + 1 + 1
    for usage in (whole.usage, chunks[-1].usage):
        assert usage is not None
        assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (812, 64, 876)


def test_what_was_sent_of_a_message_is_not_sent_again(chat: tuple[OpenAI, Written]) -> None:
    client, written = chat
    messages: Any = [{"role": "user", "content": ASKED}]
    whole = client.chat.completions.create(model="citespan", messages=messages)
    written.restarts = 1
    chunks = client.chat.completions.create(model="citespan", messages=messages, stream=True)
    told = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert told == whole.choices[0].message.content


def test_messages_before_the_question_are_its_history_and_answers_are_read_without_their_sources(
    chat: tuple[OpenAI, Written],
) -> None:
    client, written = chat
    answer = client.chat.completions.create(model="citespan", messages=[{"role": "user", "content": ASKED}])
    said: Any = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": ASKED},
        {"role": "assistant", "content": answer.choices[0].message.content},
        {"role": "tool", "content": "42", "tool_call_id": "1"},
        {"role": "assistant", "content": "Notes [1] of somebody else."},
        {"role": "user", "content": "And in muscle?"},
    ]
    client.chat.completions.create(model="citespan", messages=said)
    texts = [inert(text) for text, _ in SCRIPT.claims]
    assert written.heard[-1].text == "And in muscle?"
    assert written.heard[-1].history == (
        Turn("user", ASKED),
        Turn("assistant", " ".join(texts)),
        Turn("assistant", "Notes [1] of somebody else."),
    )


def test_half_a_character_in_a_message_is_no_failure(client: TestClient, written: Written) -> None:
    messages = [
        {"role": "user", "content": "Wounds \ud83d?"},
        {"role": "assistant", "content": "They heal \ude00."},
        {"role": "user", "content": f"{ASKED} \ud83d"},
    ]
    body = json.dumps({"model": "citespan", "messages": messages})
    response = client.post("/v1/chat/completions", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 200
    assert written.heard[-1].history == (Turn("user", "Wounds \ufffd?"), Turn("assistant", "They heal \ufffd."))


# Metrics


def test_dropped_claims_fallbacks_and_tokens_are_counted(parts: Parts, written: Written) -> None:
    client = TestClient(quick_app(parts, written))
    client.post("/v1/ask", json=question())
    client.post("/v1/ask", json=question())
    written.script = replace(SCRIPT, claims=[], dropped=[], fallback="model_failed")
    client.post("/v1/ask", json=question())
    found = client.get("/metrics").text
    assert 'citespan_dropped_claims_total{reason="near_miss"} 2.0' in found
    assert 'citespan_dropped_claims_total{reason="not_supported"} 2.0' in found
    assert 'citespan_fallbacks_total{reason="model_failed"} 1.0' in found
    assert f'citespan_tokens_total{{direction="input",generator="{WRITER}"}} 2436.0' in found
    assert f'citespan_tokens_total{{direction="output",generator="{WRITER}"}} 192.0' in found
