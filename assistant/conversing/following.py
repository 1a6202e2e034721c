"""A follow-up as a question that stands alone, by rules: nothing stands in it that was not said."""

from collections.abc import Sequence

from assistant.conversing.antecedents import HE, gender_of, meant_by
from assistant.conversing.completing import completed
from assistant.conversing.lexicon import ELSE
from assistant.conversing.phrases import phrases_in, words_in
from assistant.conversing.resolving import resolved
from assistant.conversing.topics import Conversation
from assistant.models import Turn
from index.tokenizing import content_words

__all__ = ["stand_alone"]

FIRST, LAST = 2, 24
"""Turns that are read: what a conversation begins with, and what was said last."""
LONGEST_TURN = 1000
LONGEST_RESULT = 500
"""Characters by which a question may grow."""
ROUNDS = 4


def stand_alone(question: str, history: Sequence[Turn]) -> str:
    """The question as it is asked without what came before; the question itself where it needs nothing.

    Asking for the result again, after the same turns, gives the result.
    """
    if not history or not question.strip():
        return question
    conversation = listen([*history[:FIRST], *history[FIRST:][-LAST:]])
    return _settled(question, conversation)


def listen(turns: Sequence[Turn]) -> Conversation:
    """What a conversation is about, its questions made to stand alone one after the other."""
    conversation = Conversation()
    for turn in turns:
        text = turn.text[:LONGEST_TURN]
        if turn.role == "user":
            _note_gender(text, conversation)
            conversation.hear_question(_settled(text, conversation))
        else:
            conversation.hear_answer(text)
    return conversation


def _note_gender(question: str, conversation: Conversation) -> None:
    """Whoever is "she" once is not "he" later."""
    pronoun = next((word.plain for word in words_in(question) if word.plain in HE), None)
    topic = meant_by(pronoun, conversation) if pronoun else None
    if topic and pronoun:
        topic.gender = gender_of(pronoun)


def _settled(question: str, conversation: Conversation) -> str:
    """Rewritten until nothing changes any more, which a second rewriting finds as well."""
    found = question
    for _ in range(ROUNDS):
        again = _once(found, conversation)
        if again == found:
            return found if len(found) <= len(question) + LONGEST_RESULT else question
        found = again
    return question


def _once(question: str, conversation: Conversation) -> str:
    whole = completed(question, conversation)
    found = resolved(question if whole is None else whole, conversation)
    return _anchored(found, conversation, pointed=found != question)


def _anchored(question: str, conversation: Conversation, *, pointed: bool) -> str:
    """With what all is about behind it, where nothing in the question says so: "Were any awards won (Exai)?"."""
    if conversation.headings:
        missing = [] if _is_specific(question, pointed=pointed) else _unsaid(conversation.headings, question)
    else:
        subject = conversation.subject
        missing = [subject.text] if subject and not _says(question) else []
    if not missing:
        return question
    body = question.rstrip(" ?.!")
    return f"{body} ({', '.join(missing)}){question[len(body) :].strip() or '?'}"


def _is_specific(question: str, *, pointed: bool) -> bool:
    return not pointed and any(phrase.name for phrase in phrases_in(question))


def _unsaid(headings: Sequence[str], question: str) -> list[str]:
    said = set(content_words(question))
    return [text for text in headings if said.isdisjoint(content_words(text))]


def _says(question: str) -> bool:
    """Whether the question names something of its own."""
    specific = [phrase for phrase in phrases_in(question) if not phrase.relational]
    compares = any(word.plain in ELSE for word in words_in(question))
    return bool(specific) and not (compares and not any(phrase.name for phrase in specific))
