"""Train the cross-encoder on groups from public development sets.

    python -m training.train OUT ../shared/data/covidqa ../shared/data/scifact ../shared/data/bioasq_dev

Listwise: of each group the positive must stand out among seven negatives (softmax), and the question among a near miss
of it for the same sentence; with a pointwise term (binary cross-entropy), so that a score means the same for every
question. One run takes about half an hour on two cores.
"""

import argparse
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch.nn.functional import binary_cross_entropy_with_logits
from transformers import AutoModelForSequenceClassification, AutoTokenizer, get_linear_schedule_with_warmup

from index.settings import DEFAULT_MODEL
from index.weights import find_weights
from training.groups import Group, NearMisses, groups_of

GROUPS = 4
"""In a step."""
NEGATIVES, HARD, HARDEST = 7, 4, 16
"""Negatives of a group: HARD of the HARDEST best ranked, the others from all."""
TOKENS, BATCH = 96, 10
LEARNING_RATE, WARM_UP, DECAY = 8e-5, 0.1, 0.01
NEAR_MISS_WEIGHT, POINTWISE_WEIGHT = 0.5, 0.5


@dataclass(frozen=True, slots=True)
class Step:
    """The pairs of a step with their labels, and which of them compete: the first of each list should win."""

    pairs: list[tuple[str, str]]
    labels: list[float]
    lists: list[list[int]]
    near_misses: list[list[int]]


def plan(groups: Sequence[Group], draw: random.Random) -> list[Group]:
    """Every group as often as it is to be seen, in random order."""
    shown = [group for group in groups for _ in range(group.repeats)]
    draw.shuffle(shown)
    return shown


def make_step(groups: Sequence[Group], near_misses: NearMisses, draw: random.Random) -> Step:
    """One positive, seven negatives and a near miss for each group."""
    step = Step([], [], [], [])
    for group in groups:
        hard = draw.sample(group.negatives[:HARDEST], min(HARD, len(group.negatives)))
        rest = [sentence for sentence in group.negatives if sentence not in hard]
        negatives = hard + draw.sample(rest, min(NEGATIVES - len(hard), len(rest)))
        first = len(step.pairs)
        if group.positives:
            positive = draw.choice(group.positives)
            step.pairs.append((group.question, positive))
            step.lists.append(list(range(first, first + 1 + len(negatives))))
        step.pairs.extend((group.question, sentence) for sentence in negatives)
        step.labels.extend([1.0] * bool(group.positives) + [0.0] * len(negatives))
        changed = near_misses.of(group.question, positive) if group.positives else None
        if changed:
            step.near_misses.append([first, len(step.pairs)])
            step.pairs.append((changed, positive))
            step.labels.append(0.0)
    return step


def loss_of(step: Step, logits: torch.Tensor) -> torch.Tensor:
    """The sum of the listwise, near-miss and pointwise terms."""
    total = POINTWISE_WEIGHT * binary_cross_entropy_with_logits(logits, torch.tensor(step.labels))
    for weight, lists in ((1.0, step.lists), (NEAR_MISS_WEIGHT, step.near_misses)):
        for members in lists:
            total = total - weight / GROUPS * torch.log_softmax(logits[members], 0)[0]
    return total


def score(model: Any, tokenizer: Any, pairs: Sequence[tuple[str, str]]) -> torch.Tensor:  # noqa: ANN401 - transformers
    """The logit of each pair; pairs of like length go through together."""
    order = sorted(range(len(pairs)), key=lambda number: sum(map(len, pairs[number])))
    found = []
    with torch.autocast("cpu", dtype=torch.bfloat16):
        for start in range(0, len(order), BATCH):
            questions, sentences = zip(*(pairs[number] for number in order[start : start + BATCH]), strict=True)
            rows = tokenizer(
                list(questions),
                list(sentences),
                truncation="longest_first",
                max_length=TOKENS,
                padding=True,
                return_tensors="pt",
            )
            found.append(model(**rows).logits[:, 0].float())
    places = torch.empty(len(order), dtype=torch.long)
    places[torch.tensor(order)] = torch.arange(len(order))
    return torch.cat(found)[places]


def train(groups: Sequence[Group], out: Path, *, seed: int) -> None:
    """Fine-tune the default embedding model into a cross-encoder and save it."""
    draw = random.Random(seed)  # noqa: S311 - training is no secret
    torch.manual_seed(seed)
    weights = find_weights(DEFAULT_MODEL, cache_dir=out / "cache", notify=print).folder
    tokenizer: Any = AutoTokenizer.from_pretrained(weights)
    model: Any = AutoModelForSequenceClassification.from_pretrained(weights, num_labels=1).train()
    near_misses, shown = NearMisses(groups, draw), plan(groups, draw)
    steps = len(shown) // GROUPS
    decayed = [value for name, value in model.named_parameters() if not name.endswith(("bias", "LayerNorm.weight"))]
    others = [value for name, value in model.named_parameters() if name.endswith(("bias", "LayerNorm.weight"))]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": DECAY}, {"params": others, "weight_decay": 0.0}], lr=LEARNING_RATE
    )
    schedule: Any = get_linear_schedule_with_warmup(optimizer, round(WARM_UP * steps), steps)  # type: ignore[no-untyped-call]
    started, smooth = time.monotonic(), 0.0
    for number in range(steps):
        step = make_step(shown[number * GROUPS : (number + 1) * GROUPS], near_misses, draw)
        loss = loss_of(step, score(model, tokenizer, step.pairs))
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad(set_to_none=True)
        smooth = 0.98 * smooth + 0.02 * loss.item() if number else loss.item()
        if number % 25 == 0:
            print(f"{number}/{steps} loss {smooth:.3f}, {(time.monotonic() - started) / (number + 1):.2f} s a step")
    model.save_pretrained(out)
    tokenizer.save_pretrained(out)


def main() -> None:
    """Train and save."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--half", choices=["even", "odd"], help="train on the questions about half of the documents")
    parser.add_argument("--seed", type=int, default=13)
    options = parser.parse_args()
    groups = [group for folder in options.folders for group in groups_of(folder, options.half)]
    print(f"{len(groups)} questions")
    train(groups, options.out, seed=options.seed)


if __name__ == "__main__":
    main()
