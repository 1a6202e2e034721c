"""A result becomes the baseline, and a log beside it says who changed which figure by how much, and why."""

import getpass
import subprocess
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from evals.models import EvalError
from evals.report import read_report, report_text

__all__ = ["accept", "whoami"]


def whoami() -> str:
    """The name that git knows, or else the account's."""
    try:
        found = subprocess.run(["git", "config", "user.name"], capture_output=True, text=True, check=False)  # noqa: S607
    except OSError:
        return getpass.getuser()
    return found.stdout.strip() or getpass.getuser()


def accept(result: Path, baseline: Path, *, who: str, why: str, today: date) -> Path:
    """Write ``result``, time apart, as the baseline, and what that changes into the log beside it; returns the log.

    Raises EvalError when the result covers only some of its cases.
    """
    content = read_report(result)
    setup = content["setup"]
    if setup["selection"]:
        raise EvalError(f"{result} covers only some of its cases. Run all of them: citespan eval --out {result}")
    before = read_report(baseline) if baseline.exists() else None
    baseline.parent.mkdir(parents=True, exist_ok=True)
    log = baseline.with_suffix(".md")
    head = f"# Changes of {baseline.name}\n"
    older = log.read_text(encoding="utf-8").removeprefix(head) if log.exists() else ""
    entry = "\n".join(_entry(before, content, who=who, why=why, today=today))
    kept = {name: value for name, value in content.items() if name != "time"}
    baseline.write_text(report_text(kept), encoding="utf-8")
    log.write_text(f"{head}\n{entry}\n{older}", encoding="utf-8")
    return log


def _entry(
    before: Mapping[str, Any] | None, after: Mapping[str, Any], *, who: str, why: str, today: date
) -> Iterator[str]:
    yield f"## {today.isoformat()}, {who}: {why}"
    yield ""
    changed = list(_changed(before, after))
    if not changed:
        yield f"No figure changed ({len(after['cases'])} cases)."
        return
    yield "| metric | split | n | before | after | change |"
    yield "|---|---|---|---|---|---|"
    yield from changed


def _changed(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> Iterator[str]:
    old = _figures(before) if before else {}
    for (metric, split), figure in _figures(after).items():
        was = old.get((metric, split), {}).get("value")
        now = figure["value"]
        if was != now:
            change = f"{now - was:+.4f}" if was is not None and now is not None else ""
            yield f"| {metric} | {split} | {figure['n']} | {'–' if was is None else was} | {now} | {change} |"


def _figures(content: Mapping[str, Any]) -> dict[tuple[str, str], Mapping[str, Any]]:
    splits = {"all": content["metrics"], **content["splits"]}
    return {
        (f"{group}/{name}", split): figure
        for split, groups in splits.items()
        for group, figures in groups.items()
        for name, figure in figures.items()
    }
