"""From a model's server on loopback to what people see: nothing between them is made up."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant.bootstrap import Parts
from assistant.settings import AssistantSettings
from tests.scripted_model import Behaviour, Status, Text, scripted_model
from tests.servers import Running, quick_app, quick_parts, running

ROOT = Path(__file__).parent.parent
NAME = "openai:scripted"
ASKED = "VEGF promotes angiogenesis in muscle and Interleukin 6 attracts monocytes to wounds"
CALLS = "Interleukin 6 attracts monocytes to wounds."


def draft(*claims: tuple[str, str]) -> str:
    return json.dumps(
        {"claims": [{"quotes": [{"passage": 1, "quote": quote}], "claim": text} for text, quote in claims]}
    )


DRAFT = draft(
    ("Interleukin 6 attracts monocytes to wounds.", CALLS),
    ("Interleukin 6 does not attract monocytes to wounds.", CALLS),
    ("Interleukin 9 attracts 40 monocytes to wounds.", "Interleukin 9 attracts 40 monocytes to the wounds"),
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    return quick_parts(tmp_path_factory.mktemp("library"))


@contextmanager
def writing(library: Parts, *behaviours: Behaviour) -> Iterator[Running]:
    """A service that may ask a model which behaves so."""
    with scripted_model(behaviours) as model:
        answering = AssistantSettings(profile="fast", generators=(NAME,), generator_url=model.url, generator_seconds=3)
        parts = Parts(library.settings, answering=answering, notify=lambda _message: None)
        parts._embedder = library.embedder
        with running(quick_app(parts)) as server:
            yield server


def ask(server: Running, **more: Any) -> Any:
    question = {"question": ASKED, "caution": "eager", "generator": NAME, **more}
    return httpx.post(f"{server.url}/v1/ask", json=question, timeout=60).json()


def test_what_its_source_says_is_shown_and_the_rest_is_told_as_dropped(library: Parts) -> None:
    with writing(library, Text(DRAFT)) as server:
        given = ask(server)
        checked = httpx.post(f"{server.url}/v1/verify", json={"answer": given}, timeout=60).json()
        metrics = httpx.get(f"{server.url}/metrics", timeout=60).text
    assert [sentence["text"] for sentence in given["sentences"]] == [CALLS]
    assert [sentence["generated"] for sentence in given["sentences"]] == [True]
    assert given["citations"][0]["cited_text"] == CALLS
    assert {claim["reason"] for claim in given["dropped"]} <= {
        "contradicted", "not_supported", "near_miss", "not_in_passages", "repeated",
    }  # fmt: skip
    assert len(given["dropped"]) == 2
    assert given["generator"]["usage"] == {"input": 100, "output": 20}
    assert checked["holds"] is True
    assert [finding["citation"] for finding in checked["findings"] if finding["generated"]] == ["sentence 1"]
    assert f'citespan_tokens_total{{direction="output",generator="{NAME}"}} 20.0' in metrics


def test_a_model_that_fails_leaves_the_documents_own_sentences_and_says_so(library: Parts) -> None:
    with writing(library, Status(500)) as server:
        given = ask(server)
    assert given["answered"] is True
    assert not any(sentence["generated"] for sentence in given["sentences"])
    assert given["generator"]["fallback"] == "model_failed"
    assert given["generator"]["message"]


def test_the_command_line_asks_the_model_that_it_is_told_to(tmp_path: Path) -> None:
    (tmp_path / "wounds.txt").write_text(f"Wounds\n\n{CALLS} Collagen keeps its shape.\n")
    with scripted_model([Text(DRAFT)]) as model:
        settings = {"STATE_DIR": str(tmp_path / "state"), "GENERATORS": NAME, "GENERATOR_URL": model.url}
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        environment |= {f"CITESPAN_{name}": value for name, value in settings.items()}
        command = [sys.executable, "-m", "api", "ask", "What attracts monocytes to wounds?"]
        command += ["--documents", "wounds.txt", "--generator", NAME, "--dropped"]
        ran = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=120
        )
    assert (ran.returncode, ran.stderr) == (0, "")
    told = " ".join(ran.stdout.split())
    assert told.startswith(f"{CALLS} [1] Written by scripted; each sentence was checked")
    assert "2 of the model's claims were left out. ✗ Interleukin 6 does not attract" in told
    assert "scripted, 100 tokens read and 20 written" in told
