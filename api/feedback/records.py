"""What people think of answers, each word of it on disk before they are thanked.

One database per state directory, shared by every process over it: ``state_dir/feedback.sqlite``.
"""

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Literal

from api.database import Database, now

__all__ = ["Feedback", "FeedbackStore", "Verdict"]

Verdict = Literal["helpful", "not_helpful", "wrong_source", "missing_answer"]

SCHEMA = """
CREATE TABLE IF NOT EXISTS feedback (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    created TEXT NOT NULL,
    verdict TEXT NOT NULL,
    question TEXT NOT NULL,
    collection TEXT NOT NULL,
    answer_id TEXT,
    document_id TEXT,
    start INTEGER,
    end INTEGER,
    comment TEXT
);
CREATE INDEX IF NOT EXISTS feedback_by_collection ON feedback (collection, number);
"""


@dataclass(frozen=True, slots=True)
class Feedback:
    """A verdict on an answer, or on one citation of it: code points of a document's text, end exclusive.

    ``id`` and ``created`` (ISO 8601, UTC) are given when it is stored.
    """

    verdict: Verdict
    question: str
    collection: str
    answer_id: str | None = None
    document_id: str | None = None
    start: int | None = None
    end: int | None = None
    comment: str | None = None
    id: str = ""
    created: str = ""


class FeedbackStore:
    """The feedback of one state directory. Safe to use from several threads and processes."""

    def __init__(self, state_dir: Path) -> None:
        self._database = Database(state_dir / "feedback.sqlite", SCHEMA)

    def add(self, given: Feedback) -> Feedback:
        """Store it; once this returns it is kept, whatever happens to this process."""
        made = f"fb_{token_hex(10)}"
        created = now()
        with self._database.reading() as database:
            database.execute(
                "INSERT INTO feedback (id, created, verdict, question, collection, answer_id, document_id, start, end, "
                "comment) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    made,
                    created,
                    given.verdict,
                    given.question,
                    given.collection,
                    given.answer_id,
                    given.document_id,
                    given.start,
                    given.end,
                    given.comment,
                ),
            )
            row = database.execute("SELECT * FROM feedback WHERE id = ?", (made,)).fetchone()
        return _feedback_from(row)

    def page(self, collection: str | None = None, *, offset: int = 0, limit: int = -1) -> tuple[int, list[Feedback]]:
        """How much there is, on one collection or on all, and some of it, the newest first."""
        where, values = ("collection = ?", (collection,)) if collection is not None else ("1", ())
        with self._database.reading() as database:
            (total,) = database.execute(f"SELECT count(*) FROM feedback WHERE {where}", values).fetchone()  # noqa: S608  ours
            rows = database.execute(
                f"SELECT * FROM feedback WHERE {where} ORDER BY number DESC LIMIT ? OFFSET ?",  # noqa: S608
                (*values, limit, offset),
            )
            return total, [_feedback_from(row) for row in rows]

    def close(self) -> None:
        """Close the database; the next use opens it again."""
        self._database.close()


def _feedback_from(row: sqlite3.Row) -> Feedback:
    return Feedback(**{name: row[name] for name in row.keys() if name != "number"})  # noqa: SIM118  a row iterates values
