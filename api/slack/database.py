"""What is kept between messages: which collection a channel asks, and which deliveries were taken already."""

import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

__all__ = ["Channels", "Deliveries"]

WAIT_SECONDS = 2.0
KEPT_SECONDS = 2 * 24 * 3600
"""Slack delivers again for some minutes, and where that is switched on, for a day."""
TABLES = """
CREATE TABLE IF NOT EXISTS channels (channel TEXT PRIMARY KEY, collection TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS deliveries (name TEXT PRIMARY KEY, taken REAL NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS deliveries_taken ON deliveries (taken);
"""


class Channels:
    """Which collection each channel asks: what its members chose, else the setting, else the default one."""

    def __init__(self, path: Path, usual: Mapping[str, str]) -> None:
        self._path = path
        self._usual = usual

    def collection_of(self, channel: str) -> str:
        """The collection that a channel asks."""
        with _opened(self._path) as database:
            found = database.execute("SELECT collection FROM channels WHERE channel = ?", [channel]).fetchone()
        return str(found[0]) if found else self._usual.get(channel, "default")

    def bind(self, channel: str, collection: str) -> None:
        """From now on, and after a restart, the channel asks this collection."""
        with _opened(self._path) as database:
            database.execute("INSERT OR REPLACE INTO channels VALUES (?, ?)", [channel, collection])

    def unbind(self, channel: str) -> None:
        """The channel asks what it would ask without its members' choice."""
        with _opened(self._path) as database:
            database.execute("DELETE FROM channels WHERE channel = ?", [channel])


class Deliveries:
    """What Slack delivered. It delivers again what it believes lost, and someone else may replay a request."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def take(self, name: str) -> bool:
        """Whether this delivery is new. Only one caller, in whatever process, is told so."""
        now = time.time()
        with _opened(self._path) as database:
            database.execute("DELETE FROM deliveries WHERE taken < ?", [now - KEPT_SECONDS])
            return database.execute("INSERT OR IGNORE INTO deliveries VALUES (?, ?)", [name, now]).rowcount == 1


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The database in a transaction; made when it is not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, timeout=WAIT_SECONDS)) as database:
        database.executescript(TABLES)
        with database:
            yield database
