"""A byte for each component keeps the direction of a vector."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from index.quantizing import dequantized, quantized
from index.store import Vectors


def unit(rows: NDArray[np.float64]) -> Vectors:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def cosines(rows: Vectors, others: Vectors) -> NDArray[np.float64]:
    products: NDArray[np.float64] = np.einsum("ij,ij->i", rows.astype(np.float64), others.astype(np.float64))
    return products


@given(rows=st.integers(0, 40), dimension=st.sampled_from([8, 64, 384, 1024]), seed=st.integers(0, 2**32 - 1))
def test_vectors_like_those_of_sentences_come_back_with_a_cosine_above_998_thousandths(
    rows: int, dimension: int, seed: int
) -> None:
    vectors = unit(np.random.default_rng(seed).normal(size=(rows, dimension)))
    back = dequantized(quantized(vectors), rows=rows)
    assert back.dtype == np.float32
    assert back.shape == (rows, dimension if rows else 0)
    np.testing.assert_allclose(np.linalg.norm(back, axis=1), 1, atol=1e-6)
    if rows:
        assert cosines(vectors, back).min() > 0.998


@given(arrays(np.float64, (3, 16), elements=st.floats(-1, 1)).filter(lambda rows: np.abs(rows).max(axis=1).min() > 0.1))
def test_no_vector_comes_back_further_off_than_promised(rows: NDArray[np.float64]) -> None:
    vectors = unit(rows)
    largest = np.abs(vectors).max(axis=1)
    errors = 1 - cosines(vectors, dequantized(quantized(vectors), rows=3))
    assert (errors <= 16 * largest**2 / 2 / 254**2 + 1e-6).all()


@given(st.integers(0, 2**32 - 1))
def test_quantised_again_it_is_the_same(seed: int) -> None:
    once = quantized(unit(np.random.default_rng(seed).normal(size=(5, 64))))
    assert quantized(dequantized(once, rows=5)) == once


def test_the_text_can_be_read_by_eye() -> None:
    assert quantized(np.array([[0.6, -0.8, 0.0]], dtype=np.float32)) == "X4EA"  # 95, -127, 0
    np.testing.assert_allclose(dequantized("X4EA", rows=1), [[0.599, -0.801, 0]], atol=1e-3)


@pytest.mark.parametrize(("text", "rows"), [("X4EA", 2), ("X4E", 1), ("?", 1)], ids=["too few", "torn", "no base64"])
def test_what_is_not_such_a_text_is_an_error(text: str, rows: int) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  numpy and base64 say it in words of their own
        dequantized(text, rows=rows)
