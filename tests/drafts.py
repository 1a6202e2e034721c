"""Drafts as models write them, and the whole assistant with only its model scripted."""

import json
from collections.abc import Callable, Sequence

from assistant.bootstrap import Parts
from tests.fakes import ScriptedModel
from tests.servers import parts_like

__all__ = ["MODEL", "WRITER", "claim", "draft", "piecewise", "replacing", "writing_parts"]

WRITER, MODEL = ScriptedModel.name, ScriptedModel.model


def claim(text: str, *quotes: str, passage: int = 1) -> dict[str, object]:
    """What a model says, and what it quotes for it."""
    return {"quotes": [{"passage": passage, "quote": quote} for quote in quotes], "claim": text}


def draft(*claims: dict[str, object]) -> str:
    """A whole draft."""
    return json.dumps({"claims": claims})


def piecewise(*claims: dict[str, object]) -> list[str]:
    """A draft in one piece for each claim, and one that ends it."""
    return ['{"claims": [' + json.dumps(claims[0]), *(f", {json.dumps(each)}" for each in claims[1:]), "]}"]


def writing_parts(
    parts: Parts, model: ScriptedModel, *, usual: str = "extractive", others: Sequence[str] = (WRITER,)
) -> Parts:
    """The same parts where this model may be asked for by its name; what it writes is judged as anybody's."""
    made = parts_like(parts, generator=usual, generators=tuple(others))
    made.generators._models[model.name] = model
    return made


def replacing(parts: Parts, name: str) -> Callable[[], None]:
    """Takes a document out of the index and puts another version of it in, once: nothing of the first can be read."""
    path = parts.settings.state_dir.parent / "source" / name
    text = path.read_text(encoding="utf-8")

    def replace() -> None:
        if path.read_text(encoding="utf-8") == text:
            path.write_text(f"{text}There are several.\n", encoding="utf-8")
            builder = parts.builder("default")
            builder.remove(lambda record: record.path.endswith(name))
            builder.add([path.parent])

    return replace
