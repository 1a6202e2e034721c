"""A model made ready for this processor: converted to OpenVINO once, compiled once, kept in the cache.

Both appear complete or not at all, whatever is killed; both may be deleted, and are made again.
"""

import shutil
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from platform import machine
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any, Literal

from filelock import FileLock

from index.errors import ModelError
from index.weights import UnknownRecipe, Weights

if TYPE_CHECKING:
    import openvino
    from sentence_transformers import SentenceTransformer

__all__ = ["Precision", "compiled", "converted", "load_original", "silence"]

Precision = Literal["f32", "bf16"]
Agrees = Callable[[Path, "SentenceTransformer"], bool]
"""Whether the converted model in a folder gives the vectors of the original."""

_CONVERSION = "1"


def converted(weights: Weights, cache_dir: Path, notify: Callable[[str], None], *, agrees: Agrees) -> Path:
    """The folder of the converted model; it is made by one process at a time.

    Raises UnknownRecipe for a model that OpenVINO gets wrong, ModelError when the cache cannot be written.
    """
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
                    _convert_into(folder, weights, agrees)
    except OSError as error:
        cure = "Make room, or set CITESPAN_CACHE_DIR to another folder."
        raise ModelError(f"The embedding model cannot be prepared in {models}: {error}. {cure}") from error
    if not (folder / "model.xml").is_file():
        raise UnknownRecipe("OpenVINO does not give the same vectors")
    return folder


def _convert_into(folder: Path, weights: Weights, agrees: Agrees) -> None:
    """Convert beside ``folder`` and rename; a model that OpenVINO gets wrong leaves the folder empty, as a reminder."""
    for leftover in folder.parent.glob(f"{folder.name}-*"):  # of a process that was killed: we hold the lock
        shutil.rmtree(leftover, ignore_errors=True)
    draft = Path(mkdtemp(dir=folder.parent, prefix=f"{folder.name}-"))
    draft.chmod(0o755)
    with silence():
        original = load_original(weights.folder, device="cpu", precision="f32")
        model = _convert(original)
        if model is not None:
            _save(model, draft / "model.xml")
            if not agrees(draft, original):
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


def compiled(model: Path, precision: Precision, *, kept: Path) -> "openvino.CompiledModel":
    """A converted model made ready for this processor, and ``kept`` in a folder: 0.1 s instead of 0.6 s the next time.

    OpenVINO's own CACHE_DIR is not used: it writes in place, so that a killed process would leave half a file.
    """
    core = _openvino().Core()
    options = {"INFERENCE_PRECISION_HINT": precision, "PERFORMANCE_HINT": "LATENCY", "ENABLE_CPU_PINNING": False}
    processor = [core.get_property("CPU", key) for key in ("FULL_DEVICE_NAME", "OPTIMIZATION_CAPABILITIES")]
    blob = kept / f"{precision}-{sha256(f'{machine()} {processor} {options}'.encode()).hexdigest()[:16]}.blob"
    try:
        return core.import_model(blob.read_bytes(), "CPU", options)
    except (OSError, RuntimeError):  # not there yet, or damaged: it is made again
        pass
    try:
        ready = core.compile_model(model, "CPU", options)
    except RuntimeError as error:
        cure = "Delete that folder and it is made again." if kept == model.parent else "Install citespan again."
        raise ModelError(f"The converted model in {model.parent} cannot be used. {cure}") from error
    with suppress(OSError):  # keeping it saves time, no more
        _keep(blob, ready.export_model().getvalue())
    return ready


def _keep(path: Path, data: bytes) -> None:
    """Write whole or not at all, one process at a time."""
    with FileLock(path.parent / "lock"):
        part = path.with_suffix(".part")
        part.write_bytes(data)
        part.replace(path)


def _openvino() -> Any:  # noqa: ANN401 - a module
    """OpenVINO without its telemetry, which would report to its maker at each import, unasked."""
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # Python's way to forbid an import
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import openvino
    return openvino


def load_original(folder: Path, *, device: str | None, precision: Precision) -> "SentenceTransformer":
    """The model as sentence-transformers runs it."""
    from sentence_transformers import SentenceTransformer

    dtype = {"f32": "float32", "bf16": "bfloat16"}[precision]
    return SentenceTransformer(str(folder), device=device, local_files_only=True, model_kwargs={"dtype": dtype})


@contextmanager
def silence() -> Iterator[None]:
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
