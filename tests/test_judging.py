import math

import pytest

from assistant.judging import BIAS, THRESHOLDS, WEIGHTS, Features, confidence


def test_confidence_is_the_logistic_of_the_weighted_features() -> None:
    assert confidence(Features(0, 0, 0, 0)) == pytest.approx(1 / (1 + math.exp(-BIAS)))
    total = BIAS + 0.5 * sum(getattr(WEIGHTS, name) for name in Features.__slots__)
    assert confidence(Features(0.5, 0.5, 0.5, 0.5)) == pytest.approx(1 / (1 + math.exp(-total)))


@pytest.mark.parametrize("name", Features.__slots__)
def test_more_of_any_feature_never_lowers_the_confidence(name: str) -> None:
    low = dict.fromkeys(Features.__slots__, 0.4)
    assert confidence(Features(**(low | {name: 0.9}))) >= confidence(Features(**low))


def test_the_more_cautious_the_surer_an_answer_must_be() -> None:
    assert THRESHOLDS["eager"] < THRESHOLDS["balanced"] < THRESHOLDS["cautious"]
