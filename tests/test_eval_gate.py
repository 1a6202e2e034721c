"""The gate over our own cases and the real index: damage turns it red, and nothing else does."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from assistant.bootstrap import Parts
from assistant.judging import THRESHOLDS
from assistant.selecting import select
from evals.comparing import compare
from evals.datasets import Selection, chosen, open_cases
from evals.policy import POLICY, read_policy
from evals.report import Report, report_json, report_text
from evals.runner import Prepared, Way, evaluate, prepare
from index.reading import Snapshot
from index.settings import IndexSettings

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def everything() -> Prepared:
    """All our cases over the seeds."""
    parts = Parts(IndexSettings(), notify=lambda _: None)
    return prepare(open_cases(ROOT / "evals" / "cases.jsonl", ROOT / "seeds"), parts)


@pytest.fixture(scope="module")
def prepared(everything: Prepared) -> Prepared:
    """A third of our cases: enough for such damage, in a third of the time."""
    return Prepared(chosen(everything.dataset, Selection(sample=86)), everything.assistant)


@pytest.fixture(scope="module")
def unharmed(prepared: Prepared) -> Report:
    return evaluate(prepared, Way())


def reds(before: Report, after: Report) -> set[str]:
    return {found.metric for found in compare(before, after, read_policy(POLICY)).red}


def without_time(report: Report) -> str:
    return report_text({name: value for name, value in report_json(report).items() if name != "time"})


def switch_off_bm25(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Snapshot, "lexical", lambda *_, **__: [])


def take_the_second_best_sentence(patch: pytest.MonkeyPatch) -> None:
    def second(candidates: Sequence[Any], **how: Any) -> Any:
        return select(candidates[1:], **how)

    patch.setattr("assistant.answering.select", second)


def never_refuse(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("assistant.answering.THRESHOLDS", dict.fromkeys(THRESHOLDS, 0.0))


@pytest.fixture
def patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as made:
        yield made


DAMAGES = (
    (switch_off_bm25, "passages/nDCG@10"),
    (take_the_second_best_sentence, "extracting/evidence_first"),
    (never_refuse, "refusing/false_answer_rate"),
)


def test_a_damaged_build_is_red_and_the_right_metric_is_named(
    prepared: Prepared, unharmed: Report, patch: pytest.MonkeyPatch
) -> None:
    """The other damages, on all cases, are among the slow tests."""
    damage, metric = DAMAGES[1]
    damage(patch)
    assert metric in reds(unharmed, evaluate(prepared, Way()))


@pytest.mark.slow
def test_an_unchanged_build_is_green_and_writes_the_same_bytes(prepared: Prepared, unharmed: Report) -> None:
    again = evaluate(prepared, Way())
    assert reds(unharmed, again) == set()
    assert without_time(again) == without_time(unharmed)


@pytest.mark.slow
def test_on_all_cases_damage_is_red_and_an_unchanged_build_green_20_times_of_20(everything: Prepared) -> None:
    before = evaluate(everything, Way())
    for _ in range(20):
        again = evaluate(everything, Way())
        assert reds(before, again) == set()
        assert without_time(again) == without_time(before)
    assert without_time(evaluate(everything, Way(jobs=2))) == without_time(before)
    for damage, metric in DAMAGES:
        with pytest.MonkeyPatch.context() as patch:
            damage(patch)
            assert metric in reds(before, evaluate(everything, Way()))
