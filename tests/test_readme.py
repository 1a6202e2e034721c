"""What the README shows is what is printed."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONSOLE = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
PYTHON = re.findall(r"```python\n(.*?)```", README[README.index("\n## Use from Python") :], re.DOTALL)


def _steps() -> list[tuple[str, str]]:
    """Each command with the output shown below it."""
    steps: list[tuple[str, str]] = []
    for block in CONSOLE:
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, shown = part.partition("\n")
            steps.append((command, shown))
    return steps


def _pattern(shown: str) -> str:
    """The shown output as a pattern: a standing-alone "…" is what differs from run to run."""
    words = re.sub(r"(?<=confidence )\d\.\d+|\d+(?= ms)", "…", shown).split()
    return r"\s+".join(re.escape(word).replace("…", r"\S*") for word in words)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nothing but the seeds in it; all examples share one index, which the first of them makes."""
    made = tmp_path_factory.mktemp("readme")
    (made / ".citespan").mkdir()
    (made / "library").symlink_to(made / ".citespan")
    (made / "seeds").symlink_to(ROOT / "seeds")
    return made


def _environment() -> dict[str, str]:
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}


@pytest.mark.slow
def test_the_commands_print_what_is_shown(folder: Path) -> None:
    """In the order of the README, in an empty folder that has the seeds in it."""
    steps = _steps()
    assert len(steps) >= 5
    for command, shown in steps:
        ran = subprocess.run(
            command, shell=True, cwd=folder, env=_environment(), capture_output=True, text=True, check=False
        )
        printed = (ran.stdout + ran.stderr).strip()
        assert re.fullmatch(_pattern(shown), printed), f"$ {command}\n{printed}"


@pytest.mark.slow
def test_the_python_example_runs(folder: Path) -> None:
    for example in PYTHON:
        ran = subprocess.run(
            [sys.executable, "-c", example], cwd=folder, env=_environment(), capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stderr
        assert "001_e3af9324cdf7ef5e.txt" in ran.stdout


def test_every_make_target_is_in_the_help() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    described = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(targets) <= set(re.findall(r"^([a-z-]+) ", described, re.MULTILINE))
