"""Any NLI model as a judge: a tiny one with random weights, saved and loaded as a real one is."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.claims.built_in import BuiltInJudge
from assistant.claims.judge import Premise
from assistant.claims.nli import NliJudge, labels_of
from assistant.claims.opening import open_judge
from assistant.errors import GeneratorError

PAIRS = [
    ("mice heal wounds", "wounds heal"),
    ("cells die", "mice heal wounds"),
    ("it heals", "wounds heal"),
    ("mice", "mice"),
    ("not", "wounds not heal cells die"),
]
VOCABULARY = "[PAD] [UNK] [CLS] [SEP] [MASK] mice heal wounds cells die it heals not"
WORDS = VOCABULARY.split()
THREE = ("entailment", "neutral", "contradiction")


def saved(folder: Path, labels: tuple[str, ...]) -> Path:
    """A BERT of two layers whose scores differ clearly, with its own vocabulary."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

    folder.mkdir(parents=True)
    (folder / "vocab.txt").write_text("\n".join(WORDS))
    torch.manual_seed(7)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=16,
        initializer_range=1.0,
        id2label=dict(enumerate(labels)),
        label2id={label: number for number, label in enumerate(labels)},
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    tokenizer = BertTokenizer(vocab={word: number for number, word in enumerate(WORDS)})
    tokenizer.save_pretrained(folder)
    return folder


def opened(folder: Path) -> NliJudge:
    return NliJudge(str(folder), cache_dir=folder.parent / "cache", notify=lambda _: None, device="cpu")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(tmp_path_factory.mktemp("nli") / "model", ("CONTRADICTION", "Entailment", "neutral"))


def expected(folder: Path) -> Any:
    """The probabilities as transformers itself computes them."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    classifier = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    with torch.no_grad():
        logits = [
            classifier(**tokenizer(one, other, return_tensors="pt")).logits[0].softmax(0).numpy()
            for one, other in PAIRS
        ]
    return np.array(logits)


def test_its_probabilities_are_those_of_the_model(model: Path) -> None:
    found = opened(model).probabilities(PAIRS)
    np.testing.assert_allclose(found, expected(model), atol=1e-5)
    assert found.std(axis=0).min() > 0.01


def test_the_verdict_is_that_of_the_likely_label(model: Path) -> None:
    judge = opened(model)
    for (quote, claim), (contradiction, entailment, _) in zip(PAIRS, expected(model), strict=True):
        found = judge.judge(claim, Premise((quote,)))
        wanted = "contradicted" if contradiction >= 0.5 else "supported" if entailment >= 0.5 else "not_supported"
        assert found.verdict == wanted
        assert 0 <= found.score <= 1
        assert bool(found.reason) == (wanted != "supported")


@pytest.mark.parametrize(
    ("labels", "entailment", "contradiction"),
    [
        (THREE, 0, 2),
        (("CONTRADICTION", "NEUTRAL", "ENTAILMENT"), 2, 0),
        (("contradict", "entail", "neither"), 1, 0),
        (("entailment", "not_entailment"), 0, None),
        (("Not-Entailment", "Entailment"), 1, None),
    ],
    ids=lambda labels: " ".join(labels) if isinstance(labels, tuple) else None,
)
def test_labels_are_read_by_name(labels: tuple[str, ...], entailment: int, contradiction: int | None) -> None:
    assert labels_of("a model", dict(enumerate(labels))) == (entailment, contradiction)


@pytest.mark.parametrize(
    "labels", [("LABEL_0", "LABEL_1", "LABEL_2"), ("positive", "negative"), ("entailment", "other"), ()], ids=str
)
def test_a_model_without_such_labels_is_refused(labels: tuple[str, ...]) -> None:
    with pytest.raises(GeneratorError, match="a model is no NLI model"):
        labels_of("a model", dict(enumerate(labels)))


def test_a_model_with_two_labels_supports_or_does_not(tmp_path: Path) -> None:
    judge = opened(saved(tmp_path / "two", ("entailment", "not_entailment")))
    verdicts = {judge.judge(claim, Premise((quote,))).verdict for quote, claim in PAIRS}
    assert verdicts <= {"supported", "not_supported"}


def test_nothing_to_compare_is_not_supported(model: Path) -> None:
    judge = opened(model)
    assert judge.judge("", Premise(("mice",))).verdict == "not_supported"
    assert judge.judge("mice", Premise(())).verdict == "not_supported"


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GeneratorError, match="CITESPAN_CLAIM_JUDGE"):
        opened(tmp_path / "nothing")
    (tmp_path / "empty").mkdir()
    with pytest.raises(GeneratorError):
        opened(tmp_path / "empty")


def test_weights_of_another_kind_are_refused(tmp_path: Path) -> None:
    folder = saved(tmp_path / "broken", THREE)
    (folder / "model.safetensors").write_bytes(b"nonsense")
    with pytest.raises(GeneratorError, match="cannot be loaded"):
        opened(folder)


def test_the_settings_name_a_judge(model: Path) -> None:
    assert isinstance(open_judge("built-in", None), BuiltInJudge)
    judge = open_judge(str(model), None, cache_dir=model.parent / "cache")
    assert isinstance(judge, NliJudge)
    assert judge.name == str(model)


def test_the_built_in_judge_imports_no_framework() -> None:
    import subprocess

    program = (
        "import sys; from assistant.claims.opening import open_judge; from assistant.claims.judge import Premise; "
        "open_judge('built-in', None).judge('HGF heals.', Premise(('HGF heals.',))); "
        "sys.exit(bool({'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)))"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
