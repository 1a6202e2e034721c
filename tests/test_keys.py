"""Keys are made of chance, shown once, kept as hashes; a running service follows what is made and revoked."""

import json
import re
import threading
import time
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.cli import cli, main
from api.door.keys import SCOPES, KeyFile, KeyRing, key_of_entry, open_keys
from api.settings import load_settings
from index.errors import SettingsError


def ring(state_dir: Path, *entries: str) -> KeyRing:
    return open_keys(state_dir, entries)


def pass_a_second(keys: KeyRing) -> None:
    keys._looked -= 1


def test_a_key_is_found_again_by_its_text_alone(state_dir: Path) -> None:
    file = KeyFile(state_dir)
    token, key = file.create("ada", "write")
    assert re.fullmatch(r"csp_[0-9a-f]{8}_[0-9a-f]{64}", token)
    keys = ring(state_dir)
    assert keys.find(token.encode()) == key
    for other in (token[:-1], token + "0", token.upper(), "", "ada", key.sha256, token[:-1] + "é"):
        assert keys.find(other.encode()) is None


def test_what_is_kept_is_a_hash_that_only_its_owner_reads(state_dir: Path) -> None:
    token, key = KeyFile(state_dir).create("ada", "ask")
    path = state_dir / "keys.json"
    assert token.rpartition("_")[2] not in path.read_text()
    assert key.sha256 == sha256(token.encode()).hexdigest()
    assert path.stat().st_mode & 0o777 == 0o600
    assert {found.name for found in state_dir.iterdir()} <= {"keys.json", "keys.lock"}


def test_two_keys_have_nothing_in_common(state_dir: Path) -> None:
    tokens = {KeyFile(state_dir).create(f"key{number}", "ask")[0] for number in range(20)}
    assert len({token.split("_")[2] for token in tokens}) == 20


def test_each_scope_includes_those_before_it(state_dir: Path) -> None:
    for number, scope in enumerate(SCOPES):
        key = KeyFile(state_dir).create(scope, scope)[1]
        assert [key.may(need) for need in SCOPES] == [need <= number for need in range(3)]


def test_an_entry_of_the_settings_is_a_key_as_well(state_dir: Path, tmp_path: Path) -> None:
    token, key = KeyFile(tmp_path / "elsewhere").create("ada", "admin")
    keys = ring(state_dir, key.entry)
    found = keys.find(token.encode())
    assert found is not None
    assert (found.name, found.scope) == ("ada", "admin")
    assert keys.demanded
    assert not (state_dir / "keys.json").exists()


def test_the_hash_of_something_that_was_thought_up_is_no_key(state_dir: Path) -> None:
    keys = ring(state_dir, f"ada:admin:{sha256(b'hunter2').hexdigest()}")
    assert keys.find(b"hunter2") is None


@pytest.mark.parametrize("entry", ["csp_0a1b2c3d_" + "0" * 64, "hunter2", "ada:root:" + "0" * 64, "ada:ask:00"])
def test_a_plain_text_among_the_settings_is_refused_without_being_repeated(
    entry: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CITESPAN_API_KEYS", f"ok:ask:{'1' * 64}, {entry}")
    with pytest.raises(SettingsError, match="citespan keys create NAME") as error:
        load_settings()
    assert entry not in str(error.value)
    with pytest.raises(ValueError, match="name:scope:hash"):
        key_of_entry(entry)


def test_a_running_service_follows_what_is_made_and_revoked(state_dir: Path) -> None:
    keys, file = ring(state_dir), KeyFile(state_dir)
    assert not open_keys(state_dir, []).demanded
    token, key = file.create("ada", "ask")
    pass_a_second(keys)
    assert keys.demanded
    assert keys.find(token.encode()) == key
    file.revoke("ada")
    pass_a_second(keys)
    assert keys.find(token.encode()) is None


def test_a_change_is_seen_within_two_seconds(state_dir: Path) -> None:
    keys = ring(state_dir)
    token, _ = KeyFile(state_dir).create("ada", "ask")
    deadline = time.monotonic() + 2
    while keys.find(token.encode()) is None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert keys.find(token.encode()) is not None


def test_taking_the_last_key_away_opens_nothing(state_dir: Path) -> None:
    KeyFile(state_dir).create("ada", "ask")
    keys = ring(state_dir)
    KeyFile(state_dir).revoke("ada")
    pass_a_second(keys)
    assert keys.keys == ()
    assert keys.demanded
    (state_dir / "keys.json").unlink()
    pass_a_second(keys)
    assert keys.demanded


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"keys": [{"name": 7}]}', b'{"version": 2}', b"\xff"])
def test_a_file_that_cannot_be_read_is_an_error_at_the_start_and_changes_nothing_later(
    state_dir: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    token, key = KeyFile(state_dir).create("ada", "ask")
    keys = ring(state_dir)
    (state_dir / "keys.json").write_bytes(content)
    with pytest.raises(SettingsError, match="Restore it, or delete it"):
        ring(state_dir)
    pass_a_second(keys)
    assert keys.find(token.encode()) == key
    assert "The keys stay as they were" in caplog.text


def test_keys_made_at_the_same_time_are_all_kept(state_dir: Path) -> None:
    def make(number: int) -> None:
        KeyFile(state_dir).create(f"key{number}", "ask")

    threads = [threading.Thread(target=make, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(KeyFile(state_dir).read()) == 12


def run(state_dir: Path, *arguments: str) -> tuple[str, str]:
    ran = CliRunner().invoke(cli, ["--set", f"state_dir={state_dir}", "keys", *arguments], standalone_mode=False)
    if ran.exception is not None:
        raise ran.exception
    return ran.stdout, ran.stderr


def test_create_prints_the_key_for_programs_and_the_entry_for_people(state_dir: Path) -> None:
    printed, said = run(state_dir, "create", "ada", "--scope", "write")
    (key,) = KeyFile(state_dir).read()
    assert sha256(printed.strip().encode()).hexdigest() == key.sha256
    assert "shown once" in said
    assert said.rstrip().endswith(key.entry)
    assert printed.strip() not in said
    assert key_of_entry(key.entry).scope == "write"


def test_list_shows_everything_but_the_key(state_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "There are no keys" in run(state_dir, "list")[0]
    token = run(state_dir, "create", "ada")[0].strip()
    monkeypatch.setenv("CITESPAN_API_KEYS", f"grace:admin:{'1' * 64}")
    ada, grace = run(state_dir, "list")[0].splitlines()
    assert ada.split()[:3] == ["ada", "ask", f"{token[:12]}_…"]
    assert grace.split() == ["grace", "admin", "…", "CITESPAN_API_KEYS"]
    assert token not in ada
    listed = json.loads(run(state_dir, "list", "--json")[0])
    assert [key["name"] for key in listed] == ["ada", "grace"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["create", "ada"], "There is a key 'ada' already"),
        (["create", "grace"], "CITESPAN_API_KEYS has a key 'grace'"),
        (["create", "a:b"], "cannot be called 'a:b'"),
        (["create", "Ada\n"], "cannot be called"),
        (["revoke", "eve"], "There is no key 'eve'.*there is: ada"),
        (["revoke", "grace"], "Remove it there and restart"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_done_is_said(
    state_dir: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], says: str
) -> None:
    run(state_dir, "create", "ada")
    monkeypatch.setenv("CITESPAN_API_KEYS", f"grace:admin:{'1' * 64}")
    with pytest.raises(SettingsError, match=says):
        run(state_dir, *arguments)


def test_revoke_takes_one_key_away(state_dir: Path) -> None:
    for name in ("ada", "grace"):
        run(state_dir, "create", name)
    assert run(state_dir, "revoke", "ada")[0] == "The key 'ada' is revoked.\n"
    assert [key.name for key in KeyFile(state_dir).read()] == ["grace"]


def test_the_command_line_says_it_in_one_line(state_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--set", f"state_dir={state_dir}", "keys", "revoke", "ada"])
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("citespan: There is no key 'ada' in ")
