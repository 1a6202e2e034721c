"""The one way in: a question with its history as a question that stands alone, by a model where there is one."""

from assistant.conversing.following import stand_alone
from assistant.generating.chat import ChatModel
from assistant.models import Question
from assistant.stages import Waiting, always

__all__ = ["rewrite"]


def rewrite(question: Question, model: ChatModel | None = None, waiting: Waiting = always) -> str | None:
    """The follow-up as a question that stands alone; None where it does already, or nothing came before it.

    Raises Abandoned when nobody waits any more.
    """
    found = stand_alone(question.text, question.history)
    return found if found != question.text else None
