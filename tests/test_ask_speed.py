import json
import sys
from pathlib import Path

import pytest

from evals import ask_speed

CHAIN = "import sys, time\ntime.sleep(0.05)\nassert sys.argv[1] in {'index', 'ask'}\n"


def test_the_interval_of_equal_ratios_is_that_ratio() -> None:
    assert ask_speed.interval([0.25] * 5) == (0.25, 0.25)


@pytest.mark.slow
def test_both_commands_are_run_and_their_ratio_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a chain that only sleeps: what is timed is the command line itself."""
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "one.txt").write_text("Interleukin 6 mediates wound healing.\n", encoding="utf-8")
    (tmp_path / "chain.py").write_text(CHAIN, encoding="utf-8")
    arguments = [str(tmp_path / "chain.py"), str(tmp_path / "documents"), "--pairs", "2"]
    monkeypatch.setattr(sys, "argv", ["ask_speed", *arguments])
    ask_speed.main()
    printed = json.loads(capsys.readouterr().out)
    assert printed["pairs"] == 2
    assert printed["ratio"] > 1
    assert printed["chain_s"] >= 0.05
