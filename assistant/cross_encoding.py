"""Reading a question and a sentence together: how well the one answers the other, as a cross-encoder scores it.

The built-in model is this project's own (``training/``), runs on OpenVINO and imports neither torch nor transformers.
Any other cross-encoder, by its Hugging Face name or from a folder, runs on sentence-transformers.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from index.converting import compiled, silence
from index.embedding import open_tokenizer, padded
from index.errors import ModelError
from index.weights import Purpose, find_weights

if TYPE_CHECKING:
    from tokenizers import Encoding

__all__ = ["BUILT_IN", "CrossEncoder", "Scores", "open_cross_encoder"]

BUILT_IN = "citespan"
PURPOSE = Purpose("cross-encoder", "CITESPAN_CROSS_ENCODER", "cross-encoder")
FOLDER = Path(__file__).parent / "cross_encoder"
WINDOW = 128
"""Tokens of a question and a sentence together; the longer one is cut."""
BATCH, STEP = 8, 16
"""Sentences at a time, of like length; padded to a multiple of STEP tokens."""

Scores = NDArray[np.float32]


class CrossEncoder(Protocol):
    """Scores pairs; safe to call from many threads."""

    @property
    def name(self) -> str:
        """The model, as it is named in the settings."""
        ...

    def score(self, question: str, sentences: Sequence[str]) -> Scores:
        """By sentence, the logit of its answering the question: shape (sentences,)."""
        ...


def open_cross_encoder(name: str = BUILT_IN, *, cache_dir: Path, notify: Callable[[str], None]) -> CrossEncoder:
    """The cross-encoder of that name. Raises ModelError when it cannot be had."""
    if name == BUILT_IN:
        return OpenVINOCrossEncoder(FOLDER, name, cache_dir)
    if (Path(name) / "model.xml").is_file():  # as ``training.ship`` writes it
        return OpenVINOCrossEncoder(Path(name), name, cache_dir)
    weights = find_weights(name, cache_dir=cache_dir, notify=notify, purpose=PURPOSE)
    return NamedCrossEncoder(weights.folder, name)


class OpenVINOCrossEncoder:
    """A model in eight bits, made ready for this processor in ``cache_dir``."""

    def __init__(self, folder: Path, name: str, cache_dir: Path) -> None:
        self.name = name
        weights = folder / "model.bin"
        if not weights.is_file():
            raise ModelError(f"{weights} is missing. Install citespan again, or set CITESPAN_PROFILE=fast.")
        found = weights.stat()
        key = sha256(f"{weights}|{found.st_size}|{found.st_mtime_ns}".encode()).hexdigest()[:32]
        kept = cache_dir / "models" / key
        with suppress(OSError):  # keeping it saves time, no more
            kept.mkdir(parents=True, exist_ok=True)
        self._request = compiled(folder / "model.xml", "f32", kept=kept).create_infer_request()
        self._tokenizer = open_tokenizer(folder / "tokenizer.json", window=WINDOW)
        self._lock = Lock()

    def score(self, question: str, sentences: Sequence[str]) -> Scores:
        """By sentence, the logit of its answering the question."""
        encodings = self._tokenizer.encode_batch_fast([(question, sentence) for sentence in sentences])
        scores = np.empty(len(sentences), dtype=np.float32)
        order = sorted(range(len(encodings)), key=lambda number: len(encodings[number]))
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            scores[batch] = self._infer([encodings[number] for number in batch])
        return scores

    def _infer(self, encodings: Sequence["Encoding"]) -> Scores:
        with self._lock:
            logits: Scores = self._request.infer(padded(encodings, step=STEP, most=WINDOW))[0][:, 0]
        return logits


class NamedCrossEncoder:
    """Any cross-encoder with one output that sentence-transformers can load."""

    def __init__(self, folder: Path, name: str) -> None:
        from sentence_transformers import CrossEncoder as Original
        from torch.nn import Identity

        self.name = name
        try:
            with silence():
                self._model = Original(str(folder), local_files_only=True, activation_fn=Identity())
        except (OSError, ValueError, RuntimeError, KeyError) as error:
            raise ModelError(
                f"The cross-encoder {name} cannot be loaded: {error}. Check CITESPAN_CROSS_ENCODER."
            ) from error
        if self._model.num_labels != 1:
            raise ModelError(f"{name} gives {self._model.num_labels} scores a pair; one for ranking gives 1.")
        self._lock = Lock()

    def score(self, question: str, sentences: Sequence[str]) -> Scores:
        """By sentence, the logit of its answering the question."""
        if not sentences:
            return np.empty(0, dtype=np.float32)
        with self._lock:
            found = self._model.predict([(question, sentence) for sentence in sentences], show_progress_bar=False)
        return np.asarray(found, dtype=np.float32)
