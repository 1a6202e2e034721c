import pytest

from assistant.retrieving import fuse


def test_scores_are_scaled_by_their_own_range_and_averaged() -> None:
    dense = {"a": 0.9, "b": 0.5, "c": 0.1}
    lexical = {"b": 12.0, "d": 2.0}
    assert fuse([dense, lexical]) == [("b", 0.75), ("a", 0.5), ("c", 0.0), ("d", 0.0)]


@pytest.mark.parametrize(
    ("lists", "expected"),
    [
        ([], []),
        ([{}, {}], []),
        ([{"a": 3.0}, {}], [("a", 0.5)]),
        ([{"b": 1.0, "a": 1.0}], [("a", 1.0), ("b", 1.0)]),
    ],
    ids=["no list", "empty lists", "one hit", "ties by id"],
)
def test_short_lists_are_fused_as_well(lists: list[dict[str, float]], expected: list[tuple[str, float]]) -> None:
    assert fuse(lists) == expected
