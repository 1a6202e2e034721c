"""What the tutorial chain retrieves for many questions; run with an interpreter that has what the chain needs.

    python -m evals.chain_ranking CHAIN.py FOLDER STORE < questions.json > rankings.json

FOLDER is indexed into STORE unless it is there already. Questions are a JSON list of texts; rankings are a list of
chunks for each, best first: [source, first code point, number of code points].
"""

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

CHUNKS = 100


def main(chain_path: str, folder: str, store_path: str) -> None:
    """Index once, then search every question."""
    spec = importlib.util.spec_from_file_location("chain", chain_path)
    if spec is None or spec.loader is None:
        sys.exit(f"{chain_path} is no Python file.")
    chain: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(chain)
    done = Path(store_path) / "done"
    if not done.exists():
        chain.main("index", folder, store_path)
        done.touch()
    if sys.stdin.isatty():
        return
    store = chain.open_store(store_path)
    rankings = []
    for question in json.load(sys.stdin):
        found = store.similarity_search(question, k=CHUNKS)
        rankings.append([[hit.metadata["source"], hit.metadata["start_index"], len(hit.page_content)] for hit in found])
    json.dump(rankings, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:4])
