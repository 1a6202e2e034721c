"""Intervals, tests and curves, on numbers computed by hand or taken from the papers."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals import statistics


def flags(*values: int) -> statistics.Flags:
    return np.array(values, dtype=bool)


def test_wilson_is_the_published_interval() -> None:
    """81 of 263: .2553 to .3662 (Newcombe 1998, table I, method 3)."""
    low, high = statistics.wilson(81, 263)
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)


def test_wilson_of_none_found_is_not_a_point() -> None:
    """0 of 20: 0 to .1611 (Newcombe 1998)."""
    low, high = statistics.wilson(0, 20)
    assert low == 0
    assert round(high, 4) == 0.1611


@pytest.mark.parametrize(
    ("better", "worse", "p"),
    [(0, 0, 1.0), (0, 5, 0.0625), (0, 6, 0.03125), (3, 3, 1.0), (1, 9, 22 / 1024)],
)
def test_mcnemar_is_a_sign_test_of_the_changed_cases(better: int, worse: int, p: float) -> None:
    assert statistics.mcnemar(better, worse) == pytest.approx(p)


def test_six_lost_cases_are_the_fewest_that_can_be_shown() -> None:
    assert statistics.smallest_fall(0, 100, 100, alpha=0.05) == pytest.approx(6 / 100)


def test_more_changes_for_the_better_need_more_for_the_worse() -> None:
    assert statistics.smallest_fall(3, 97, 100, alpha=0.05) == pytest.approx(9 / 100)


def test_where_fewer_cases_hold_than_it_takes_nothing_can_be_shown() -> None:
    assert statistics.smallest_fall(0, 5, 100, alpha=0.05) is None


def test_auroc_counts_pairs_in_the_right_order_and_ties_half() -> None:
    assert statistics.auroc(np.array([0.9, 0.5, 0.5, 0.1]), flags(1, 1, 0, 0)) == pytest.approx(3.5 / 4)


def test_auroc_of_one_sort_only_is_not_a_number() -> None:
    assert math.isnan(statistics.auroc(np.array([0.1, 0.2]), flags(1, 1)))


def test_risk_is_the_share_wrong_among_the_most_confident() -> None:
    curve = statistics.risk_coverage(np.array([0.2, 0.9, 0.6, 0.4]), flags(1, 1, 0, 1))
    assert curve.coverage.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert curve.risk.tolist() == pytest.approx([0, 1 / 2, 1 / 3, 1 / 4])
    assert curve.area == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 4) / 4)


def test_equally_confident_cases_are_answered_together() -> None:
    curve = statistics.risk_coverage(np.array([0.5, 0.5]), flags(1, 0))
    assert curve.coverage.tolist() == [1.0]
    assert curve.area == pytest.approx(0.5)


def test_calibration_error_is_the_mean_gap_between_said_and_found() -> None:
    sure = np.repeat([0.2, 0.8], 10)
    right = np.concatenate([np.repeat([True, False], 5), np.ones(10, dtype=bool)])
    bins = statistics.calibration_bins(sure, right, bins=2)
    assert [found.size for found in bins] == [10, 10]
    assert [found.confidence for found in bins] == pytest.approx([0.2, 0.8])
    assert [found.right for found in bins] == [0.5, 1.0]


def test_calibration_error_weighs_bins_by_their_size() -> None:
    sure = np.repeat([0.1, 0.9], [9, 21])
    right = np.repeat([True, True], [9, 21])
    assert statistics.calibration_error(sure, right) == pytest.approx((9 * 0.9 + 21 * 0.1) / 30)


def test_a_perfect_model_of_few_cases_shows_an_error_that_more_cases_take_away() -> None:
    small, large = (statistics.perfect_calibration_error(np.full(count, 0.5)) for count in (50, 5000))
    assert small > 0.1
    assert large < 0.02


def test_the_bias_of_few_cases_is_taken_off() -> None:
    """Of perfectly calibrated models, much of the error that is seen is bias."""
    plain, debiased = [], []
    for seed in range(40):
        generator = np.random.default_rng(seed)
        sure = generator.random(400)
        right = generator.random(400) < sure
        plain.append(statistics.calibration_error(sure, right))
        debiased.append(statistics.debiased_calibration_error(sure, right))
    assert np.mean(debiased) < 0.7 * np.mean(plain)


def test_a_miscalibrated_model_stays_so_when_the_bias_is_taken_off() -> None:
    sure, right = np.full(1000, 0.9), np.arange(1000) % 2 == 0
    assert statistics.debiased_calibration_error(sure, right) == pytest.approx(0.4, abs=0.03)


def test_a_bootstrap_is_the_same_every_time_and_covers_the_mean() -> None:
    values = np.arange(40.0)
    names = [str(number) for number in range(40)]
    first, second = (statistics.bootstrap(lambda drawn: float(values[drawn].mean()), names) for _ in range(2))
    assert first == second
    assert first.low < values.mean() < first.high


def test_cases_of_one_document_are_drawn_together() -> None:
    """Thirty documents with ten equal answers each are thirty observations, not three hundred."""
    values = np.repeat(np.arange(30.0), 10)
    shared = [str(number // 10) for number in range(300)]
    single = [str(number) for number in range(300)]
    assert statistics.resampling(shared) == "document"
    wide, narrow = (
        statistics.bootstrap(lambda drawn: float(values[drawn].mean()), clusters) for clusters in (shared, single)
    )
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)


def test_a_handful_of_documents_is_too_few_to_draw_from() -> None:
    assert statistics.resampling([str(number % 5) for number in range(200)]) == "case"


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60))
def test_curves_and_errors_stay_in_their_range(cases: list[tuple[float, bool]]) -> None:
    sure, right = (np.array(column) for column in zip(*cases, strict=True))
    curve = statistics.risk_coverage(sure, right)
    assert 0 <= curve.area <= 1
    assert curve.coverage[-1] == pytest.approx(1)
    assert curve.risk[-1] == pytest.approx(1 - right.mean())
    assert 0 <= statistics.calibration_error(sure, right) <= 1
