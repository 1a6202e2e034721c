import math

import pytest

from assistant.judging import READ, THRESHOLDS, UNREAD, Features, Model, confidence


@pytest.mark.parametrize(("model", "relevance"), [(READ, 0.5), (UNREAD, None)], ids=["read", "unread"])
def test_confidence_is_the_logistic_of_the_weighted_features(model: Model, relevance: float | None) -> None:
    features = Features(0.5, 0.5, 0.5, 0.5, relevance, 0.5, 0.5)
    total = model.bias + 0.5 * sum(getattr(model.weights, name) or 0.0 for name in Features.__slots__)
    assert confidence(features) == pytest.approx(1 / (1 + math.exp(-total)))


@pytest.mark.parametrize("name", Features.__slots__)
def test_more_of_any_feature_never_lowers_the_confidence(name: str) -> None:
    low = dict.fromkeys(Features.__slots__, 0.4)
    assert confidence(Features(**(low | {name: 0.9}))) >= confidence(Features(**low))


def test_the_more_cautious_the_surer_an_answer_must_be() -> None:
    assert THRESHOLDS["eager"] < THRESHOLDS["balanced"] < THRESHOLDS["cautious"]
