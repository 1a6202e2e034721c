"""A follow-up as a question that stands alone, by rules: nothing stands in it that was not said."""

from collections.abc import Sequence

from assistant.conversing.antecedents import HE, IT, THEY, gender_of, meant_by
from assistant.conversing.completing import completed
from assistant.conversing.lexicon import AUXILIARIES, ELSE, PREDICATES, PREPOSITIONS, RELATIONAL, is_verb, members
from assistant.conversing.phrases import Phrase, Word, phrases_in, words_in
from assistant.conversing.resolving import resolved
from assistant.conversing.topics import Conversation, is_heading
from assistant.models import Turn
from index.tokenizing import content_words

__all__ = ["points_back", "stand_alone"]

FIRST, LAST = 2, 24
"""Turns that are read: what a conversation begins with, and what was said last."""
LONGEST_TURN = 1000
LONGEST_QUESTION = 1000
"""Longer ones stand alone."""
LONGEST_ADDITION = 500
ROUNDS = 4
DEMONSTRATIVES = members("this these those")
_NO_NOUN = AUXILIARIES | PREPOSITIONS | PREDICATES | {"true"}


def stand_alone(question: str, history: Sequence[Turn]) -> str:
    """The question as it is asked without what came before; the question itself where it needs nothing.

    Asking for the result again, after the same turns, gives the result.
    """
    if not history or not question.strip() or len(question) > LONGEST_QUESTION:
        return question
    conversation = listen([*history[:FIRST], *history[FIRST:][-LAST:]])
    return _settled(question, conversation)


def points_back(question: str) -> bool:
    """Whether something in it may mean what was said before."""
    return any(word.plain in HE | IT | THEY | ELSE | DEMONSTRATIVES for word in words_in(question))


def listen(turns: Sequence[Turn]) -> Conversation:
    """What a conversation is about, its questions made to stand alone one after the other."""
    conversation = Conversation()
    for turn in turns:
        text = turn.text[:LONGEST_TURN]
        if turn.role == "user" and not conversation.question and is_heading(text):
            conversation.hear_heading(text)
        elif turn.role == "user":
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
            return found if len(found) <= len(question) + LONGEST_ADDITION else question
        found = again
    return question


def _once(question: str, conversation: Conversation) -> str:
    whole = completed(question, conversation)
    found = resolved(question if whole is None else whole, conversation)
    return _anchored(found, conversation, pointed=found != question)


def _anchored(question: str, conversation: Conversation, *, pointed: bool) -> str:
    """With what all is about behind it, where nothing in the question says so: "Were any awards won (Exai)?"."""
    if conversation.headings:
        missing = [] if not pointed and _says(question) else _unsaid(conversation.headings, question)
    else:
        subject = conversation.subject
        missing = _unsaid([subject.text], question) if subject and not _says(question) else []
    if not missing:
        return question
    body = question.rstrip(" ?.!")
    return f"{body} ({', '.join(missing)}){question[len(body) :].strip() or '?'}"


def _unsaid(headings: Sequence[str], question: str) -> list[str]:
    said = set(content_words(question))
    return [text for text in headings if said.isdisjoint(content_words(text))]


def _says(question: str) -> bool:
    """Whether the question names something of its own; one that compares ("other effects"), two things."""
    words, phrases = words_in(question), phrases_in(question)
    if any(phrase.name for phrase in phrases):
        return True
    compares = any(word.plain in ELSE for word in words) or _points_at_nothing(words)
    said = [phrase for phrase in phrases if not phrase.relational and not _is_part(phrase, words)]
    return len(said) > compares


def _is_part(phrase: Phrase, words: Sequence[Word]) -> bool:
    """Whether a phrase is some part or property, and the question does not say of what: "the primary endpoint"."""
    before = [word.plain for word in words if word.end < phrase.start][-2:]
    after = [word.plain for word in words if word.start >= phrase.end][:1]
    bare = before[-1:] == ["the"] and before[:1] != ["of"] and not PREPOSITIONS.intersection(after)
    return bare and len(phrase.words) <= 2 and phrase.words[-1] in RELATIONAL


def _points_at_nothing(words: Sequence[Word]) -> bool:
    """Whether "this" or "that" stands without a noun: "how is this measured", but "genes that are expressed"."""
    return any(
        word.plain in {"this", "that", "these", "those"}
        and _is_no_noun(words[number - 1].plain if number else "is")
        and _is_no_noun(words[number + 1].plain if number + 1 < len(words) else "is")
        for number, word in enumerate(words)
    )


def _is_no_noun(word: str) -> bool:
    return word in _NO_NOUN or is_verb(word)
