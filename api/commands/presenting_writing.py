"""What a terminal shows of a model's answer: its sentences as they come, whose they are, what was dropped."""

from collections.abc import Iterator
from contextlib import ExitStack

from rich.console import Console
from rich.live import Live
from rich.text import Text

from api.commands.visible import VISIBLE
from api.wording import left_out, placed, why_dropped, written_by
from assistant.finding import Found
from assistant.models import Answer, AnswerSentence, Dropped, Reply, Stated, Writing

__all__ = ["asked_otherwise", "awaited", "dropped_lines", "used", "written_lines"]


def awaited(steps: Iterator[Found | Stated | Reply], out: Console) -> Reply:
    """The reply. Until it comes, a terminal shows how the question was understood, and what is verified so far."""
    otherwise, said = Text(), Text()
    with ExitStack() as shown:
        live: Live | None = None
        for step in steps:
            match step:
                case Reply():
                    return step
                case Found():
                    otherwise, said = Text("".join(f"{line.plain}\n" for line in asked_otherwise(step))), Text()
                case Stated():
                    said.append(f"{_marked(step.sentence)} ")
            if live is None and out.is_terminal and (otherwise or said):
                live = shown.enter_context(Live(console=out, transient=True, auto_refresh=False))
            if live is not None:
                live.update(_so_far(otherwise, said), refresh=True)
    raise RuntimeError("the last step of an answer is the reply")


def asked_otherwise(asked: Found | Reply) -> Iterator[Text]:
    """The question as it was understood and searched for, where that differs from what was asked."""
    for how, question in {"Understood as": asked.rewritten, "Searched for": asked.searched_for}.items():
        if question is not None:
            yield Text.assemble((f"{how}: ", "yellow"), question)


def written_lines(reply: Reply) -> Iterator[Text]:
    """Whose words the answer is, and why they are not the model's where it was to write."""
    writing = reply.writing
    if isinstance(reply.result, Answer) and any(sentence.generated for sentence in reply.result.sentences):
        yield Text(written_by(writing.generator, writing.model), style="dim")
    if writing.message is not None:
        yield Text(writing.message, style="yellow")


def dropped_lines(writing: Writing, *, listed: bool) -> Iterator[Text]:
    """How many claims were left out; which, where they are to be ``listed``."""
    if not writing.dropped:
        return
    yield Text(left_out(len(writing.dropped)) + ("" if listed else " To see them: --dropped"), style="dim")
    for claim in writing.dropped if listed else ():
        yield Text.assemble(("✗ ", "red"), (claim.text, "dim"))
        yield Text(f"  {_why(claim)}", style="dim")


def used(writing: Writing) -> str:
    """The model and its tokens, as the end of a line; nothing where none was asked."""
    if writing.model is None:
        return ""
    tokens = writing.usage or {}
    counted = f", {tokens.get('input', 0)} tokens read and {tokens.get('output', 0)} written" if tokens else ""
    return f" · {writing.model}{counted}"


def _so_far(otherwise: Text, said: Text) -> Text:
    return Text.assemble(otherwise.plain.translate(VISIBLE), (said.plain.translate(VISIBLE), "bold"), ("…", "dim"))


def _marked(sentence: AnswerSentence) -> str:
    return f"{sentence.text} {''.join(f'[{number}]' for number in sentence.citations)}"


def _why(claim: Dropped) -> str:
    said = why_dropped(claim)
    if claim.nearest is None:
        return said
    quote = " ".join(claim.nearest.cited_text.split())
    return f"{said} — closest, in {placed(claim.nearest)}: “{quote}”"
