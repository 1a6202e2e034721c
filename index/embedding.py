"""Texts become vectors of unit length.

The usual models run on OpenVINO, converted once; a question then imports neither torch nor transformers, which alone
would take seconds. Whatever OpenVINO cannot do, or a GPU is wanted for, runs on sentence-transformers itself.
"""

import shutil
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from itertools import chain
from pathlib import Path
from platform import machine
from tempfile import mkdtemp
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from index.errors import ModelError
from index.store import Vectors
from index.weights import DEFAULT_MODEL, Recipe, UnknownRecipe, Weights, find_weights, read_recipe

if TYPE_CHECKING:
    import openvino
    from sentence_transformers import SentenceTransformer
    from tokenizers import Encoding, Tokenizer

__all__ = ["Embedder", "OpenVINOEmbedder", "Precision", "SentenceTransformersEmbedder", "Vectors", "open_embedder"]

Precision = Literal["f32", "bf16"]

_BATCH_TOKENS = 2048
_CONVERSION = "1"
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
            converted = _converted(weights, recipe, cache_dir, notify)
            return _open_converted(weights, recipe, precision, converted)
        except UnknownRecipe as error:
            notify(f"Running {weights.name} on sentence-transformers: {error}.")
    return SentenceTransformersEmbedder(weights, precision=precision, device=None if device == "auto" else device)


def _fingerprint(weights: Weights, precision: Precision) -> str:
    return sha256(f"{weights.digest} {precision}".encode()).hexdigest()


def _unit(rows: NDArray[Any]) -> Vectors:
    vectors = np.asarray(rows, dtype=np.float32)
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), dtype=np.float32)


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
        self._whole = _tokenizer(tokenizer_file, window=None)
        self._cut = _tokenizer(tokenizer_file, window=recipe.window)
        self._request = compiled.create_infer_request()
        self._lock = Lock()

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """The tokens of each text as a document, special ones included, nothing cut off."""
        prompted = [self._recipe.document_prompt + text for text in texts]
        return [len(encoding) for encoding in self._whole.encode_batch_fast(prompted)]

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One unit vector for each text of a document, in order."""
        return self._vectors([self._recipe.document_prompt + text for text in texts])

    def embed_query(self, text: str) -> Vectors:
        """The unit vector of a question."""
        vector: Vectors = self._vectors([self._recipe.query_prompt + text])[0]
        return vector

    def _vectors(self, texts: list[str]) -> Vectors:
        encodings = self._cut.encode_batch_fast(texts)
        rows = np.empty((len(texts), self.dimension), dtype=np.float32)
        for batch in _batches([len(encoding) for encoding in encodings]):
            rows[batch] = self._run([encodings[index] for index in batch])
        return _unit(rows)

    def _run(self, encodings: list["Encoding"]) -> NDArray[np.float32]:
        shape = len(encodings), max(map(len, encodings))
        ids = np.full(shape, self._recipe.pad_token, dtype=np.int64)
        mask = np.zeros(shape, dtype=np.int64)
        for row, encoding in enumerate(encodings):
            ids[row, : len(encoding)] = encoding.ids
            mask[row, : len(encoding)] = 1
        with self._lock:
            states: Vectors = self._request.infer({"input_ids": ids, "attention_mask": mask})[0]
        if self._recipe.pooling == "cls":
            return states[:, 0]
        weight = mask[:, :, None].astype(np.float32)
        pooled: Vectors = (states * weight).sum(axis=1) / weight.sum(axis=1)
        return pooled


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


def _tokenizer(file: Path, *, window: int | None) -> "Tokenizer":
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.no_padding()
    if window is None:
        tokenizer.no_truncation()
    else:
        tokenizer.enable_truncation(window)
    return tokenizer


def _openvino() -> Any:  # noqa: ANN401 - a module
    """OpenVINO without its telemetry, which would report to its maker at each import, unasked."""
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # Python's way to forbid an import
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import openvino
    return openvino


def _open_converted(weights: Weights, recipe: Recipe, precision: Precision, folder: Path) -> OpenVINOEmbedder:
    return OpenVINOEmbedder(
        name=weights.name,
        fingerprint=_fingerprint(weights, precision),
        recipe=recipe,
        tokenizer_file=weights.folder / "tokenizer.json",
        compiled=_compiled(folder, precision),
    )


def _compiled(folder: Path, precision: Precision) -> "openvino.CompiledModel":
    """The model made ready for this processor, which is kept beside it: 0.1 s instead of 0.6 s the next time.

    OpenVINO's own CACHE_DIR is not used: it writes in place, so that a killed process would leave half a file.
    """
    core = _openvino().Core()
    options = {"INFERENCE_PRECISION_HINT": precision, "PERFORMANCE_HINT": "LATENCY", "ENABLE_CPU_PINNING": False}
    processor = [core.get_property("CPU", key) for key in ("FULL_DEVICE_NAME", "OPTIMIZATION_CAPABILITIES")]
    blob = folder / f"{precision}-{sha256(f'{machine()} {processor} {options}'.encode()).hexdigest()[:16]}.blob"
    try:
        return core.import_model(blob.read_bytes(), "CPU", options)
    except (OSError, RuntimeError):  # not there yet, or damaged: it is made again
        pass
    try:
        compiled = core.compile_model(folder / "model.xml", "CPU", options)
    except RuntimeError as error:
        message = f"The converted model in {folder} cannot be used. Delete that folder and it is made again."
        raise ModelError(message) from error
    with suppress(OSError):  # keeping it saves time, no more
        _keep(blob, compiled.export_model().getvalue())
    return compiled


def _keep(path: Path, data: bytes) -> None:
    """Write whole or not at all, one process at a time."""
    with FileLock(path.parent / "lock"):
        part = path.with_suffix(".part")
        part.write_bytes(data)
        part.replace(path)


def _converted(weights: Weights, recipe: Recipe, cache_dir: Path, notify: Callable[[str], None]) -> Path:
    """The folder of the converted model; it is made by one process at a time, and appears complete or not at all."""
    version = _openvino().get_version()
    key = sha256(f"{_CONVERSION} {version} {weights.digest}".encode()).hexdigest()[:32]
    models = cache_dir / "models"
    folder = models / key
    try:
        if not folder.exists():
            models.mkdir(parents=True, exist_ok=True)
            with FileLock(models / f"{key}.lock"):
                if not folder.exists():
                    notify("Preparing the embedding model (once, about 10 s)…")
                    _convert_into(folder, weights, recipe)
    except OSError as error:
        cure = "Make room, or set CITESPAN_CACHE_DIR to another folder."
        raise ModelError(f"The embedding model cannot be prepared in {models}: {error}. {cure}") from error
    if not (folder / "model.xml").is_file():
        raise UnknownRecipe("OpenVINO does not give the same vectors")
    return folder


def _convert_into(folder: Path, weights: Weights, recipe: Recipe) -> None:
    """Convert beside ``folder`` and rename; a model that OpenVINO gets wrong leaves the folder empty, as a reminder."""
    for leftover in folder.parent.glob(f"{folder.name}-*"):  # of a process that was killed: we hold the lock
        shutil.rmtree(leftover, ignore_errors=True)
    draft = Path(mkdtemp(dir=folder.parent, prefix=f"{folder.name}-"))
    draft.chmod(0o755)
    with _silence():
        original = _load(weights.folder, device="cpu", precision="f32")
        model = _convert(original)
        if model is not None:
            _save(model, draft / "model.xml")
            if not _agrees(_open_converted(weights, recipe, "f32", draft), original):
                (draft / "model.xml").unlink()
    draft.rename(folder)


def _save(model: Any, path: Path) -> None:  # noqa: ANN401 - openvino.Model
    """Write the model; raises OSError, where OpenVINO says no more than ``RuntimeError: basic_ios::clear``."""
    try:
        _openvino().save_model(model, path, compress_to_fp16=False)
    except RuntimeError as error:
        shutil.rmtree(path.parent, ignore_errors=True)  # half a model on what may be a full disk
        reason = next(iter(str(error).splitlines()), "").rstrip(".")
        raise OSError(f"it could not be written, perhaps for want of room ({reason})") from error


def _convert(original: "SentenceTransformer") -> Any:  # noqa: ANN401 - openvino.Model, or None where it cannot be done
    import torch

    ones = torch.ones(2, 8, dtype=torch.long)
    transformer: Any = original[0]
    example = {"input_ids": ones, "attention_mask": ones}
    try:
        return _openvino().convert_model(transformer.auto_model.eval(), example_input=example)
    except Exception:  # noqa: BLE001 - whatever the converter cannot do, sentence-transformers can
        return None


def _agrees(embedder: OpenVINOEmbedder, original: "SentenceTransformer") -> bool:
    documents = _unit(original.encode_document(list(_PROBES), show_progress_bar=False))
    query = _unit(original.encode_query(_PROBES[0], show_progress_bar=False))
    differences = chain(embedder.embed(_PROBES) - documents, [embedder.embed_query(_PROBES[0]) - query])
    return max(float(np.abs(difference).max()) for difference in differences) <= _TOLERANCE


def _load(folder: Path, *, device: str | None, precision: Precision) -> "SentenceTransformer":
    from sentence_transformers import SentenceTransformer

    dtype = {"f32": "float32", "bf16": "bfloat16"}[precision]
    return SentenceTransformer(str(folder), device=device, local_files_only=True, model_kwargs={"dtype": dtype})


@contextmanager
def _silence() -> Iterator[None]:
    """Keep the progress bars and warnings of transformers and torch from people: they can do nothing about them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from transformers.utils import logging

        verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
        logging.set_verbosity_error()  # type: ignore[no-untyped-call]
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            yield
        finally:
            logging.set_verbosity(verbosity)
            if bars:
                logging.enable_progress_bar()  # type: ignore[no-untyped-call]


class SentenceTransformersEmbedder:
    """Any model that sentence-transformers can load, on any device that torch knows; None lets it choose."""

    def __init__(self, weights: Weights, *, precision: Precision = "f32", device: str | None = None) -> None:
        self.name = weights.name
        self.fingerprint = _fingerprint(weights, precision)
        try:
            with _silence():
                self._model = _load(weights.folder, device=device, precision=precision)
        except (OSError, ValueError, RuntimeError, AssertionError, ImportError, KeyError) as error:
            message = f"{weights.name} cannot be loaded on {device or 'any device'}: {error}. Check model and device."
            raise ModelError(message) from error
        self.window = int(self._model.max_seq_length or sys.maxsize)
        self._lock = Lock()
        self.dimension = int(self.embed([""]).shape[1])

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
            return _unit(self._model.encode_document(list(texts), show_progress_bar=False))

    def embed_query(self, text: str) -> Vectors:
        """The unit vector of a question."""
        with self._lock:
            return _unit(self._model.encode_query(text, show_progress_bar=False))
