"""Keys of the service: made of chance, shown once, kept as hashes.

A key holds 256 random bits, so its SHA-256 is enough to keep it by. Slow hashes (Argon2, bcrypt) protect what people
think up, by making each guess dear; nobody guesses 256 bits, and a fast hash keeps each request cheap. That is why no
other text than one of that form is ever taken for a key.
"""

import hmac
import json
import logging
import os
import re
import secrets
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Literal, get_args

from filelock import FileLock
from pydantic import BaseModel, ValidationError

from index.errors import SettingsError

__all__ = ["Key", "KeyFile", "KeyRing", "Scope", "key_of_entry", "open_keys"]

Scope = Literal["ask", "write", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
"""Each includes those before it."""

TOKEN = re.compile(rb"csp_[0-9a-f]{8}_[0-9a-f]{64}")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
ENTRY = re.compile(rf"({NAME.pattern}):({'|'.join(SCOPES)}):([0-9a-f]{{64}})")
LOOK_AGAIN_SECONDS = 1.0
LOCK_SECONDS = 10.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Key:
    """What is known of a key: everything but the key."""

    name: str
    scope: Scope
    sha256: str
    id: str | None = None
    created: str | None = None

    def may(self, need: Scope) -> bool:
        """Whether its scope includes that one."""
        return SCOPES.index(self.scope) >= SCOPES.index(need)

    @property
    def entry(self) -> str:
        """The key as ``CITESPAN_API_KEYS`` takes it."""
        return f"{self.name}:{self.scope}:{self.sha256}"


def key_of_entry(entry: str) -> Key:
    """The key that an entry of ``CITESPAN_API_KEYS`` stands for.

    Raises ValueError, which does not repeat the entry: it may be a key in plain text.
    """
    match = ENTRY.fullmatch(entry)
    if match is None:
        raise ValueError(
            "an entry is name:scope:hash, with the scope ask, write or admin, never the key itself. "
            "Make a key and its entry with: citespan keys create NAME"
        )
    name, scope, digest = match.groups()
    return Key(name=name, scope=next(known for known in SCOPES if known == scope), sha256=digest)


class KeyList(BaseModel):
    """What stands in ``keys.json``."""

    version: Literal[1] = 1
    keys: list[Key] = []


class KeyFile:
    """The keys that ``citespan keys`` looks after. Several processes may read and change them."""

    def __init__(self, state_dir: Path) -> None:
        self.path = state_dir / "keys.json"

    def read(self) -> list[Key]:
        """The keys there are. Raises SettingsError for a file that cannot be read: no keys is not what it says."""
        try:
            return KeyList.model_validate_json(self.path.read_bytes()).keys
        except FileNotFoundError:
            return []
        except (OSError, ValidationError) as error:
            told = error.strerror if isinstance(error, OSError) else "it is not what `citespan keys` wrote"
            raise SettingsError(
                f"{self.path} cannot be read: {told}. Restore it, or delete it and make new keys: "
                "citespan keys create NAME"
            ) from error

    def create(self, name: str, scope: Scope) -> tuple[str, Key]:
        """A new key, in plain text and as it is kept. Raises SettingsError when the name cannot be had."""
        if NAME.fullmatch(name) is None:
            raise SettingsError(f"A key cannot be called {name!r}: letters, digits and . _ - are taken, 64 at most.")
        short = secrets.token_hex(4)
        token = f"csp_{short}_{secrets.token_hex(32)}"
        now = datetime.now(UTC).isoformat(timespec="seconds")
        made = Key(name, scope, sha256(token.encode()).hexdigest(), id=short, created=now)
        with self._changing():
            keys = self.read()
            if any(key.name == name for key in keys):
                raise SettingsError(f"There is a key {name!r} already. Choose another name, or: citespan keys revoke")
            self._write([*keys, made])
        return token, made

    def revoke(self, name: str) -> None:
        """Take a key away. Raises SettingsError when there is none of that name."""
        with self._changing():
            keys = self.read()
            left = [key for key in keys if key.name != name]
            if len(left) == len(keys):
                known = ", ".join(key.name for key in keys) or "no key at all"
                raise SettingsError(f"There is no key {name!r} in {self.path}; there is: {known}.")
            self._write(left)

    def changed(self) -> object:
        """Something that differs after each change."""
        try:
            found = self.path.stat()
        except OSError as error:
            return type(error)
        return found.st_mtime_ns, found.st_ino, found.st_size

    def _changing(self) -> FileLock:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        return FileLock(self.path.with_suffix(".lock"), timeout=LOCK_SECONDS)

    def _write(self, keys: Sequence[Key]) -> None:
        """Readers see the old file or the new one, whatever happens meanwhile."""
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=".keys-")  # 0600
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({"version": 1, "keys": [asdict(key) for key in keys]}, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(self.path)


class KeyRing:
    """The keys in force: those of the settings and those of the file, which is looked at again every second."""

    def __init__(self, file: KeyFile, given: Sequence[Key] = ()) -> None:
        self._file = file
        self._given = tuple(given)
        self._state = file.changed()
        self._keys = (*self._given, *file.read())
        self._looked = time.monotonic()
        self._demanded = bool(self._keys)

    @property
    def keys(self) -> tuple[Key, ...]:
        """The keys in force now, at most a second old."""
        if time.monotonic() - self._looked >= LOOK_AGAIN_SECONDS:
            self._looked = time.monotonic()
            self._look_again()
        return self._keys

    @property
    def demanded(self) -> bool:
        """Whether a request needs a key. Once there was one it stays so: taking the last away opens nothing."""
        self._demanded = self._demanded or bool(self.keys)
        return self._demanded

    def find(self, token: bytes) -> Key | None:
        """The key that this text is. Every key is compared, so the time taken tells nothing about which one."""
        digest = sha256(token).hexdigest()
        found = [key for key in self.keys if hmac.compare_digest(key.sha256, digest)]
        return found[0] if found and TOKEN.fullmatch(token) else None

    def _look_again(self) -> None:
        state = self._file.changed()
        if state == self._state:
            return
        try:
            self._keys = (*self._given, *self._file.read())
        except SettingsError as error:
            logger.error("The keys stay as they were. %s", error)  # noqa: TRY400  it is foreseen
        else:
            logger.info("The keys have changed: there are %d now", len(self._keys))
        self._state = state


def open_keys(state_dir: Path, entries: Sequence[str]) -> KeyRing:
    """The keys of a state folder and of these entries. Raises SettingsError when the file cannot be read."""
    return KeyRing(KeyFile(state_dir), [key_of_entry(entry) for entry in entries])
