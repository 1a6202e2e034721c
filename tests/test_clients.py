"""Every client that the README shows, run as it stands there against a real server over a seed."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.app import create_app
from api.service import open_service
from api.settings import ApiSettings, Settings
from assistant.bootstrap import Parts
from assistant.settings import AssistantSettings
from index.settings import IndexSettings
from tests.servers import Running, running

ROOT = Path(__file__).parent.parent
SERVE = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n## Serve\n")[2].partition("\n## ")[0]
SNIPPETS = {
    name.partition(",")[0]: (language, code)
    for name, language, code in re.findall(r"^(\w[^\n]*):\n\n```(\w+)\n(.*?)```", SERVE, re.DOTALL | re.MULTILINE)
}
SHOWN = {
    "curl": ["IL-6, IL-8 and MCP-1", '"file_name":"001_e3af9324cdf7ef5e.txt"', "event: retrieved", "event: done"],
    "Python": ["IL-6, IL-8 and MCP-1", "001_e3af9324cdf7ef5e.txt 128 Wound healing"],
    "openai": ["IL-6, IL-8 and MCP-1", "[1] Therapeutic uses", "001_e3af9324cdf7ef5e.txt, lines 128–134"],
    "LangChain": ["Document(", "'file_name': '001_e3af9324cdf7ef5e.txt'", "'start_line': "],
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The default service over one of the seeds, which is the one that the snippets ask for."""
    index = IndexSettings(state_dir=tmp_path_factory.mktemp("state"))
    parts = Parts(index, notify=lambda _message: None)
    parts.builder("default").add([ROOT / "seeds" / "001_e3af9324cdf7ef5e.txt"])
    settings = Settings(index, AssistantSettings(), ApiSettings(), flags={})
    with running(create_app(open_service(settings, parts))) as server:
        yield server


def test_every_client_of_the_table_is_shown_in_as_many_lines_as_it_says() -> None:
    lines = {name: int(count) for name, count in re.findall(r"^\| (\w+) \| (\d+) \|", SERVE, re.MULTILINE)}
    counted = {name: len([line for line in code.splitlines() if line]) for name, (_, code) in SNIPPETS.items()}
    assert counted == {name: count for name, count in lines.items() if count}
    assert set(lines) - set(counted) == {"browser", "Slack"}
    assert set(SHOWN) == set(SNIPPETS)


@pytest.mark.parametrize("client", SHOWN)
def test_a_client_gets_an_answer_with_its_source(server: Running, client: str) -> None:
    language, code = SNIPPETS[client]
    program = {"sh": ["bash", "-euc"], "python": [sys.executable, "-W", "error", "-c"]}[language]
    here = code.replace("http://127.0.0.1:8080", server.url)
    assert here != code
    ran = subprocess.run([*program, here], capture_output=True, text=True, check=False, timeout=120)
    assert ran.returncode == 0, ran.stderr
    for words in SHOWN[client]:
        assert words in ran.stdout
