"""What is given of a model's draft: its verified claims, or the documents' own sentences, or a refusal."""

from collections.abc import Generator

from assistant.finding import Found
from assistant.generating.writing import Writer, Written
from assistant.judging import THRESHOLDS
from assistant.models import Answer, Fallback, Question, Refusal, Stated, Writing
from assistant.refusing import refuse
from assistant.stages import Stages

__all__ = ["have_written", "refuses"]


def have_written(
    writer: Writer, found: Found, extracted: Answer | Refusal, *, sure: float, question: Question, stages: Stages
) -> Generator[Stated, None, tuple[Answer | Refusal, Writing]]:
    """The model's sentences as they are verified; at the end, what is given, and who wrote it.

    ``extracted`` is what the documents' own sentences say, ``sure`` how sure that is. Where it refuses, no model is
    asked: it could only make false answers more. One that finds nothing is believed unless the documents are surer than
    a cautious assistant wants them to be. Raises what ``Writer.write`` raises.
    """
    name, model = writer.model.name, writer.model.model
    if isinstance(extracted, Refusal):
        return extracted, Writing(name, model)
    written = Written()
    for step in writer.write(found, most=question.max_sentences, stages=stages):
        if isinstance(step, Stated):
            yield step
        else:
            written = step
    fallback, message = _fallback(written)
    writing = Writing(name, model, written.usage or None, tuple(written.dropped), fallback, message)
    if refuses(written, sure):
        return refuse(found, extracted, found.snapshot), writing
    return written.answer or extracted, writing


def refuses(written: Written, sure: float) -> bool:
    """Whether a model that found nothing is believed."""
    return written.found_nothing and sure < THRESHOLDS["cautious"]


def _fallback(written: Written) -> tuple[Fallback | None, str | None]:
    """Why not the model's words are given, and what people are told; of a draft that broke off, only the latter."""
    if written.answer:
        return None, written.failure and f"{written.failure} What it had said until then, and was verified, is given."
    if written.failure:
        return "model_failed", f"{written.failure} These are sentences of the documents instead."
    if written.found_nothing:
        return "model_found_nothing", "The model found no answer in the documents."
    return "no_claim_survived", (
        "Nothing that the model wrote is supported by the documents. These are sentences of the documents instead."
    )
