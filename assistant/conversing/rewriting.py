"""The one way in: a question with its history as a question that stands alone, by a model where there is one."""

from assistant.generating.chat import ChatModel
from assistant.models import Question
from assistant.stages import Waiting, always

__all__ = ["rewrite"]


def rewrite(question: Question, model: ChatModel | None = None, waiting: Waiting = always) -> str | None:
    """The follow-up as a question that stands alone; None where it does already, or nothing came before it.

    A model is asked only about what points back or is no whole question. Raises Abandoned when nobody waits any more.
    """
    asked = question.text.strip()
    if not asked or not question.history:
        return None
    from assistant.conversing.asking import ask_for_stand_alone
    from assistant.conversing.following import points_back, stand_alone

    found = stand_alone(asked, question.history)
    if model is not None and (found != asked or points_back(asked)):
        found = ask_for_stand_alone(asked, question.history, model, waiting)
    return found if found != asked else None
