"""Two runs compared case by case, on runs made by hand."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from evals.accepting import accept
from evals.comparing import Comparison, compare, comparison_json
from evals.models import Dataset, EvalError, Said, Scored
from evals.policy import POLICY, Gate, Policy, read_policy
from evals.report import make_report, read_report, report_json, report_text

FIRST = "extracting/evidence_first"


class Made(NamedTuple):
    """A run made by hand."""

    cases: Sequence[Scored]
    setup: Mapping[str, Any] = {}


def against(before: Sequence[Scored], after: Sequence[Scored], policy: Policy) -> Comparison:
    return compare(Made(before), Made(after), policy)


def scored(
    name: str,
    scores: Mapping[str, float] | None = None,
    *,
    confidence: float = 0.5,
    answerable: bool = True,
    right: float = 1.0,
) -> Scored:
    return Scored(
        id=name,
        kind="question",
        split="dev" if int(name) % 2 else "test",
        question=f"Question {name}?",
        answerable=answerable,
        cluster=name,
        fingerprint="same",
        answered=True,
        confidence=confidence,
        reason=None,
        sentences=(Said("An answer.", ()),),
        scores={"overall/right": right, **(scores or {})},
    )


def run(*values: float, metric: str = FIRST) -> list[Scored]:
    return [scored(str(number), {metric: value}) for number, value in enumerate(values)]


def policy(may_worsen: float = 0.0, metric: str = FIRST, split: Any = "all") -> Policy:
    return Policy(gate=(Gate(metric=metric, split=split, may_worsen=may_worsen),))


def test_the_same_run_twice_has_no_difference_and_is_green() -> None:
    cases = run(*[1.0] * 30, *[0.0] * 10)
    found = against(cases, cases, policy())
    assert found.differences[0].sign == "no difference shown"
    assert found.flips == ()
    assert found.red == []


def test_a_loss_that_the_set_can_show_is_red_whatever_is_allowed() -> None:
    found = against(run(*[1.0] * 40), run(*[0.0] * 6, *[1.0] * 34), policy(may_worsen=0.5))
    assert found.differences[0].p == pytest.approx(0.03125)
    assert found.differences[0].sign == "worse"
    assert [difference.metric for difference in found.red] == [FIRST]


def test_a_loss_beyond_what_is_allowed_is_red_even_when_the_set_cannot_show_it() -> None:
    before, after = run(*[1.0] * 40), run(*[0.0] * 3, *[1.0] * 37)
    assert against(before, after, policy(may_worsen=0.05)).red
    assert not against(before, after, policy(may_worsen=0.08)).red


def test_a_gain_is_never_red() -> None:
    found = against(run(*[0.0] * 40), run(*[1.0] * 40), policy())
    assert found.differences[0].sign == "better"
    assert found.red == []


def test_where_lower_is_better_a_rise_is_a_loss() -> None:
    metric = "refusing/false_answer_rate"
    found = against(run(*[0.0] * 40, metric=metric), run(*[1.0] * 40, metric=metric), policy(metric=metric))
    assert found.differences[0].worsening == 1.0
    assert found.red


def test_a_gate_on_one_split_looks_at_that_split_only() -> None:
    before = run(*[1.0] * 40)
    after = [scored(case.id, {FIRST: float(case.split == "dev")}) for case in before]
    assert not against(before, after, policy(split="dev")).red
    assert against(before, after, policy(split="test")).red


def test_means_are_compared_pair_by_pair() -> None:
    """Every case loses a little: no mean of so few could show it unpaired."""
    metric = "passages/nDCG@10"
    before = run(*[number / 30 for number in range(30)], metric=metric)
    after = run(*[number / 30 - 0.01 for number in range(30)], metric=metric)
    found = against(before, after, policy(may_worsen=0.5, metric=metric)).differences[0]
    assert found.sign == "worse"
    assert found.change == pytest.approx(-0.01)


def test_ranking_of_confidence_is_compared_over_the_whole_set() -> None:
    metric = "refusing/AUROC"
    before = [scored(str(n), answerable=n % 2 == 0, confidence=0.9 if n % 2 == 0 else 0.1) for n in range(40)]
    after = [scored(str(n), answerable=n % 2 == 0, confidence=0.5) for n in range(40)]
    found = against(before, after, policy(metric=metric)).differences[0]
    assert (found.before, found.after, found.sign) == (1.0, 0.5, "worse")


def test_the_smallest_loss_that_could_be_shown_is_told_beside_the_verdict() -> None:
    cases = run(*[1.0] * 60)
    assert against(cases, cases, policy()).differences[0].smallest == pytest.approx(0.1)


def test_every_flipped_question_is_listed_lost_ones_first() -> None:
    before = [scored("0"), scored("1", right=0.0), scored("2")]
    after = [scored("0"), scored("1", right=1.0), scored("2", right=0.0)]
    flips = against(before, after, policy(may_worsen=1, metric="overall/right")).flips
    assert [(flip.after.id, flip.lost) for flip in flips] == [("2", True), ("1", False)]
    assert flips[0].metrics == ("overall/right",)


def test_only_cases_that_both_runs_have_unchanged_are_compared() -> None:
    before = run(1.0, 1.0, 1.0)
    after = [before[0], replace(before[1], fingerprint="other"), scored("9", {FIRST: 1.0})]
    found = against(before, after, policy().model_copy(update={"may_lose_cases": 1}))
    assert (found.added, found.removed, found.changed) == (("9",), ("2",), ("1",))
    assert found.differences[0].count == 1


def test_runs_without_a_common_case_cannot_be_compared() -> None:
    with pytest.raises(EvalError, match="none of these cases"):
        against(run(1.0), [scored("7")], policy())


def test_a_gate_whose_metric_has_gone_is_an_error() -> None:
    with pytest.raises(EvalError, match="extracting/evidence_first"):
        against(run(1.0), [scored("0")], policy())


def test_gates_on_answers_are_left_aside_for_a_mere_ranking() -> None:
    cases = run(*[1.0] * 10, metric="documents/nDCG@10")
    found = against(cases, cases, read_policy(POLICY))
    assert found.differences[0].metric == "documents/nDCG@10"
    assert "refusing/AUROC" in {gate.metric for gate in found.not_gated}


def test_gates_over_nothing_do_not_pass() -> None:
    cases = run(*[1.0] * 10, metric="documents/nDCG@10")
    with pytest.raises(EvalError, match="No gate of the policy"):
        against(cases, cases, policy())


def test_a_baseline_that_lost_many_of_its_cases_holds_nothing() -> None:
    before = run(*[1.0] * 20)
    assert against(before, before[2:], policy()).compared == 18
    with pytest.raises(EvalError, match="Only 17 of the baseline's 20 cases"):
        against(before, before[3:], policy())
    chosen = Made(before[:3], {"selection": {"limit": 3}})
    assert compare(Made(before), chosen, policy()).compared == 3


def test_another_way_of_asking_is_said() -> None:
    cases = run(1.0)
    found = compare(Made(cases, {"caution": "balanced"}), Made(cases, {"caution": "eager"}), policy())
    assert found.setup == ("caution: balanced → eager",)


@pytest.mark.parametrize(
    ("values", "smallest"),
    [([1.0] * 5, None), ([1.0] * 6, 1.0), ([1.0] * 6 + [0.0] * 54, 0.1), ([1.0] * 5 + [0.0] * 95, None)],
    ids=["too few cases", "all of them", "as many as hold", "too few that hold"],
)
def test_what_cannot_be_shown_is_not_claimed(values: list[float], smallest: float | None) -> None:
    assert against(run(*values), run(*values), policy()).differences[0].smallest == smallest


@pytest.mark.parametrize("lost", [3, 4])
def test_four_cases_that_lose_all_are_the_fewest_that_a_mean_shows(lost: int) -> None:
    metric = "passages/nDCG@10"
    before = run(*[0.5] * 100, metric=metric)
    found = against(
        before, run(*[0.0] * lost, *[0.5] * (100 - lost), metric=metric), policy(may_worsen=1, metric=metric)
    )
    assert found.differences[0].smallest == pytest.approx(0.02)
    assert (found.differences[0].sign == "worse") == (lost == 4)


def test_errors_of_calibration_are_not_compared() -> None:
    with pytest.raises(ValueError, match="no metric 'calibration/ECE'"):
        Gate(metric="calibration/ECE")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "gate: Field required"),
        ("gate = [", "cannot be read"),
        ('[[gate]]\nmetric = "accuracy"', "there is no metric 'accuracy' to gate. There are: overall/right"),
        ('[[gate]]\nmetric = "answering/answer_words"', "there is no metric"),
        ('[[gate]]\nmetric = "overall/right"\nmay_worsen = -1', "greater than or equal to 0"),
        ('[[gate]]\nmetric = "overall/right"\nmay_fall = 1', "Extra inputs are not permitted"),
    ],
)
def test_a_bad_policy_says_what_is_wrong(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(EvalError) as caught:
        read_policy(path)
    assert message in str(caught.value)


def kept(path: Path, cases: Sequence[Scored], *, selection: object = None) -> Path:
    report = make_report(Dataset("ours", Path(), ()), cases, {"selection": selection})
    path.write_text(report_text(report_json(report)), encoding="utf-8")
    return path


def test_a_result_is_read_as_it_was_written(tmp_path: Path) -> None:
    cases = run(1.0, 0.0)
    assert read_report(kept(tmp_path / "r.json", cases)).cases == tuple(cases)


def test_a_changed_case_is_one_changed_line_of_the_result(tmp_path: Path) -> None:
    one = kept(tmp_path / "1.json", run(1.0, 1.0)).read_text(encoding="utf-8").splitlines()
    other = kept(tmp_path / "2.json", run(1.0, 0.0)).read_text(encoding="utf-8").splitlines()
    assert sum(a != b for a, b in zip(one, other, strict=True) if '"id"' in a) == 1


@pytest.mark.parametrize(
    "content",
    ["", "[]", '{"format": 99}', '{"format": 1}', '{"format": 1, "cases": 5}', '{"format": 1, "cases": [{}]}'],
)
def test_what_is_no_result_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "r.json").write_text(content, encoding="utf-8")
    with pytest.raises(EvalError):
        read_report(tmp_path / "r.json")


def test_a_baseline_is_accepted_with_who_changed_which_figure_by_how_much(tmp_path: Path) -> None:
    baseline, today = tmp_path / "baseline.json", date(2026, 11, 22)
    accept(kept(tmp_path / "1.json", run(1.0, 1.0, 1.0, 1.0)), baseline, who="Ada", why="first", today=today)
    log = accept(kept(tmp_path / "2.json", run(1.0, 1.0, 1.0, 0.0)), baseline, who="Bo", why="faster", today=today)
    text = log.read_text(encoding="utf-8")
    assert text.index("2026-11-22, Bo: faster") < text.index("2026-11-22, Ada: first")
    assert "| extracting/evidence_first | all | 4 | 1.0 | 0.75 | -0.2500 |" in text
    assert "time" not in json.loads(baseline.read_text(encoding="utf-8"))


def test_accepting_the_same_again_says_that_nothing_changed(tmp_path: Path) -> None:
    result, baseline = kept(tmp_path / "1.json", run(1.0)), tmp_path / "baseline.json"
    for _ in range(2):
        log = accept(result, baseline, who="Ada", why="again", today=date(2026, 11, 22))
    assert "1 cases, 0 of them new; 0 are gone.\n\nNo figure changed." in log.read_text(encoding="utf-8")


def test_what_a_new_baseline_no_longer_measures_is_in_the_log(tmp_path: Path) -> None:
    baseline, today = tmp_path / "baseline.json", date(2026, 11, 22)
    accept(kept(tmp_path / "1.json", run(1.0, 1.0)), baseline, who="Ada", why="first\n## forged", today=today)
    other = run(1.0, metric="documents/MRR")
    text = accept(kept(tmp_path / "2.json", other), baseline, who="Bo", why="x", today=today).read_text(
        encoding="utf-8"
    )
    assert "1 cases, 0 of them new; 1 are gone." in text
    assert "| extracting/evidence_first | all | 2 → 0 | 1.0 | – |  |" in text
    assert "\n## forged" not in text


def test_a_part_of_the_cases_is_never_a_baseline(tmp_path: Path) -> None:
    result = kept(tmp_path / "1.json", run(1.0), selection={"limit": 1})
    with pytest.raises(EvalError, match="only some of its cases"):
        accept(result, tmp_path / "b.json", who="Ada", why="x", today=date(2026, 11, 22))


def test_a_comparison_as_json_names_the_broken_gates() -> None:
    found = comparison_json(against(run(*[1.0] * 20), run(*[0.0] * 20), policy()))
    assert found["regression"] is True
    assert found["red"] == [FIRST]
    assert found["metrics"][0]["smallest"] == 0.3
    assert len(found["flipped"]) == 20
