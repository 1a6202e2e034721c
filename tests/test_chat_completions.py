"""Chat completions, with OpenAI's own client against a real server."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest
from openai import OpenAI
from openai.types.chat import ChatCompletion, ChatCompletionChunk

import assistant.answering
from api.openai.errors import speaks_openai
from api.openai.messages import inert
from api.shapes.answers import AskResponse
from assistant.bootstrap import Parts
from index.errors import StoreError
from tests.servers import Running, quick_app, quick_parts, running

QUESTION = "VEGF promotes angiogenesis in muscle and Interleukin 6 attracts monocytes to wounds"
ASKED: Any = [{"role": "user", "content": QUESTION}]
PUBLIC = "https://papers.example.org/"


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    return quick_parts(tmp_path_factory.mktemp("library"), collections=("trials",))


@pytest.fixture(scope="module")
def server(parts: Parts) -> Iterator[Running]:
    with running(quick_app(parts)) as server:
        yield server


@pytest.fixture(scope="module")
def public(parts: Parts) -> Iterator[Running]:
    """The same, where it is known by which address people reach it."""
    with running(quick_app(parts, public_url=PUBLIC)) as server:
        yield server


def client_of(server: Running) -> OpenAI:
    return OpenAI(base_url=f"{server.url}/v1", api_key="unused", max_retries=0, timeout=60)


@pytest.fixture
def client(server: Running) -> Iterator[OpenAI]:
    with client_of(server) as client:
        yield client


def content_of(completion: ChatCompletion) -> str:
    assert completion.choices[0].message.content is not None
    return completion.choices[0].message.content


def test_the_message_is_the_answer_and_its_sources(client: OpenAI, server: Running) -> None:
    completion = client.chat.completions.create(model="citespan", messages=ASKED)
    asked = httpx.post(f"{server.url}/v1/ask", json={"question": QUESTION}, timeout=60).json()
    message, content = completion.choices[0].message, content_of(completion)
    structured = message.model_dump()["citespan"]
    assert {**structured, "timings_ms": 0} == {**asked, "timings_ms": 0}
    assert AskResponse.model_validate(structured).answered
    assert content.startswith(asked["answer"] + "\n\nSources:\n\n- [1] ")
    markers = set(re.findall(r"\[\d+\]", asked["answer"]))
    assert markers == set(re.findall(r"^- (\[\d+\])", content, re.MULTILINE))
    for citation in asked["citations"]:
        quote = " ".join(citation["cited_text"].split())
        assert f"({citation['file_name']}, line" in content
        assert f"“{quote}”" in content
    assert (completion.object, completion.model) == ("chat.completion", "citespan")
    assert completion.choices[0].finish_reason == "stop"
    assert message.annotations == []


def test_a_stream_adds_up_to_the_same(client: OpenAI) -> None:
    whole = client.chat.completions.create(model="citespan", messages=ASKED)
    chunks = list(client.chat.completions.create(model="citespan", messages=ASKED, stream=True))
    assert all(isinstance(chunk, ChatCompletionChunk) for chunk in chunks)
    assert len({(chunk.id, chunk.created, chunk.model) for chunk in chunks}) == 1
    assert chunks[0].choices[0].delta.role == "assistant"
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == content_of(whole)
    assert [chunk.choices[0].finish_reason for chunk in chunks] == [None] * (len(chunks) - 1) + ["stop"]
    assert [hasattr(chunk, "citespan") for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    structured = AskResponse.model_validate(chunks[-1].model_dump()["citespan"])
    assert len(chunks) == 1 + len(structured.sentences) + 1 + 1
    assert all(chunk.usage is None for chunk in chunks)


def test_the_client_s_own_accumulator_understands_the_stream(client: OpenAI) -> None:
    with client.chat.completions.stream(model="citespan", messages=ASKED) as stream:
        final = stream.get_final_completion()
    assert final.choices[0].message.content == content_of(
        client.chat.completions.create(model="citespan", messages=ASKED)
    )


def test_usage_counts_the_question_and_the_message(client: OpenAI, parts: Parts) -> None:
    completion = client.chat.completions.create(model="citespan", messages=ASKED)
    counted = parts.embedder.count_tokens([QUESTION, content_of(completion)])
    assert completion.usage is not None
    assert [completion.usage.prompt_tokens, completion.usage.completion_tokens] == counted
    assert completion.usage.total_tokens == sum(counted)
    chunks = list(
        client.chat.completions.create(
            model="citespan", messages=ASKED, stream=True, stream_options={"include_usage": True}
        )
    )
    assert chunks[-1].choices == []
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens == counted[1]


def test_a_refusal_is_its_message_and_finished(client: OpenAI) -> None:
    completion = client.chat.completions.create(
        model="citespan", messages=[{"role": "user", "content": "Who won the football cup?"}]
    )
    structured = completion.choices[0].message.model_dump()["citespan"]
    assert structured["answered"] is False
    assert content_of(completion) == structured["refusal"]["message"]
    assert completion.choices[0].finish_reason == "stop"


def test_with_a_public_address_every_source_has_a_link(public: Running) -> None:
    with client_of(public) as client:
        completion = client.chat.completions.create(model="citespan", messages=ASKED)
        last = list(client.chat.completions.create(model="citespan", messages=ASKED, stream=True))[-1]
    message, content = completion.choices[0].message, content_of(completion)
    structured = AskResponse.model_validate(message.model_dump()["citespan"])
    links = {
        f"https://papers.example.org/d/{cited.document_id}#char={cited.start_char_index},{cited.end_char_index}"
        for cited in structured.citations
    }
    assert links == set(re.findall(r" (https://\S+)$", content, re.MULTILINE))
    assert message.annotations is not None
    assert {annotation.url_citation.url for annotation in message.annotations} == links
    shown = {sentence.text for sentence in structured.sentences}
    for annotation in message.annotations:
        assert content[annotation.url_citation.start_index : annotation.url_citation.end_index] in shown
    assert len(last.choices[0].delta.model_dump()["annotations"]) == len(message.annotations)


def test_the_last_user_message_is_the_question_whatever_else_is_sent(client: OpenAI) -> None:
    messages: Any = [
        {"role": "system", "content": "You are helpful."},
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:"}}]},
        {"role": "assistant", "content": None, "tool_calls": []},
        {
            "role": "user",
            "content": [{"type": "text", "text": "What attracts"}, {"type": "text", "text": "monocytes?"}],
        },
        {"role": "assistant", "content": "Hm"},
    ]
    completion = client.chat.completions.create(
        model="citespan/trials",
        messages=messages,
        temperature=0.2,
        top_p=0.9,
        max_tokens=50,
        n=1,
        seed=7,
        user="someone",
        stop=["\n"],
        logit_bias={},
        tools=[{"type": "function", "function": {"name": "f", "parameters": {}}}],
        tool_choice="auto",
        response_format={"type": "text"},
        extra_body={"something_new": {"a": 1}},
    )
    structured = completion.choices[0].message.model_dump()["citespan"]
    assert structured["question"] == "What attracts\nmonocytes?"
    assert structured["index"]["collection"] == completion.model.partition("/")[2] == "trials"


def test_a_long_conversation_is_taken(client: OpenAI) -> None:
    long: Any = [{"role": role, "content": "x" * 30_000} for role in ("user", "assistant")] * 60
    assert client.chat.completions.create(model="citespan", messages=[*long[:10], *ASKED]).choices
    short: Any = [{"role": role, "content": "x"} for role in ("user", "assistant")] * 200
    assert client.chat.completions.create(model="citespan", messages=[*short, *ASKED]).choices


def saying(content: object) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": content}]}


@pytest.mark.parametrize(
    ("change", "param", "said"),
    [
        ({"n": 3}, "n", "n: Input should be 1"),
        ({"messages": []}, "messages", "at least 1"),
        ({"messages": [{"role": "system", "content": "x"}]}, "messages", "messages: there is no message with the role"),
        ({"messages": [{"role": "boss", "content": "x"}]}, "messages[0].role", "'user'"),
        (saying(" "), "messages", "is empty"),
        (saying(None), "messages", "is empty"),
        (saying("x" * 2001), "messages", "has 2001 characters"),
        (saying([{"type": "image_url", "image_url": {"url": "data:"}}]), "messages", "holds image_url"),
        ({"tool_choice": "required"}, "tool_choice", "'none'"),
        ({"response_format": {"type": "json_object"}}, "response_format.type", "'text'"),
        ({"temperature": 0.5, "stream_options": "all"}, "stream_options", "stream_options: "),
    ],
)
def test_what_cannot_be_done_is_an_error_in_openai_s_form(
    client: OpenAI, change: dict[str, Any], param: str, said: str
) -> None:
    error = error_of(client, change, openai.BadRequestError)
    assert (error["param"], error["code"], error["type"]) == (param, "invalid_request", "invalid_request_error")
    assert said in error["message"]


@pytest.mark.parametrize(
    ("model", "code", "said"),
    [
        ("gpt-4o", "model_not_found", "There is no model 'gpt-4o'"),
        ("citespan/", "model_not_found", "There is no model 'citespan/'"),
        ("citespan/nowhere", "index_missing", "There is: default, trials"),
    ],
)
def test_a_model_that_is_not_there_is_named(client: OpenAI, model: str, code: str, said: str) -> None:
    error = error_of(client, {"model": model}, openai.NotFoundError)
    assert error["code"] == code
    assert said in error["message"]


def error_of(client: OpenAI, change: dict[str, Any], expected: type[openai.APIStatusError]) -> dict[str, Any]:
    """The same, whether a stream was asked for or not."""
    bodies = []
    for stream in (False, True):
        options: Any = {"model": "citespan", "messages": ASKED, "stream": stream} | change
        with pytest.raises(expected) as raised:
            client.chat.completions.create(**options)
        bodies.append(raised.value.body)
    assert bodies[0] == bodies[1]
    assert isinstance(bodies[0], dict)
    assert set(bodies[0]) == {"message", "type", "param", "code"}
    return bodies[0]


def test_what_the_framework_refuses_has_that_form_too(server: Running) -> None:
    url = f"{server.url}/v1/chat/completions"
    headers = {"content-type": "application/json"}
    for response, status, code in (
        (httpx.post(url, content=b"{", headers=headers), 400, "malformed_json"),
        (httpx.get(url), 405, "method_not_allowed"),
        (httpx.get(f"{url}/nothing"), 404, "not_found"),
        (httpx.get(f"{server.url}/v1/models/gpt-4o"), 404, "model_not_found"),
    ):
        assert response.status_code == status
        assert response.json()["error"]["code"] == code


@pytest.mark.parametrize(
    ("path", "speaks"),
    [
        ("/v1/models", True),
        ("/v1/models/x", True),
        ("/v1/chat/completions", True),
        ("/v1/modelsx", False),
        ("/v1/ask", False),
    ],
)
def test_only_openai_s_paths_speak_like_it(path: str, *, speaks: bool) -> None:
    assert speaks_openai(path) is speaks


def test_what_goes_wrong_on_the_way_is_an_error_that_the_client_raises(
    client: OpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StoreError("/secret/path")

    monkeypatch.setattr(assistant.answering, "cite_answer", fail)
    with pytest.raises(openai.InternalServerError) as whole:
        client.chat.completions.create(model="citespan", messages=ASKED)
    assert whole.value.status_code == 503
    assert whole.value.type == "server_error"
    with pytest.raises(openai.APIError) as streamed:
        list(client.chat.completions.create(model="citespan", messages=ASKED, stream=True))
    assert streamed.value.code == whole.value.code == "store"
    assert "/secret" not in json.dumps(streamed.value.body)


def test_each_collection_is_a_model(client: OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["citespan", "citespan/trials"]
    assert client.models.retrieve("citespan").owned_by == "citespan"
    assert client.models.retrieve("citespan/trials").object == "model"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("citespan/nowhere")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("see ![x](http://evil.example/?q=1)", "see ！[x](http://evil.example/?q=1)"),
        ("<img src=x> and </b> and <!-- no -->", "＜img src=x> and ＜/b> and ＜!-- no -->"),
        ("p < 0.05, n <30, [1], IL-6!", "p < 0.05, n <30, [1], IL-6!"),
    ],
)
def test_what_a_document_says_makes_no_chat_client_fetch_anything(written: str, shown: str) -> None:
    assert inert(written) == shown
    assert len(inert(written)) == len(written)
