"""Parts of evals/RESULTS.md that commands of their own write: each stands between two comments that carry its name."""

import re
from collections.abc import Iterable
from pathlib import Path

__all__ = ["PARTS", "RESULTS", "kept_parts", "publish"]

RESULTS = Path(__file__).parent / "RESULTS.md"
PARTS = ("generation", "mutations", "followups", "pdf_extraction", "pdf_questions")
"""In the order in which they stand in the file."""


def publish(name: str, command: str, lines: Iterable[str], *, file: Path = RESULTS) -> None:
    """Put a part into the file, in place of the one that was there. The rest of the file stays as it is."""
    text = file.read_text(encoding="utf-8")
    part = "\n".join([_begin(name), *lines, "", "Written by:", "", f"    {command}", "", _end(name)])
    parts = {**_parts(text), name: part}
    file.write_text(_joined(_without(text), parts), encoding="utf-8")


def kept_parts(text: str, file: Path = RESULTS) -> str:
    """``text`` with the parts that the file has: for who writes the file anew."""
    return _joined(text, _parts(file.read_text(encoding="utf-8")) if file.exists() else {})


def _parts(text: str) -> dict[str, str]:
    return {name: found[0] for name in PARTS if (found := _pattern(name).search(text))}


def _without(text: str) -> str:
    for name in PARTS:
        text = _pattern(name).sub("", text)
    return text.rstrip() + "\n"


def _joined(text: str, parts: dict[str, str]) -> str:
    return "\n\n".join([text.rstrip(), *(parts[name] for name in PARTS if name in parts)]) + "\n"


def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(f"{re.escape(_begin(name))}.*?{re.escape(_end(name))}", re.DOTALL)


def _begin(name: str) -> str:
    return f"<!-- {name}: begin -->"


def _end(name: str) -> str:
    return f"<!-- {name}: end -->"
