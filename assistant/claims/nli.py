"""Any model for natural language inference as a judge: does what the quotations say entail what the claim says?

A sequence classifier with two or three labels, by its Hugging Face name or from a folder. Which of its outputs is
which, its own ``id2label`` says.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.claims.judge import Judgement, Premise
from assistant.claims.reading import read_premise
from assistant.errors import GeneratorError
from index.converting import silence
from index.errors import ModelError
from index.weights import Purpose, find_weights

__all__ = ["Labels", "NliJudge", "labels_of"]

PURPOSE = Purpose("NLI model", "CITESPAN_CLAIM_JUDGE", "rules")
LEAST = 0.5
"""Probability of entailment from which a claim is supported, and of contradiction from which it is contradicted."""


class Labels(NamedTuple):
    """Which output of a model says what; a model with two labels does not tell contradictions."""

    entailment: int
    contradiction: int | None


class NliJudge:
    """Supports a claim that the quotations entail, alone or where they say "it", read behind their neighbours."""

    def __init__(self, name: str, *, cache_dir: Path, notify: Callable[[str], None], device: str | None = None) -> None:
        from safetensors import SafetensorError
        from sentence_transformers import CrossEncoder

        self.name = name
        try:
            folder = find_weights(name, cache_dir=cache_dir, notify=notify, purpose=PURPOSE).folder
            with silence():
                self._model = CrossEncoder(str(folder), local_files_only=True, device=device, activation_fn=_as_it_is)
        except ModelError as error:
            raise GeneratorError(str(error)) from error
        except (OSError, ValueError, RuntimeError, KeyError, AssertionError, ImportError, SafetensorError) as error:
            message = (
                f"The NLI model {name} cannot be loaded: {error}. Check CITESPAN_CLAIM_JUDGE, or set it to built-in."
            )
            raise GeneratorError(message) from error
        self._labels = labels_of(name, self._model.config.id2label or {})
        self._lock = Lock()

    def judge(self, claim: str, premise: Premise) -> Judgement:
        """Whether the quotations entail the claim; neighbours alone never support it."""
        quoted = " ".join(premise.quotes)
        if not quoted.strip() or not claim.strip():
            return Judgement("not_supported", "there is nothing to compare")
        alone = self.probabilities([(quoted, claim)])[0]
        entailed = float(alone[self._labels.entailment])
        if self._labels.contradiction is not None and alone[self._labels.contradiction] >= LEAST:
            sure = float(alone[self._labels.contradiction])
            return Judgement("contradicted", "the quotation says otherwise", sure)
        if entailed < LEAST and premise.before and read_premise(premise).refers_back:
            before = " ".join(premise.before)
            behind, without = self.probabilities([(f"{before} {quoted}", claim), (before, claim)])
            if without[self._labels.entailment] < LEAST:
                entailed = float(behind[self._labels.entailment])
        if entailed >= LEAST:
            return Judgement("supported", score=entailed)
        return Judgement("not_supported", "the claim does not follow from the quotation", 1 - entailed)

    def probabilities(self, pairs: list[tuple[str, str]]) -> NDArray[np.float64]:
        """For each premise and hypothesis the probability of each label, in the model's order."""
        with self._lock:
            logits = np.asarray(self._model.predict(pairs, show_progress_bar=False), dtype=np.float64)
        return _softmax(logits)


def _as_it_is(logits: Any) -> Any:  # noqa: ANN401 - a torch tensor
    return logits


def labels_of(name: str, labels: Mapping[int, str]) -> Labels:
    """The labels by their names, in any order and case. Raises GeneratorError where a model has no such ones."""
    numbers = {_plain(label): number for number, label in labels.items()}
    entailment = next((numbers[label] for label in ("entailment", "entail", "entailed") if label in numbers), None)
    contradiction = next(
        (numbers[label] for label in ("contradiction", "contradict", "contradictory") if label in numbers), None
    )
    two = len(numbers) == 2 and any(label.startswith(("not", "non")) for label in numbers)
    if entailment is None or (contradiction is None and not two):
        said = ", ".join(labels.values()) or "none"
        raise GeneratorError(
            f"{name} is no NLI model: its labels are {said}, not entailment, neutral and contradiction, or entailment "
            "and not_entailment. Set CITESPAN_CLAIM_JUDGE to one that has these, or to built-in."
        )
    return Labels(entailment, contradiction)


def _plain(label: str) -> str:
    return label.strip().casefold().replace("-", "_").replace(" ", "_")


def _softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    found: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return found
