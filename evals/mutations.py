r"""How many changed claims a judge catches, and how many faithful ones it rejects.

    python -m evals.mutations ../shared/data/scifact --cases evals/cases.jsonl

Near-verbatim claims are sentences that answer our cases and sentences that SciFact's authors marked as evidence; free
ones are SciFact's claims, which people wrote, with the evidence marked for each. All are mutated
(``evals/mutating.py``) and reworded (``evals/rewording.py``). Rules and thresholds were tuned on the first half only:
SciFact's claims with an even id and the cases of the split "dev".
"""

import argparse
import json
import random
import re
import shlex
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from assistant.bootstrap import Parts
from assistant.claims.judge import ClaimJudge, Premise
from assistant.claims.opening import open_judge
from evals.cases import read_rows
from evals.mutating import MUTATIONS, Material, names_of
from evals.publishing import publish
from evals.rewording import REWORDINGS
from evals.statistics import wilson
from index.abbreviations import Definition, find_definitions
from index.settings import IndexSettings

__all__ = ["Claim", "Outcome", "from_cases", "from_scifact", "outcomes", "table"]

Half = Literal["tuned", "held out"]
Style = Literal["near-verbatim", "free"]
HALVES: tuple[Half, ...] = ("tuned", "held out")
HEAD = """## Claims that were changed, and faithful ones

What the built-in judge lets through of claims in which one thing was changed, and what it rejects of faithful ones.
Near-verbatim claims are evidence of our cases and SciFact's marked sentences; free ones are SciFact's claims, which
people wrote in words of their own. The judge's rules were tuned on the first half (SciFact's even ids, our dev cases).
"""
CONTRADICTED = "contradicted by its evidence"
FEWEST_CHARACTERS = 30
"""A shorter piece of evidence is no statement."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim that its premise supports, or contradicts; ``text`` is what the quotations were taken from."""

    id: str
    half: Half
    style: Style
    claim: str
    premise: Premise
    text: str
    true: bool = True


class Outcome(NamedTuple):
    """What a judge said of a claim that was changed in some way; ``base`` is whether it showed the unchanged one."""

    half: Half
    style: Style
    way: str
    faithful: bool
    shown: bool
    base: bool
    claim: str
    reason: str


def from_cases(path: Path) -> Iterator[Claim]:
    """The evidence of the cases, each piece as a claim about itself."""
    seen = set()
    for row in read_rows(path):
        for part in row.evidence:
            quote = " ".join(part[0].quote.split())
            if len(quote) >= FEWEST_CHARACTERS and quote not in seen:
                seen.add(quote)
                half: Half = "tuned" if row.split == "dev" else "held out"
                yield Claim(row.id, half, "near-verbatim", quote, Premise((quote,)), quote)


def from_scifact(folder: Path) -> Iterator[Claim]:
    """SciFact's claims with the first rationale in each document; and each rationale's sentences as claims."""
    corpus = {row["id"]: row for row in _rows(folder / "corpus.jsonl")}
    seen: dict[str, Half] = {}
    for row in sorted(_rows(folder / "claims.jsonl"), key=lambda row: int(row["id"]) % 2):
        half: Half = "held out" if int(row["id"]) % 2 else "tuned"
        for document, evidence in row["evidence"].items():
            source = corpus[document]
            spans = evidence["rationale_spans"][0]
            premise = _premise(source, spans)
            true = evidence["label"] == "SUPPORT"
            yield Claim(row["id"], half, "free", row["claim"], premise, source["text"], true)
            if len(spans) > 1 and true:
                sentence = " ".join(source["text"][slice(*spans[0])].split())
                yield Claim(f"{row['id']} joined", half, "near-verbatim", sentence, premise, source["text"])
            for start, end in spans:
                sentence = " ".join(source["text"][start:end].split())
                if sentence not in seen:
                    seen[sentence] = half
                    alone = _premise(source, [(start, end)])
                    yield Claim(row["id"], half, "near-verbatim", sentence, alone, source["text"])


def _rows(path: Path) -> Iterator[Any]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _premise(source: dict[str, str], spans: Sequence[Sequence[int]]) -> Premise:
    text = source["text"]
    before = re.split(r"(?<=[.?!]) (?=[A-Z])", text[: spans[0][0]].strip())[-1]
    after = re.split(r"(?<=[.?!]) (?=[A-Z])", text[spans[-1][1] :].strip())[0]
    return Premise(
        quotes=tuple(" ".join(text[start:end].split()) for start, end in spans),
        before=(before,) if before else (),
        after=(after,) if after else (),
        over=(source["title"],),
        ways=_ways(find_definitions(" ".join(text.split()), "prose")),
    )


def _ways(definitions: Iterable[Definition]) -> dict[str, list[frozenset[str]]]:
    """Both ways of each definition, as ``assistant/questioning.py`` has them."""
    ways: dict[str, list[frozenset[str]]] = {}
    for short, long in definitions:
        ways.setdefault(short, []).append(frozenset(long.split("_")))
        for term in long.split("_"):
            ways.setdefault(term, []).append(frozenset([short]))
    return ways


def outcomes(claims: Sequence[Claim], judge: ClaimJudge, *, seed: int = 7) -> Iterator[Outcome]:
    """Judge each claim as it is, changed and reworded; contradicted claims are a change that people made."""
    names = names_of(claim.text for claim in claims)
    for number, claim in enumerate(claims):
        base = judge.judge(claim.claim, claim.premise)
        shown = base.verdict == "supported"

        def judged(way: str, text: str, *, faithful: bool, claim: Claim = claim, shown: bool = shown) -> Outcome:
            found = judge.judge(text, claim.premise)
            return Outcome(
                claim.half, claim.style, way, faithful, found.verdict == "supported", shown, text, found.reason
            )

        if not claim.true:
            yield judged(CONTRADICTED, claim.claim, faithful=False)
            continue
        if claim.style == "free":
            yield judged("people's own words", claim.claim, faithful=True)
        else:
            for way, reword in REWORDINGS.items():
                if (text := reword(claim.claim, claim.text)) is not None:
                    yield judged(way, text, faithful=True)
        for way, mutate in MUTATIONS.items():
            quoted = " ".join(claim.premise.quotes)
            material = Material(quoted, names, random.Random(f"{seed} {number} {way}"))
            text = mutate(claim.claim, material)
            if text is not None and text != claim.claim:
                yield judged(way, text, faithful=False)


def table(found: Sequence[Outcome]) -> Iterator[str]:
    """Lines of Markdown: for each change the share that was not shown, for each rewording the share rejected."""
    yield from _part(found, "near-verbatim", faithful=False, title="Changed near-verbatim claims: not shown")
    yield ""
    yield from _part(found, "near-verbatim", faithful=True, title="Faithful near-verbatim claims: wrongly rejected")
    yield ""
    yield from _part(found, "free", faithful=False, title="Changed free claims: not shown")
    yield ""
    shown = [outcome for outcome in found if outcome.base and outcome.way != CONTRADICTED]
    yield from _part(shown, "free", faithful=False, title="Of free claims that are shown unchanged, not shown changed")
    yield ""
    yield from _part(found, "free", faithful=True, title="Faithful free claims: wrongly rejected")


def _part(found: Iterable[Outcome], style: Style, *, faithful: bool, title: str) -> Iterator[str]:
    chosen = [outcome for outcome in found if outcome.style == style and outcome.faithful == faithful]
    ways = list(dict.fromkeys(outcome.way for outcome in chosen))
    order = [*MUTATIONS, *REWORDINGS]
    ways.sort(key=lambda way: order.index(way) if way in order else len(order))
    width = max(map(len, [title, *ways]), default=0)
    yield f"| {title:<{width}} | {'tuned half':<28} | {'held-out half':<28} |"
    yield f"| {'-' * width} | {'-' * 28} | {'-' * 28} |"
    for way in ways:
        cells = (
            _cell([outcome for outcome in chosen if outcome.way == way and outcome.half == half]) for half in HALVES
        )
        yield f"| {way:<{width}} | " + " | ".join(f"{cell:<28}" for cell in cells) + " |"
    if len(ways) > 1:
        cells = (_cell([outcome for outcome in chosen if outcome.half == half]) for half in HALVES)
        yield f"| {'all':<{width}} | " + " | ".join(f"{cell:<28}" for cell in cells) + " |"


def _cell(chosen: Sequence[Outcome]) -> str:
    if not chosen:
        return "none"
    count = sum(not outcome.shown for outcome in chosen)
    low, high = wilson(count, len(chosen))
    return f"{count / len(chosen):.3f} [{low:.2f}, {high:.2f}] {count}/{len(chosen)}"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scifact", nargs="*", type=Path, help="folders with claims.jsonl and corpus.jsonl")
    parser.add_argument("--cases", type=Path, help="a file of cases, for instance evals/cases.jsonl")
    parser.add_argument("--judge", default="built-in", help="built-in, or the name of an NLI model")
    parser.add_argument("--lexical", action="store_true", help="the built-in judge without embedding")
    parser.add_argument("--publish", action="store_true", help="write the part of evals/RESULTS.md")
    parser.add_argument("--failures", metavar="WAY", help="print what went wrong in the tuned half, of one way or all")
    options = parser.parse_args()
    claims = [claim for folder in options.scifact for claim in from_scifact(folder)]
    claims += from_cases(options.cases) if options.cases else []
    settings = IndexSettings()
    embedder = None if options.lexical else Parts(settings, notify=print).embedder
    found = list(outcomes(claims, open_judge(options.judge, embedder)))
    if options.failures:
        for outcome in found:
            wrong = outcome.shown != outcome.faithful and outcome.half == "tuned"
            if wrong and options.failures in ("all", outcome.way):
                print(f"{outcome.way} | {outcome.style} | {outcome.claim} | {outcome.reason}")
        return
    lines = list(table(found))
    print("\n".join(lines))
    if options.publish:
        publish("mutations", f"python -m evals.mutations {shlex.join(sys.argv[1:])}", [HEAD, *lines])


if __name__ == "__main__":
    main()
