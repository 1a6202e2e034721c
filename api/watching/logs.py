"""What the service logs and how: lines for people or JSON for machines, on standard error, through `logging` alone.

Set up by ``citespan serve``; nothing else touches handlers. Fields come as ``extra`` of a record, and the id of the
request that is being answered is added to every line that is written meanwhile, in its threads as well.
"""

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Literal

__all__ = ["REQUEST_ID", "fields_of", "set_up_logs"]

REQUEST_ID: ContextVar[str | None] = ContextVar("citespan_request_id", default=None)

USUAL = {*vars(logging.makeLogRecord({})), "message", "asctime", "color_message", "taskName"}
"""What every record has, and what uvicorn adds for terminals."""


def set_up_logs(level: Literal["debug", "info", "warning", "error"], form: Literal["text", "json"]) -> None:
    """Log from this level on; other libraries, uvicorn among them, from warnings on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    handler.addFilter(OnceForEachError())
    logging.basicConfig(level=max(logging.WARNING, _number(level)), handlers=[handler], force=True)
    for ours in ("api", "assistant", "index"):
        logging.getLogger(ours).setLevel(_number(level))
    logging.captureWarnings(capture=True)


def fields_of(record: logging.LogRecord) -> dict[str, object]:
    """What was given as ``extra``, and the request's id."""
    found = {name: value for name, value in vars(record).items() if name not in USUAL}
    request = REQUEST_ID.get()
    return found if request is None or "request" in found else {**found, "request": request}


class JsonFormatter(logging.Formatter):
    """One line of JSON for each record."""

    def format(self, record: logging.LogRecord) -> str:
        """Time (RFC 3339), level, logger, message, fields, and the traceback where there is one."""
        line = {
            "time": _when(record).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **fields_of(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


class TextFormatter(logging.Formatter):
    """One line for people; a traceback below it. Control characters are written as escapes."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, message and fields."""
        fields = "".join(f"  {name}={value}" for name, value in fields_of(record).items() if value is not None)
        said = f"{_when(record).astimezone():%H:%M:%S} {record.levelname.lower():<7} {record.getMessage()}{fields}"
        line = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in said)
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class OnceForEachError(logging.Filter):
    """An error that we have logged is not told again by the server on its way out."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record says something new."""
        error = record.exc_info[1] if record.exc_info else None
        if error is None:
            return True
        known = "_citespan_logged" in vars(error)
        vars(error)["_citespan_logged"] = True
        return not known


def _number(level: str) -> int:
    return logging.getLevelNamesMapping()[level.upper()]


def _when(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)
