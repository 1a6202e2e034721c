"""What a language model writes on our cases: trusted as it stands, and as citespan shows it, side by side.

    python -m evals.generation gguf:/path/to/model.gguf [--tokens 400] [--split test] [--publish]

Every case is put to the model, also those that citespan refuses without asking one: that is what trusting it would do.
No figure needs a judge that is a model. Takes some seconds a case; a run can be told to stop after ``--cases``.
"""

import argparse
import shlex
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.answering import Assistant
from assistant.bootstrap import Parts
from assistant.generating.chat import ChatModel, Message, Piece
from assistant.generating.deciding import refuses
from assistant.generating.parsing import Claim, DraftReader
from assistant.generating.writing import Writer, Written
from assistant.models import Answer, Citation, Question
from assistant.settings import AssistantSettings
from assistant.stages import Stages, Waiting
from evals.datasets import open_cases
from evals.measuring import rate
from evals.models import Case, Place
from evals.publishing import publish
from evals.rendering.words import interval, number
from evals.runner import prepare
from index.settings import IndexSettings

__all__ = ["Drafted", "drafts", "table"]

ROOT = Path(__file__).parent.parent
REASONS: Mapping[str, str] = {
    "no_quote": "it quotes nothing",
    "not_in_passages": "its quotation stands in no passage that the model was given",
    "near_miss": "its quotation is not quite what the source says",
    "contradicted": "its quotation says otherwise",
    "not_supported": "its quotation does not say it",
    "beside_the_question": "it is true, and far from the question",
    "repeated": "another claim says it already",
}


@dataclass(frozen=True, slots=True)
class Drafted:
    """One case: all that the model claimed, what came of it, and whether citespan answers it, with it and without."""

    case: Case
    claims: Sequence[Claim]
    written: Written
    answered: bool
    extracted: bool

    @property
    def shown(self) -> Answer | None:
        """What citespan shows of the model's words."""
        return self.written.answer if self.answered else None


class Recording:
    """A model whose drafts are kept as they came."""

    def __init__(self, model: ChatModel) -> None:
        self.name, self.model = model.name, model.model
        self.window, self.grammatical = model.window, model.grammatical
        self.text = ""
        self._model = model

    def stream(
        self, messages: Sequence[Message], *, limit: int, waiting: Waiting, schema: Mapping[str, object] | None = None
    ) -> Iterator[Piece]:
        """What the model says."""
        self.text = ""
        for piece in self._model.stream(messages, limit=limit, waiting=waiting, schema=schema):
            self.text += piece.text
            yield piece

    def claims(self) -> list[Claim]:
        """All claims of the last draft."""
        reader = DraftReader()
        return [*reader.feed(self.text), *reader.finish()]


def drafts(assistant: Assistant, parts: Parts, cases: Iterable[Case]) -> Iterator[Drafted]:
    """Each case in turn, put to the usual generator of these parts.

    Raises GeneratorError when it cannot be had, EvalError when it is none.
    """
    opened = parts.generators.open(None)
    if opened is None:
        raise SystemExit("Name a model that writes: gguf:FILE or provider:model.")
    model = Recording(opened)
    writer = Writer(model, parts.judge(), tokens=parts.answering.generator_tokens)
    for case in cases:
        question = Question(case.question, generator="extractive")
        reply, found = assistant.examine(question)
        steps = writer.write(found, most=question.max_sentences, stages=Stages())
        (written,) = (step for step in steps if isinstance(step, Written))
        extracted = isinstance(reply.result, Answer)
        answered = extracted and not refuses(written, reply.confidence)
        yield Drafted(case, model.claims(), written, answered=answered, extracted=extracted)


def table(found: Sequence[Drafted]) -> Iterator[str]:
    """In Markdown: both ways side by side, then why claims were dropped."""
    answerable = [each for each in found if each.case.answerable]
    unanswerable = [each for each in found if not each.case.answerable]
    claimed = sum(len(each.claims) for each in found)
    shown = [sentence for each in found if each.shown for sentence in each.shown.sentences]
    fates = list(_fates(found))
    yield "| | trusted as it stands | as citespan shows it | without a model |"
    yield "|---|---|---|---|"
    yield f"| claims of the model that are shown | {claimed} | {len(shown)} | – |"
    yield _row(
        "questions with a claim of the model, of the answerable",
        _share(bool(each.claims) for each in answerable),
        _share(each.shown is not None for each in answerable),
        "–",
    )
    yield _row(
        "false answers: unanswerable questions that are answered",
        _share(bool(each.claims) for each in unanswerable),
        _share(each.answered for each in unanswerable),
        _share(each.extracted for each in unanswerable),
    )
    yield _row(
        "claims whose quotation stands in the documents word for word",
        _share(dropped not in {"no_quote", "not_in_passages", "near_miss"} for dropped in fates),
        _share(True for _ in shown),
        "–",
    )
    yield _row(
        "shown claims that cite accepted evidence, of the answerable",
        "–",
        _share(
            _is_right(sentence.citations, each.shown.citations, each.case)
            for each in answerable
            if each.shown
            for sentence in each.shown.sentences
        ),
        "–",
    )
    yield ""
    yield f"Of {claimed} claims, all questions taken together:"
    yield ""
    yield "| what came of a claim | claims | share |"
    yield "|---|---|---|"
    for name, count in Counter(fates).most_common():
        told = REASONS.get(name, name)
        yield f"| {told} | {count} | {_share(fate == name for fate in fates)} |"


def _fates(found: Iterable[Drafted]) -> Iterator[str]:
    """Of each claim, why it was dropped, or "supported"."""
    for each in found:
        yield from (dropped.reason for dropped in each.written.dropped)
        yield from ("supported" for _ in (each.written.answer.sentences if each.written.answer else ()))


def _is_right(numbers: Iterable[int], citations: Iterable[Citation], case: Case) -> bool:
    cited = [citation for citation in citations if citation.number in set(numbers)]
    places = [Place(citation.record.path, citation.location.span) for citation in cited]
    return any(place.overlaps(accepted) for place in places for accepted in case.places)


def _share(flags: Iterable[bool]) -> str:
    listed = list(flags)
    if not listed:
        return "–"
    figure = rate(sum(listed), len(listed))
    return f"{number(figure.value)} ({interval(figure)}) n={figure.count}"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Measure, print the tables and, where that is asked for, put them into evals/RESULTS.md."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("generator", help="provider:model or gguf:FILE")
    parser.add_argument("--tokens", type=int, default=400, help="longest draft")
    parser.add_argument("--window", type=int, default=2560, help="tokens of prompt and draft together")
    parser.add_argument("--split", choices=["dev", "test"], help="only these cases")
    parser.add_argument("--cases", type=int, help="only so many")
    parser.add_argument("--publish", action="store_true", help="write the part of evals/RESULTS.md")
    options = parser.parse_args()
    answering = AssistantSettings(
        generator=options.generator, generator_tokens=options.tokens, generator_window=options.window
    )
    parts = Parts(IndexSettings(), answering=answering, notify=lambda line: print(line, file=sys.stderr))
    dataset = open_cases(ROOT / "evals" / "cases.jsonl", ROOT / "seeds")
    cases = [case for case in dataset.cases if options.split in {None, case.split}][: options.cases]
    assistant = prepare(dataset, parts).assistant
    found: list[Drafted] = []
    for drafted in drafts(assistant, parts, cases):
        found.append(drafted)
        print(f"\rasked {len(found)} of {len(cases)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    parts.generators.close()
    lines = list(table(found))
    print("\n".join(lines))
    if options.publish:
        name = Path(options.generator.partition(":")[2]).name
        told = sys.argv[1:]
        told[told.index(options.generator)] = f"{options.generator.partition(':')[0]}:…/{name}"
        head = (
            f"## What a language model writes, and what is shown of it\n\n{name}, on all {len(found)} of our cases.\n"
        )
        publish("generation", f"python -m evals.generation {shlex.join(told)}", [head, *lines])


if __name__ == "__main__":
    main()
