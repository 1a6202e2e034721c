"""What a model writes is measured as it stands and as it is shown, without a judge that is a model."""

import json
from pathlib import Path

import pytest

from evals import generation
from evals.generation import drafts, table
from evals.models import Case, Place
from index.models import Span
from tests.fakes import ScriptedModel, writers_of
from tests.servers import quick_parts
from tests.test_writing import ASKED, SAYS, TEXTS

INVENTED = {"quotes": [{"passage": 1, "quote": "Honey heals each and every wound"}], "claim": "Honey heals wounds."}
TRUE = {"quotes": [{"passage": 1, "quote": SAYS}], "claim": SAYS}


def test_claims_are_counted_as_they_stand_and_as_they_are_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = quick_parts(tmp_path, TEXTS)
    model = ScriptedModel(json.dumps({"claims": [INVENTED, TRUE]}))
    monkeypatch.setattr(parts.generators, "open", lambda _name: model)
    monkeypatch.setattr(parts, "judge", lambda: writers_of(model).writer(None)._judge)  # type: ignore[union-attr]
    begin = TEXTS["wounds.txt"].index(SAYS)
    evidence = ((Place("wounds.txt", Span(begin, begin + len(SAYS))),),)
    cases = [
        Case("a", ASKED, answerable=True, evidence=evidence),
        Case("b", "Who won the chess championship of 1972?", answerable=False),
    ]
    assistant = parts.assistant()
    found = list(drafts(assistant, parts, cases))
    assert [len(each.claims) for each in found] == [2, 2]
    assert [each.shown is not None for each in found] == [True, False]
    text = "\n".join(table(found))
    assert "| claims of the model that are shown | 4 | 1 | – |" in text
    assert "answered | 1.000 (0.207–1.000) n=1 | 0.000 (0.000–0.793) n=1 | 0.000 (0.000–0.793) n=1 |" in text
    assert "cite accepted evidence, of the answerable | – | 1.000 (0.207–1.000) n=1 | – |" in text
    assert "| its quotation stands in no passage that the model was given | 2 |" in text


def test_a_run_needs_a_model_that_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["generation", "extractive", "--cases", "1"])
    with pytest.raises(SystemExit, match="Name a model"):
        generation.main()
