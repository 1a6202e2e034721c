"""What can be said of the image without building it: everything it names exists, and nothing runs as root."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.settings import load_settings
from index.errors import SettingsError

ROOT = Path(__file__).parent.parent
STEPS = re.sub(r"\\\n\s*", " ", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
IGNORED = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()


def steps(name: str) -> list[str]:
    return re.findall(rf"^{name} (.+)$", STEPS, re.MULTILINE)


def settings_named() -> dict[str, str]:
    """Settings that the image and the compose file make, with what stands in for what is asked for outside."""
    image = dict(part.split("=", 1) for step in steps("ENV") for part in shlex.split(step))
    service = COMPOSE["services"]["citespan"]["environment"]
    given = {name: re.sub(r"\$\{\w+:-(.*?)\}", r"\1", str(value)) for name, value in service.items()}
    return {name: value for name, value in (image | given).items() if name.startswith("CITESPAN_")}


def test_what_is_copied_exists_and_is_not_ignored() -> None:
    copied = [word for step in steps("COPY") if "--from" not in step for word in step.split()[:-1]]
    assert {"api", "assistant", "evals", "index", "pyproject.toml", "constraints.txt"} <= set(copied)
    for name in copied:
        assert (ROOT / name).exists(), name
        assert f"!{name}" in IGNORED, name
    assert IGNORED[0] == "*"
    assert all((ROOT / name[1:]).exists() for name in IGNORED if name.startswith("!"))


def test_what_the_package_needs_to_be_built_is_copied() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    packages = re.search(r"^packages = \[(.*)\]", project, re.MULTILINE)
    assert packages is not None
    copied = {word for step in steps("COPY") for word in step.split()}
    assert set(re.findall(r'"(\w+)"', packages[1])) | {"README.md", "LICENSE"} <= copied


def test_every_setting_that_is_named_is_one_and_can_be_what_it_is_set_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in settings_named().items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    assert settings.api.host == "0.0.0.0"
    assert settings.api.api_keys == ()
    assert str(settings.index.state_dir) in steps("VOLUME")
    assert str(settings.api.port) in steps("EXPOSE")
    monkeypatch.setenv("CITESPAN_HOSTS", "x")
    with pytest.raises(SettingsError):
        load_settings()


def test_the_image_is_small_and_runs_as_nobody_in_particular() -> None:
    assert all("-slim" in step and ":latest" not in step for step in steps("FROM"))
    assert "download.pytorch.org/whl/cpu" in STEPS
    last_stage = STEPS.rpartition("\nFROM ")[2]
    assert re.search(r"^USER (?!root|0)\w+$", last_stage, re.MULTILINE)
    assert "pip install" not in last_stage
    assert len(steps("HEALTHCHECK")) == len(steps("ENTRYPOINT")) == 1
    assert all(step.startswith("[") for step in (*steps("ENTRYPOINT"), *steps("CMD")))
    assert "ADD" not in {line.split(" ")[0] for line in STEPS.splitlines()}


def test_the_health_check_is_python_that_asks_a_path_that_exists() -> None:
    command = re.search(r"CMD \[\"python\", \"-c\", \"(.*)\"\]", steps("HEALTHCHECK")[0])
    assert command is not None
    compile(command[1], "HEALTHCHECK", "exec")
    assert "/healthz" in command[1]


def test_the_chroma_server_is_of_the_version_that_is_tested_against() -> None:
    tested = re.search(r"^chromadb==(.*)$", (ROOT / "constraints.txt").read_text(encoding="utf-8"), re.MULTILINE)
    assert tested is not None
    assert COMPOSE["services"]["chroma"]["image"] == f"chromadb/chroma:{tested[1]}"


def test_the_compose_file_opens_nothing_to_other_machines_and_writes_where_it_may() -> None:
    services = COMPOSE["services"]
    assert services["citespan"]["ports"] == ["127.0.0.1:8080:8080"]
    assert "ports" not in services["chroma"]
    assert services["citespan"]["read_only"] is True
    assert services["citespan"]["volumes"] == [f"state:{settings_named()['CITESPAN_STATE_DIR']}"]
    assert {mount.split(":")[0] for service in services.values() for mount in service["volumes"]} == set(
        COMPOSE["volumes"]
    )
