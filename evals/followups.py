r"""How well a follow-up question finds the turn that answered it, as it is and rewritten.

    python -m evals.followups ../shared/data/canard_dev --alone ../shared/data/bioasq_dev [--generator NAME]

``rewrites.jsonl`` has rows of {id, history: [title, section, question, answer, …], question, rewrite}. There is no
corpus: the answers of all dialogues are the documents, and the answer to a question stands in the history of its
dialogue's next row. Questions whose answer is not known (the last of each dialogue), or is "I don't know.", are left
out; answers with the same text are one document. Prints recall@1, recall@10 and the mean reciprocal rank, each with a
95 % interval, for the half of the dialogues that rules were tuned on (even) and the half that they were not (odd).

``--alone`` names folders of questions that need no history: each is asked behind another of them, and should be left
as it is.
"""

import argparse
import json
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from assistant.answering import LONGEST_QUESTION, Assistant
from assistant.bootstrap import Parts
from assistant.conversing.rewriting import rewrite
from assistant.generating.chat import ChatModel
from assistant.models import Question, Turn
from assistant.settings import AssistantSettings
from evals.models import EvalError
from evals.publishing import publish
from evals.runner import BUSY_SECONDS, COLLECTION
from evals.statistics import bootstrap
from index.settings import IndexSettings

__all__ = ["Followup", "Way", "asked_in", "main", "measure", "rank_of", "ways"]

HEAD = """## Follow-up questions

How often the turn that answered a follow-up question of CANARD's dialogues is found, the answers of all dialogues
being the documents: for the question as it is, with its history, rewritten by rules, and rewritten by people. No model
is asked.
"""

NO_ANSWER = "I don't know."
DEEPEST = 10
STEP = 7
"""From a question to the other one that is asked before it, in the order of the file."""

Way = Callable[["Followup"], str]
"""What is searched for in place of a follow-up."""


@dataclass(frozen=True, slots=True)
class Followup:
    """A question, what was said before it, how people would ask it alone, and the turn that answered it."""

    dialogue: str
    history: tuple[Turn, ...]
    question: str
    gold: str
    answer: str

    @property
    def half(self) -> str:
        """All questions of a dialogue are in one half."""
        return "odd" if crc32(self.dialogue.encode()) % 2 else "even"


class Figures(NamedTuple):
    """Means over questions."""

    first: float
    among: float
    reciprocal: float


def asked_in(rows: Sequence[Mapping[str, Any]]) -> list[Followup]:
    """The questions whose answer is known, in their order."""
    by_id = {row["id"]: row for row in rows}
    found = []
    for row in rows:
        dialogue, _, number = row["id"].rpartition("#")
        following = by_id.get(f"{dialogue}#{int(number) + 1}")
        said = row["history"]
        answer = following["history"][len(said) + 1] if following else NO_ANSWER
        if answer.strip() and answer != NO_ANSWER:
            found.append(Followup(dialogue, turns_of(said), row["question"], row["rewrite"], answer))
    return found


def turns_of(history: Sequence[str]) -> tuple[Turn, ...]:
    """Title and section as two turns of the user, then question and answer in turn."""
    said = [Turn("user" if number % 2 == 0 else "assistant", text) for number, text in enumerate(history[2:])]
    return (*(Turn("user", text) for text in history[:2]), *said)


def answers_in(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Every answer turn, each text once."""
    return list(dict.fromkeys(text for row in rows for text in row["history"][3::2] if text.strip()))


def ways(model: ChatModel | None = None) -> Iterator[tuple[str, Way]]:
    """What is compared."""
    yield "as it is", lambda asked: asked.question
    yield "history joined", _joined
    yield "rewritten by rules", lambda asked: _rewritten(asked, None)
    if model is not None:
        yield f"rewritten by {model.name}", lambda asked: _rewritten(asked, model)
    yield "rewritten by people", lambda asked: asked.gold


def _joined(asked: Followup) -> str:
    """The end of all that was said, as long as a question may be."""
    return " ".join([*(turn.text for turn in asked.history), asked.question])[-LONGEST_QUESTION:]


def _rewritten(asked: Followup, model: ChatModel | None) -> str:
    return rewrite(Question(asked.question, history=asked.history), model) or asked.question


def index_answers(answers: Sequence[str], parts: Parts) -> Assistant:
    """An assistant over the answers, a file each, named by its checksum; in the cache."""
    digest = sha256("\0".join(answers).encode()).hexdigest()[:16]
    folder = parts.settings.cache_dir / "evals" / f"followups-{digest}"
    folder.mkdir(parents=True, exist_ok=True)
    for answer in answers:
        (folder / file_of(answer)).write_text(answer, encoding="utf-8")
    over = parts.over([folder])
    over.builder(COLLECTION, wait_seconds=BUSY_SECONDS).add([folder], mirror=True)
    return over.assistant()


def file_of(answer: str) -> str:
    """The name of the file that holds an answer."""
    return f"{sha256(answer.encode()).hexdigest()[:20]}.txt"


def rank_of(answer: str, query: str, assistant: Assistant, paths: Mapping[str, str]) -> int:
    """The place, from 1, of the answer's document in the ranking; 0 where it is not found."""
    ranked = dict.fromkeys(paths[passage.partition("/")[0]] for passage in assistant.rank(Question(query)))
    names = list(ranked)
    return names.index(file_of(answer)) + 1 if file_of(answer) in ranked else 0


def figures(ranks: Sequence[int] | NDArray[np.int64]) -> Figures:
    """Recall@1, recall@10, mean reciprocal rank."""
    found = np.array(ranks)
    reciprocal = np.divide(1.0, found, out=np.zeros(len(found)), where=found > 0)
    return Figures(
        float(np.mean(found == 1)), float(np.mean((found > 0) & (found <= DEEPEST))), float(reciprocal.mean())
    )


def measure(asked: Sequence[Followup], ranks: Sequence[int]) -> str:
    """The figures with their intervals, over dialogues, as cells of a table."""
    clusters, found = [each.dialogue for each in asked], np.array(ranks)
    cells = []
    for number, value in enumerate(figures(ranks)):
        low, high = bootstrap(lambda drawn, number=number: figures(found[drawn])[number], clusters)  # type: ignore[misc]
        cells.append(f"{value:.3f} [{low:.3f}, {high:.3f}]")
    return " | ".join(cells)


def left_alone(folder: Path) -> str:
    """How many questions are left as they are behind another one. Raises EvalError."""
    path = folder / "qa.jsonl"
    if not path.is_file():
        raise EvalError(f"{folder} holds no qa.jsonl.")
    asked = [str(json.loads(line)["question"]) for line in path.read_text(encoding="utf-8").splitlines() if line]
    before = [asked[(STEP * number + 1) % len(asked)] for number in range(len(asked))]
    said = (Turn("assistant", "The documents do not answer this."),)
    kept = sum(
        rewrite(Question(question, history=(Turn("user", other), *said))) is None
        for question, other in zip(asked, before, strict=True)
    )
    return f"{folder.name}: {kept} of {len(asked)} questions are left as they are behind another one"


def read(folder: Path) -> list[dict[str, Any]]:
    """The rows of the folder. Raises EvalError."""
    path = folder / "rewrites.jsonl"
    if not path.is_file():
        raise EvalError(f"{folder} holds no rewrites.jsonl.")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def main() -> None:
    """Print a table for each half."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--half", choices=["even", "odd"], help="only this half of the dialogues")
    parser.add_argument("--limit", type=int, help="only the first questions")
    parser.add_argument("--alone", type=Path, nargs="*", default=[], help="folders of questions that stand alone")
    parser.add_argument("--generator", help="also rewritten by this model")
    parser.add_argument("--publish", action="store_true", help="write the part of evals/RESULTS.md")
    options = parser.parse_args()
    lines: list[str] = []
    for line in _measured(options):
        print(line, flush=True)
        lines.append(line)
    if options.publish:
        publish("followups", f"python -m evals.followups {shlex.join(sys.argv[1:])}", [HEAD, *lines])


def _measured(options: argparse.Namespace) -> Iterator[str]:
    rows = read(options.folder)
    usual = AssistantSettings()
    allowed = (*usual.generators, *([options.generator] if options.generator else []))
    parts = Parts(IndexSettings(), answering=usual.model_copy(update={"generators": allowed}), notify=print)
    model = parts.generators.open(options.generator) if options.generator else None
    assistant = index_answers(answers_in(rows), parts)
    paths = {record.key: record.path for record in assistant.reader.snapshot(COLLECTION).records()}
    asked = asked_in(rows)[: options.limit]
    yield f"{len(rows)} questions, {len(asked)} with a known answer; {len(paths)} documents."
    with closing(parts.generators):
        for half in [options.half] if options.half else ["even", "odd"]:
            chosen = [each for each in asked if each.half == half]
            dialogues = len({each.dialogue for each in chosen})
            which = "Tuned on" if half == "even" else "Held out"
            yield f"\n{which} ({half}): {len(chosen)} questions of {dialogues} dialogues\n"
            yield "| query | recall@1 | recall@10 | MRR |\n| --- | --- | --- | --- |"
            for name, way in ways(model) if chosen else ():
                yield f"| {name} | {measure(chosen, list(_ranks(chosen, way, assistant, paths)))} |"
    for folder in options.alone:
        yield f"\n{left_alone(folder)}"


def _ranks(asked: Sequence[Followup], way: Way, assistant: Assistant, paths: Mapping[str, str]) -> Iterator[int]:
    for number, each in enumerate(asked, 1):
        yield rank_of(each.answer, way(each), assistant, paths)
        print(f"\r{number}/{len(asked)} ", end="", file=sys.stderr, flush=True)
    print("\r", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
