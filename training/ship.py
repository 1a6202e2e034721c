"""Put a trained cross-encoder into the package: converted to OpenVINO, weights and activations in eight bits.

    python -m training.ship TRAINED ../shared/data/covidqa [--to assistant/cross_encoder]

Ranges of activations are taken from pairs of the folder, which was trained on. Prints the size, and how far the logits
of other pairs moved.
"""

import argparse
import shutil
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import openvino
import torch
from transformers import AutoModelForSequenceClassification

from assistant.cross_encoding import FOLDER, WINDOW
from evals.datasets import Half
from index.embedding import open_tokenizer
from training.groups import groups_of

CALIBRATING, COMPARED = 300, 300
"""Pairs."""


def main() -> None:
    """Convert, quantise, save, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trained", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--half", choices=["even", "odd"], help="as it was trained")
    parser.add_argument("--to", type=Path, default=FOLDER)
    options = parser.parse_args()
    pairs = list(islice(_pairs(options.folder, options.half), CALIBRATING + COMPARED))
    inputs = list(_inputs(options.trained, pairs))
    model = _converted(options.trained)
    small = _quantised(model, inputs[:CALIBRATING])
    options.to.mkdir(parents=True, exist_ok=True)
    openvino.save_model(small, options.to / "model.xml", compress_to_fp16=False)
    shutil.copy(options.trained / "tokenizer.json", options.to / "tokenizer.json")
    size = sum(file.stat().st_size for file in options.to.iterdir())
    one, other = (_logits(each, inputs[CALIBRATING:]) for each in (model, small))
    print(f"{size / 1e6:.1f} MB; logits moved by {np.abs(one - other).mean():.3f} of a spread of {one.std():.3f},")
    print(f"correlation {np.corrcoef(one, other)[0, 1]:.4f}, {len(one)} pairs")


def _pairs(folder: Path, half: Half | None) -> Iterator[tuple[str, str]]:
    for group in groups_of(folder, half):
        for sentence in (*group.positives[:1], *group.negatives[:3]):
            yield group.question, sentence


def _inputs(trained: Path, pairs: Sequence[tuple[str, str]]) -> Iterator[dict[str, Any]]:
    tokenizer = open_tokenizer(trained / "tokenizer.json", window=WINDOW)
    for encoding in tokenizer.encode_batch(list(pairs)):
        rows = {
            "input_ids": encoding.ids,
            "attention_mask": encoding.attention_mask,
            "token_type_ids": encoding.type_ids,
        }
        yield {name: np.array([row], dtype=np.int64) for name, row in rows.items()}


def _converted(trained: Path) -> Any:  # noqa: ANN401 - openvino.Model
    original = AutoModelForSequenceClassification.from_pretrained(trained).eval()
    ones = torch.ones(2, 8, dtype=torch.long)
    names = ("input_ids", "attention_mask", "token_type_ids")
    return openvino.convert_model(original, example_input=dict.fromkeys(names, ones))


def _quantised(model: Any, inputs: Sequence[dict[str, Any]]) -> Any:  # noqa: ANN401 - openvino.Model
    import nncf

    return nncf.quantize(
        model.clone(), nncf.Dataset(inputs), model_type=nncf.ModelType.TRANSFORMER, subset_size=len(inputs)
    )


def _logits(model: Any, inputs: Sequence[dict[str, Any]]) -> Any:  # noqa: ANN401 - an array
    compiled = openvino.Core().compile_model(model, "CPU")
    return np.array([compiled(row)[0][0, 0] for row in inputs])


if __name__ == "__main__":
    main()
