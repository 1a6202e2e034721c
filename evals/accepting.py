"""A result becomes the baseline, and a log beside it says who changed which figure by how much, and why."""

import getpass
import subprocess
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from evals.models import EvalError
from evals.report import Kept, read_report, report_text

__all__ = ["accept", "whoami"]


def whoami() -> str:
    """The name that git knows, or else the account's."""
    try:
        found = subprocess.run(["git", "config", "user.name"], capture_output=True, text=True, check=False)  # noqa: S607
    except OSError:
        return _account()
    return found.stdout.strip() or _account()


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # in many containers an account has a number and no name
        return "unknown"


def accept(result: Path, baseline: Path, *, who: str, why: str, today: date) -> Path:
    """Write ``result``, time apart, as the baseline, and what that changes into the log beside it; returns the log.

    Raises EvalError when the result covers only some of its cases.
    """
    kept = read_report(result)
    if kept.setup.get("selection"):
        raise EvalError(f"{result} covers only some of its cases. Run all of them: citespan eval --out {result}")
    before = read_report(baseline) if baseline.exists() else None
    baseline.parent.mkdir(parents=True, exist_ok=True)
    log = baseline.with_suffix(".md")
    head = f"# Changes of {baseline.name}\n"
    older = log.read_text(encoding="utf-8").removeprefix(head) if log.exists() else ""
    entry = "\n".join(_entry(before, kept, who=" ".join(who.split()), why=" ".join(why.split()), today=today))
    timeless = {name: value for name, value in kept.content.items() if name != "time"}
    baseline.write_text(report_text(timeless), encoding="utf-8")
    log.write_text(f"{head}\n{entry}\n{older}", encoding="utf-8")
    return log


def _entry(before: Kept | None, after: Kept, *, who: str, why: str, today: date) -> Iterator[str]:
    yield f"## {today.isoformat()}, {who}: {why}"
    yield ""
    old, new = ({case.id for case in kept.cases} if kept else set() for kept in (before, after))
    yield f"{len(new)} cases, {len(new - old)} of them new; {len(old - new)} are gone."
    yield ""
    changed = list(_changed(_figures(before.content) if before else {}, _figures(after.content)))
    if not changed:
        yield "No figure changed."
        return
    yield "| metric | split | n | before | after | change |"
    yield "|---|---|---|---|---|---|"
    yield from changed


Figures = Mapping[tuple[str, str], Mapping[str, Any]]


def _changed(old: Figures, new: Figures) -> Iterator[str]:
    """A row for every figure that is another, is about another number of cases, is new or is gone."""
    for metric, split in dict.fromkeys((*new, *old)):
        was, now = (found.get((metric, split), {"value": None, "n": 0}) for found in (old, new))
        if (was["value"], was["n"]) == (now["value"], now["n"]):
            continue
        values = [("–" if figure["value"] is None else str(figure["value"])) for figure in (was, now)]
        both = was["value"] is not None and now["value"] is not None
        change = f"{now['value'] - was['value']:+.4f}" if both else ""
        counts = str(now["n"]) if was["n"] in {0, now["n"]} else f"{was['n']} → {now['n']}"
        yield f"| {metric} | {split} | {counts} | {values[0]} | {values[1]} | {change} |"


def _figures(content: Mapping[str, Any]) -> Figures:
    splits = {"all": content["metrics"], **content["splits"]}
    return {
        (f"{group}/{name}", split): figure
        for split, groups in splits.items()
        for group, figures in groups.items()
        for name, figure in figures.items()
    }
