"""Answers that a model wrote, over HTTP: whose words they are, what they rest on, and what was left out."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from openai import OpenAI

from api.openai.messages import inert
from api.shapes.answers import AskResponse
from assistant.bootstrap import Parts
from assistant.errors import GeneratorFailed
from tests.drafts import MODEL, WRITER, claim, draft, piecewise, replacing, writing_parts
from tests.fakes import ScriptedModel
from tests.servers import quick_app, quick_parts, running

ASKED = "VEGF promotes angiogenesis in muscle and Interleukin 6 attracts monocytes to wounds"
CALLS = "Interleukin 6 attracts monocytes to wounds."
GROWS = "VEGF promotes angiogenesis in muscle."
ACTS = "Growth factors act for minutes."
KEPT = [
    claim("Monocytes are attracted to wounds by interleukin 6 <source>.", CALLS),
    claim("In muscle, VEGF promotes angiogenesis, and growth factors act for minutes.", GROWS, ACTS),
    claim("VEGF promotes angiogenesis and interleukin 6 attracts monocytes.", CALLS, GROWS),
]
DROPPED = [
    claim("Interleukin 8 attracts them.", "Interleukin 8 attracts monocytes to wounds"),
    claim("Wounds heal in a day.", CALLS),
]
EVENTS = {"accept": "text/event-stream"}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    return quick_parts(tmp_path_factory.mktemp("library"))


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel(*piecewise(*DROPPED, *KEPT), rewritten="What attracts monocytes to wounds?")


@pytest.fixture
def client(library: Parts, model: ScriptedModel) -> TestClient:
    return TestClient(quick_app(writing_parts(library, model)))


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
        "name": WRITER, "model": MODEL, "usage": {"input": 2, "output": 6}, "fallback": None, "message": None,
    }  # fmt: skip
    assert given["rewritten"] is None


def test_dropped_claims_are_told_with_the_closest_words_there_are(client: TestClient) -> None:
    given = client.post("/v1/ask", json=question()).json()
    near, bare = given["dropped"]
    assert (near["reason"], near["text"]) == ("near_miss", "Interleukin 8 attracts them.")
    assert near["detail"] == "Interleukin 8 attracts monocytes to wounds"
    assert near["nearest"]["cited_text"] == CALLS
    assert given["documents"][near["nearest"]["document_index"]]["id"] == near["nearest"]["document_id"]
    assert (bare["reason"], bare["text"], bare["nearest"]) == ("not_supported", "Wounds heal in a day.", None)
    assert bare["detail"] == 'the quotation does not say "heal"'


def test_an_extractive_answer_has_the_same_fields_with_nothing_in_them(client: TestClient) -> None:
    given = client.post("/v1/ask", json=question(generator="extractive")).json()
    assert given["answered"]
    assert [sentence["generated"] for sentence in given["sentences"]] == [False] * len(given["sentences"])
    assert given["dropped"] == []
    assert given["generator"] == {
        "name": "extractive", "model": None, "usage": None, "fallback": None, "message": None,
    }  # fmt: skip


@pytest.mark.parametrize("streamed", [False, True])
def test_a_follow_up_is_told_as_it_was_understood(client: TestClient, model: ScriptedModel, *, streamed: bool) -> None:
    history = [{"role": "user", "content": "What attracts monocytes?"}, {"role": "assistant", "content": "Signals."}]
    body = question(question="And to wounds?", history=history)
    response = client.post("/v1/ask", json=body, headers=EVENTS if streamed else {})
    told = [data for name, data in events_in(response.text) if name != "sentence"] if streamed else [response.json()]
    assert [given["rewritten"] for given in told] == ["What attracts monocytes to wounds?"] * (1 + streamed)
    follow_up, to_write = (messages[1].content for messages in model.asked)
    assert "User: What attracts monocytes?\nAssistant: Signals.\n\nLast question: And to wounds?" in follow_up
    assert "What attracts monocytes to wounds?" in to_write


def test_a_question_that_stands_alone_was_not_understood_otherwise(client: TestClient) -> None:
    (_, retrieved), *_ = events_in(client.post("/v1/ask", json=question(), headers=EVENTS).text)
    assert (retrieved["rewritten"], retrieved["searched_for"]) == (None, None)


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_only_what_the_operator_allows_may_be_asked_for(client: TestClient, model: ScriptedModel, accept: str) -> None:
    response = client.post("/v1/ask", json=question(generator="openai:other"), headers={"accept": accept})
    problem = response.json()
    assert (response.status_code, problem["type"]) == (422, "urn:citespan:problem:generator")
    assert problem["detail"].startswith("The generator 'openai:other' cannot be asked for here. There is: extractive, ")
    assert WRITER in problem["detail"]
    assert model.asked == []


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


def test_a_sentence_is_sent_as_soon_as_it_is_verified_and_never_again(library: Parts) -> None:
    more = threading.Semaphore(0)
    first, *others = piecewise(*KEPT)
    model = ScriptedModel(first, *(step for other in others for step in (lambda: more.acquire(timeout=30), other)))
    with (
        running(quick_app(writing_parts(library, model))) as server,
        httpx.stream("POST", f"{server.url}/v1/ask", json=question(), headers=EVENTS, timeout=30) as response,
    ):
        lines, text = response.iter_lines(), ""
        for number in range(3):
            while text.count("event: sentence") <= number or not text.endswith("\n\n"):
                text += next(lines) + "\n"
            assert text.count("event: sentence") == number + 1
            assert "event: done" not in text
            more.release()
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


def changed_meanwhile(folder: Path) -> tuple[Parts, ScriptedModel]:
    """A library, and a model in whose first draft a document changes before the sentence that quotes it."""
    library = quick_parts(folder)
    first, *others = piecewise(*KEPT)
    return library, ScriptedModel(first, replacing(library, "vessels.txt"), *others)


def test_what_is_found_again_replaces_the_sentences_before(tmp_path: Path) -> None:
    client = TestClient(quick_app(writing_parts(*changed_meanwhile(tmp_path))))
    told = events_in(client.post("/v1/ask", json=question(), headers=EVENTS).text)
    again = ["retrieved", "sentence", "sentence", "sentence", "done"]
    assert [name for name, _ in told] == ["retrieved", "sentence", *again]
    assert told[0][1]["revision"] != told[2][1]["revision"] == told[-1][1]["index"]["revision"]


def test_the_documents_own_sentences_come_where_no_claim_survives(library: Parts) -> None:
    client = TestClient(quick_app(writing_parts(library, ScriptedModel(draft(*DROPPED)))))
    response = client.post("/v1/ask", json=question(), headers=EVENTS)
    *sentences, (_, done) = events_in(response.text)[1:]
    assert [event["sentence"] for _, event in sentences] == done["sentences"]
    assert not any(sentence["generated"] for sentence in done["sentences"])
    assert done["generator"]["fallback"] == "no_claim_survived"
    assert done["generator"]["message"].startswith("Nothing that the model wrote is supported by the documents.")


# Chat completions


@contextmanager
def chatting(library: Parts, model: ScriptedModel) -> Iterator[OpenAI]:
    """A client of a service where this model writes unless something else is asked for."""
    usual = writing_parts(library, model, usual=WRITER, others=())
    with (
        running(quick_app(usual)) as server,
        OpenAI(base_url=f"{server.url}/v1", api_key="unused", max_retries=0, timeout=60) as client,
    ):
        yield client


@pytest.fixture
def chat(library: Parts, model: ScriptedModel) -> Iterator[OpenAI]:
    with chatting(library, model) as client:
        yield client


def test_a_streamed_message_adds_up_to_the_whole_one(chat: OpenAI) -> None:
    messages: Any = [
        {"role": "user", "content": "What attracts monocytes?"},
        {"role": "assistant", "content": "Signals."},
        {"role": "user", "content": "And to wounds?"},
    ]
    whole = chat.chat.completions.create(model="citespan", messages=messages)
    chunks = list(
        chat.chat.completions.create(
            model="citespan", messages=messages, stream=True, stream_options={"include_usage": True}
        )
    )
    pieces = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices]
    content = whole.choices[0].message.content or ""
    assert "".join(piece or "" for piece in pieces) == content
    structured: Any = whole.choices[0].message.model_dump()["citespan"]
    assert [sentence["generated"] for sentence in structured["sentences"]] == [True] * 2
    assert content.startswith(inert(structured["answer"]) + "\n\nSources:\n\n- [1] ")
    assert "＜source>" in content
    assert f"- Written by {MODEL}; each sentence was checked" in content
    assert "- Understood as: What attracts monocytes to wounds?" in content
    assert len(pieces) == 1 + 2 + 1 + 1
    for usage in (whole.usage, chunks[-1].usage):
        assert usage is not None
        assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (2, 6, 8)


def test_what_was_sent_of_a_message_is_not_sent_again(tmp_path: Path) -> None:
    messages: Any = [{"role": "user", "content": ASKED}]
    with chatting(*changed_meanwhile(tmp_path)) as client:
        chunks = client.chat.completions.create(model="citespan", messages=messages, stream=True)
        told = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
        whole = client.chat.completions.create(model="citespan", messages=messages)
    assert told == whole.choices[0].message.content
    assert told.count("Monocytes are attracted to wounds") == 1


def test_messages_before_the_question_are_its_history_and_answers_are_read_without_their_sources(
    chat: OpenAI, model: ScriptedModel
) -> None:
    answer = chat.chat.completions.create(model="citespan", messages=[{"role": "user", "content": ASKED}])
    said: Any = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "What attracts monocytes?"},
        {"role": "assistant", "content": answer.choices[0].message.content},
        {"role": "tool", "content": "42", "tool_call_id": "1"},
        {"role": "assistant", "content": "Notes [1] of somebody else."},
        {"role": "user", "content": "And to wounds?"},
    ]
    model.asked.clear()
    chat.chat.completions.create(model="citespan", messages=said)
    texts = " ".join(inert(str(each["claim"])) for each in KEPT)
    assert conversation_in(model) == (
        f"User: What attracts monocytes?\nAssistant: {texts}\nAssistant: Notes [1] of somebody else.\n\n"
        "Last question: And to wounds?"
    )


def conversation_in(model: ScriptedModel) -> str:
    """What the model was told of the conversation, when it was asked what a follow-up means."""
    _, told = model.asked[0]
    return told.content.removeprefix("Conversation:\n").removesuffix("\n\nRewrite the last question.")


def test_half_a_character_in_a_message_is_no_failure(library: Parts, model: ScriptedModel) -> None:
    client = TestClient(quick_app(writing_parts(library, model, usual=WRITER)))
    messages = [
        {"role": "user", "content": "What attracts monocytes \ud83d?"},
        {"role": "assistant", "content": "Signals \ude00."},
        {"role": "user", "content": "And to wounds?"},
    ]
    body = json.dumps({"model": "citespan", "messages": messages})
    response = client.post("/v1/chat/completions", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 200
    assert "User: What attracts monocytes \ufffd?\nAssistant: Signals \ufffd.\n" in conversation_in(model)


# Metrics


def test_dropped_claims_fallbacks_and_tokens_are_counted(library: Parts) -> None:
    gone = [False]

    def fail() -> None:
        if gone[0]:
            raise GeneratorFailed("It is gone.")

    client = TestClient(quick_app(writing_parts(library, ScriptedModel(fail, *piecewise(*DROPPED, *KEPT)))))
    client.post("/v1/ask", json=question())
    client.post("/v1/ask", json=question())
    gone[0] = True
    client.post("/v1/ask", json=question())
    found = client.get("/metrics").text
    assert 'citespan_dropped_claims_total{reason="near_miss"} 2.0' in found
    assert 'citespan_dropped_claims_total{reason="not_supported"} 2.0' in found
    assert 'citespan_fallbacks_total{reason="model_failed"} 1.0' in found
    assert f'citespan_tokens_total{{direction="input",generator="{WRITER}"}} 4.0' in found
    assert f'citespan_tokens_total{{direction="output",generator="{WRITER}"}} 14.0' in found
