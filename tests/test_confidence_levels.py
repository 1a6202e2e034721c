"""What the page says that a confidence has meant is what was measured."""

import json
from itertools import pairwise
from pathlib import Path

from evals.levels import BASELINE, PUBLISHED, WORDS, levels, levels_text

HERE = levels(BASELINE)


def test_what_the_page_says_is_made_from_the_baseline_in_force() -> None:
    assert PUBLISHED.read_text(encoding="utf-8") == levels_text(HERE), "run: python -m evals.levels"


def test_every_case_is_in_one_level_and_every_confidence_has_one() -> None:
    assert sum(level["cases"] for level in HERE["levels"]) == HERE["cases"]
    assert HERE["levels"][0]["from"] == 0
    assert HERE["levels"][-1]["to"] == 1
    for lower, upper in pairwise(HERE["levels"]):
        assert lower["to"] == upper["from"]


def test_words_follow_from_the_share_that_was_right(tmp_path: Path) -> None:
    """Even where a higher confidence is right less often."""
    content = json.loads(BASELINE.read_text(encoding="utf-8"))
    for case in content["cases"]:
        case["scores"]["extracting/evidence_any"] = float(case["confidence"] < 0.4)
    (tmp_path / "baseline.json").write_text(json.dumps(content), encoding="utf-8")
    found = levels(tmp_path / "baseline.json")["levels"]
    assert [level["word"] for level in found] == ["high", "high", "very low", "very low", "very low"]
    assert [word for _, word in WORDS] == ["high", "good", "fair", "low", "very low"]
