"""What can go wrong between a question and its answer.

CitespanError (index/errors.py)
├── QuestionError     the question cannot be taken: empty, too long, an option that does not exist
├── Abandoned         nobody waits for the answer any more
├── GeneratorError    a model that writes cannot be had, or is not allowed here
├── GeneratorFailed   a model did not deliver in its time: the extractive answer is given instead
├── CitationError     a quotation is not what the stored text says; nothing is shown
└── VerifyError       what was given holds no citations that can be checked, or too many
"""

from index.errors import CitespanError

__all__ = ["Abandoned", "CitationError", "GeneratorError", "GeneratorFailed", "QuestionError", "VerifyError"]


class QuestionError(CitespanError):
    """The question or one of its options cannot be taken; the message says which and why."""


class Abandoned(CitespanError):
    """Nobody waits for the answer any more, so the stages that were left were not run."""


class GeneratorError(CitespanError):
    """A model that is to write cannot be had, or may not be asked for here; the message says what to do."""


class GeneratorFailed(CitespanError):
    """A model did not deliver within its time budget, or what it delivered is no use."""


class CitationError(CitespanError):
    """A quotation differs from the stored text. It is never shown."""


class VerifyError(CitespanError):
    """What was given holds no citations that can be checked, or more than are checked at once."""
