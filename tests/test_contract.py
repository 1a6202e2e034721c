"""The service keeps what /openapi.json says: schemathesis against a real server, every path that there is."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import Running, quick_app, quick_parts, running

CONFIG = Path(__file__).with_name("schemathesis.toml")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Running]:
    """A server of its own, for what is uploaded and deleted; it refuses nobody for being too fast."""
    parts = quick_parts(tmp_path, collections=("trials",))
    with running(quick_app(parts, requests_per_minute=10**9)) as server:
        yield server


def cases_of(server: Running, folder: Path, *options: str) -> int:
    """How many cases were tried, when none failed."""
    command = [str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(CONFIG), "run"]
    command += [f"{server.url}/openapi.json", "--checks", "all", "--no-color", "--warnings", "off", *options]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=1700)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    counted = re.search(r"(\d+) generated", ran.stdout)
    assert counted is not None, ran.stdout
    return int(counted[1])


@pytest.mark.slow
def test_every_path_keeps_its_contract_at_the_edges(server: Running, tmp_path: Path) -> None:
    """The examples, and each boundary of each schema, within and just beyond it."""
    assert cases_of(server, tmp_path, "--phases", "examples,coverage") > 200


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_every_path_keeps_its_contract_in_thousands_of_cases(server: Running, tmp_path: Path) -> None:
    """All of that, what is drawn at random, and requests in a row that use what the ones before gave."""
    assert cases_of(server, tmp_path, "--max-examples", "120", "--continue-on-failure") > 2000
