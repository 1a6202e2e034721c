"""Texts become vectors of unit length.

The usual models run on OpenVINO, converted once; a question then imports neither torch nor transformers, which alone
would take seconds. Whatever OpenVINO cannot do, or a GPU is wanted for, runs on sentence-transformers itself.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.converting import Precision, compiled, converted, load_original, silence
from index.errors import ModelError
from index.pooling import Places, Tokens, embed_apart, embed_within, unit
from index.store import Vectors
from index.weights import DEFAULT_MODEL, Recipe, UnknownRecipe, Weights, find_weights, read_recipe

if TYPE_CHECKING:
    import openvino
    from sentence_transformers import SentenceTransformer
    from tokenizers import Encoding, Tokenizer

__all__ = [
    "Embedder",
    "OpenVINOEmbedder",
    "Precision",
    "SentenceTransformersEmbedder",
    "Vectors",
    "open_embedder",
    "open_tokenizer",
    "padded",
]

_BATCH_TOKENS = 2048
_QUERY_STEP = 16
_TOLERANCE = 1e-4
_PROBES = (
    "which factors mediate wound healing?",
    "",
    "  Wnt/β-catenin,\tIL-1β & TGF-β1 (10⁶ cells) — ﬁbroblasts… 间充质干细胞 🧬\n",
    "MESENCHYMAL stromal cells " * 700,
    "Extracellular vesicles carry microRNA between cells. " * 9,
)
"""Texts on which a converted model must agree with sentence-transformers before it is used."""


class Embedder(Protocol):
    """Makes vectors; safe to call from many threads, and the same text alone always gives the same vector.

    ``fingerprint`` changes when vectors may: weights, tokenizer, pooling or precision are others. ``window`` is how
    many tokens, special ones included, the model reads of a text; the rest is cut off.
    """

    @property
    def name(self) -> str:
        """The model, as it is named in the settings."""
        ...

    @property
    def fingerprint(self) -> str:
        """Names what the vectors are made with; vectors of different fingerprints are not compared."""
        ...

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        ...

    @property
    def window(self) -> int:
        """The most tokens, special ones included, that one vector can stand for."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """The tokens of each text as a document, special ones included, nothing cut off."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One unit vector for each text of a document, in order: shape (texts, dimension)."""
        ...

    def embed_passages(self, texts: Sequence[str], places: Places) -> tuple[Vectors, list[Vectors]]:
        """What ``embed`` gives, and by text a unit vector for each of its sentences: shapes (sentences, dimension).

        Where the model pools by the mean, a sentence is read within its text too, where "It" means what it means.
        """
        ...

    def embed_query(self, text: str) -> Vectors:
        """The unit vector of a question: shape (dimension,)."""
        ...


def open_embedder(
    name: str = DEFAULT_MODEL,
    *,
    cache_dir: Path,
    precision: Precision = "f32",
    device: str = "auto",
    notify: Callable[[str], None],
) -> Embedder:
    """The embedder of a model, on OpenVINO where the model and ``device`` ("auto", "cpu", or as torch names it) allow.

    The first time, the model is converted into ``cache_dir``; ``notify`` is told what takes long. Raises ModelError.
    """
    weights = find_weights(name, cache_dir=cache_dir, notify=notify)
    if device in {"auto", "cpu"}:
        try:
            recipe = read_recipe(weights.folder)
            folder = converted(
                weights,
                cache_dir,
                notify,
                agrees=lambda draft, original: _agrees(_open_converted(weights, recipe, "f32", draft), original),
            )
            return _open_converted(weights, recipe, precision, folder)
        except UnknownRecipe as error:
            notify(f"Running {weights.name} on sentence-transformers: {error}.")
    return SentenceTransformersEmbedder(weights, precision=precision, device=None if device == "auto" else device)


def _fingerprint(weights: Weights, precision: Precision) -> str:
    return sha256(f"{weights.digest} {precision}".encode()).hexdigest()


class OpenVINOEmbedder:
    """A transformer with mean or cls pooling, compiled for this processor."""

    def __init__(
        self,
        *,
        name: str,
        fingerprint: str,
        recipe: Recipe,
        tokenizer_file: Path,
        compiled: "openvino.CompiledModel",
    ) -> None:
        self.name = name
        self.fingerprint = fingerprint
        self.window = recipe.window
        self.dimension = compiled.output(0).get_partial_shape()[2].get_length()
        self._recipe = recipe
        self._whole = open_tokenizer(tokenizer_file, window=None)
        self._cut = open_tokenizer(tokenizer_file, window=recipe.window)
        self._request = compiled.create_infer_request()
        self._lock = Lock()

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """The tokens of each text as a document, special ones included, nothing cut off."""
        prompted = [self._recipe.document_prompt + text for text in texts]
        return [len(encoding) for encoding in self._whole.encode_batch_fast(prompted)]

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One unit vector for each text of a document, in order."""
        return self._vectors([self._recipe.document_prompt + text for text in texts])

    def embed_passages(self, texts: Sequence[str], places: Places) -> tuple[Vectors, list[Vectors]]:
        """The vectors of texts and of the sentences in them."""
        if self._recipe.pooling == "cls":
            return embed_apart(self.embed, texts, places)
        return embed_within(self.embed, texts, places, self._tokens(texts), window=self.window)

    def embed_query(self, text: str) -> Vectors:
        """The unit vector of a question."""
        vector: Vectors = self._vectors([self._recipe.query_prompt + text], step=_QUERY_STEP)[0]
        return vector

    def _vectors(self, texts: list[str], *, step: int = 1) -> Vectors:
        encodings = self._cut.encode_batch_fast(texts)
        rows = np.empty((len(texts), self.dimension), dtype=np.float32)
        for batch in _batches([len(encoding) for encoding in encodings]):
            states, mask = self._run([encodings[index] for index in batch], step=step)
            rows[batch] = states[:, 0] if self._recipe.pooling == "cls" else _mean(states, mask)
        return unit(rows)

    def _tokens(self, texts: Sequence[str]) -> Iterator[Tokens]:
        prompt = self._recipe.document_prompt
        encodings = self._cut.encode_batch([prompt + text for text in texts])  # the fast one does not say where
        for batch in _batches([len(encoding) for encoding in encodings]):
            states, _ = self._run([encodings[index] for index in batch])
            for index, of_text in zip(batch, states, strict=True):
                stand = np.array(encodings[index].offsets, dtype=np.int64)
                yield index, of_text[: len(stand)], stand - len(prompt)

    def _run(self, encodings: list["Encoding"], *, step: int = 1) -> tuple[Vectors, NDArray[np.int64]]:
        """The tokens' vectors, shape (texts, tokens, dimension), and 1 where there is a token."""
        inputs = padded(encodings, step=step, most=self.window, pad_token=self._recipe.pad_token)
        del inputs["token_type_ids"]
        with self._lock:
            states: Vectors = self._request.infer(inputs)[0]
        return states, inputs["attention_mask"]


def _mean(states: Vectors, mask: NDArray[np.int64]) -> Vectors:
    weight = mask[:, :, None].astype(np.float32)
    mean: Vectors = (states * weight).sum(axis=1) / weight.sum(axis=1)
    return mean


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Positions grouped by length, so that little is padded, with at most _BATCH_TOKENS tokens to a batch."""
    batch: list[int] = []
    for position in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and lengths[position] * (len(batch) + 1) > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(position)
    if batch:
        yield batch


def padded(
    encodings: Sequence["Encoding"], *, step: int, most: int, pad_token: int = 0
) -> dict[str, NDArray[np.int64]]:
    """A model's inputs, each of shape (texts, tokens).

    Tokens are padded to a multiple of ``step``, at ``most`` so many: a shape that a model has not seen costs
    milliseconds.
    """
    longest = max(map(len, encodings))
    shape = len(encodings), min(-(-longest // step) * step, max(most, longest))
    inputs = {name: np.zeros(shape, dtype=np.int64) for name in ("input_ids", "attention_mask", "token_type_ids")}
    inputs["input_ids"][:] = pad_token
    for row, encoding in enumerate(encodings):
        inputs["input_ids"][row, : len(encoding)] = encoding.ids
        inputs["attention_mask"][row, : len(encoding)] = 1
        inputs["token_type_ids"][row, : len(encoding)] = encoding.type_ids
    return inputs


def open_tokenizer(file: Path, *, window: int | None) -> "Tokenizer":
    """A tokenizer that pads nothing, and cuts off what is beyond ``window`` tokens, if there is one."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.no_padding()
    if window is None:
        tokenizer.no_truncation()
    else:
        tokenizer.enable_truncation(window)
    return tokenizer


def _open_converted(weights: Weights, recipe: Recipe, precision: Precision, folder: Path) -> OpenVINOEmbedder:
    return OpenVINOEmbedder(
        name=weights.name,
        fingerprint=_fingerprint(weights, precision),
        recipe=recipe,
        tokenizer_file=weights.folder / "tokenizer.json",
        compiled=compiled(folder / "model.xml", precision, kept=folder),
    )


def _agrees(embedder: OpenVINOEmbedder, original: "SentenceTransformer") -> bool:
    documents = unit(original.encode_document(list(_PROBES), show_progress_bar=False))
    query = unit(original.encode_query(_PROBES[0], show_progress_bar=False))
    differences = chain(embedder.embed(_PROBES) - documents, [embedder.embed_query(_PROBES[0]) - query])
    return max(float(np.abs(difference).max()) for difference in differences) <= _TOLERANCE


class SentenceTransformersEmbedder:
    """Any model that sentence-transformers can load, on any device that torch knows; None lets it choose."""

    def __init__(self, weights: Weights, *, precision: Precision = "f32", device: str | None = None) -> None:
        self.name = weights.name
        self.fingerprint = _fingerprint(weights, precision)
        try:
            with silence():
                self._model = load_original(weights.folder, device=device, precision=precision)
        except (OSError, ValueError, RuntimeError, AssertionError, ImportError, KeyError) as error:
            message = f"{weights.name} cannot be loaded on {device or 'any device'}: {error}. Check model and device."
            raise ModelError(message) from error
        self.window = int(self._model.max_seq_length or sys.maxsize)
        self._lock = Lock()
        self.dimension = int(self.embed([""]).shape[1])
        self._tells_tokens = _pools_by_mean(weights.folder) and _says_where(self._model.tokenizer)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """The tokens of each text as a document, special ones included, nothing cut off."""
        prompt = self._model.prompts.get("document") or ""
        tokenizer: Any = self._model.tokenizer
        return [len(tokenizer(prompt + text, truncation=False, verbose=False)["input_ids"]) for text in texts]

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One unit vector for each text of a document, in order."""
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        with self._lock:
            return unit(self._model.encode_document(list(texts), show_progress_bar=False))

    def embed_passages(self, texts: Sequence[str], places: Places) -> tuple[Vectors, list[Vectors]]:
        """The vectors of texts and of the sentences in them."""
        if not self._tells_tokens or not texts:
            return embed_apart(self.embed, texts, places)
        return embed_within(self.embed, texts, places, self._tokens(texts), window=self.window)

    def _tokens(self, texts: Sequence[str]) -> Iterator[Tokens]:
        prompt = self._model.prompts.get("document") or ""
        tokenizer: Any = self._model.tokenizer
        prompted = [prompt + text for text in texts]
        with self._lock:
            found = tokenizer(prompted, truncation=True, max_length=self.window, return_offsets_mapping=True)
            states = self._model.encode_document(list(texts), output_value="token_embeddings", show_progress_bar=False)
        for number, (of_text, stand) in enumerate(zip(states, found["offset_mapping"], strict=True)):
            yield number, np.asarray(of_text.float().cpu()), np.array(stand, dtype=np.int64) - len(prompt)

    def embed_query(self, text: str) -> Vectors:
        """The unit vector of a question."""
        with self._lock:
            return unit(self._model.encode_query(text, show_progress_bar=False))


def _pools_by_mean(folder: Path) -> bool:
    try:
        return read_recipe(folder).pooling == "mean"
    except UnknownRecipe:
        return False


def _says_where(tokenizer: Any) -> bool:  # noqa: ANN401 - a transformers tokenizer
    return bool(tokenizer.is_fast) and tokenizer.padding_side == "right"
