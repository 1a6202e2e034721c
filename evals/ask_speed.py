"""Wall time of ``citespan ask`` on an existing index against a tutorial chain on its own existing store, in pairs.

    make bench

Both index the same folder first; then the two commands take turns, and the ratio of each pair is taken. Prints medians,
and the median ratio with a 95 % interval by bootstrap over the pairs (fixed seed).
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

QUESTION = "which factors mediate wound healing?"


def seconds(command: Sequence[str], environment: dict[str, str]) -> float:
    """Wall time of a command that must succeed."""
    started = time.perf_counter()
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return time.perf_counter() - started


def interval(ratios: Sequence[float], *, rounds: int = 2000) -> tuple[float, float]:
    """95 % percentile bootstrap of the median."""
    draw = random.Random(7)
    medians = sorted(statistics.median(draw.choices(ratios, k=len(ratios))) for _ in range(rounds))
    return medians[int(0.025 * rounds)], medians[int(0.975 * rounds)]


def main() -> None:
    """Index with both, time both in turn, print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("chain", help="tutorial_chain.py")
    parser.add_argument("documents", help="folder that both index")
    parser.add_argument("--python", default=sys.executable, help="interpreter that has what the chain needs")
    parser.add_argument("--pairs", type=int, default=9)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "CITESPAN_STATE_DIR": str(Path(folder) / "state")}
        citespan = [str(Path(sys.executable).with_name("citespan"))]
        store = str(Path(folder) / "store")
        seconds([*citespan, "index", "add", options.documents], environment)
        seconds([options.python, options.chain, "index", options.documents, store], environment)
        ours, theirs = [*citespan, "ask", QUESTION], [options.python, options.chain, "ask", store, QUESTION]
        for command in (ours, theirs):
            seconds(command, environment)
        pairs = [(seconds(ours, environment), seconds(theirs, environment)) for _ in range(options.pairs)]
    ratios = [our / their for our, their in pairs]
    print(
        json.dumps(
            {
                "pairs": len(pairs),
                "citespan_s": round(statistics.median(our for our, _ in pairs), 2),
                "chain_s": round(statistics.median(their for _, their in pairs), 2),
                "ratio": round(statistics.median(ratios), 3),
                "ratio_95": [round(bound, 3) for bound in interval(ratios)],
            }
        )
    )


if __name__ == "__main__":
    main()
