"""What can go wrong between a question and its answer.

CitespanError (index/errors.py)
├── QuestionError     the question cannot be taken: empty, too long, an option that does not exist
├── CitationError     a quotation is not what the stored text says; nothing is shown
└── VerifyError       what was given holds no citations that can be checked, or too many
"""

from index.errors import CitespanError

__all__ = ["CitationError", "QuestionError", "VerifyError"]


class QuestionError(CitespanError):
    """The question or one of its options cannot be taken; the message says which and why."""


class CitationError(CitespanError):
    """A quotation differs from the stored text. It is never shown."""


class VerifyError(CitespanError):
    """What was given holds no citations that can be checked, or more than are checked at once."""
