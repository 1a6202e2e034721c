"""What a pronoun means in a conversation: the best of its topics that agree with it in number and kind."""

from collections.abc import Iterator
from dataclasses import replace

from assistant.conversing.kinds import is_plural
from assistant.conversing.lexicon import members
from assistant.conversing.phrases import phrases_in, words_in
from assistant.conversing.topics import Conversation, Topic

__all__ = ["HE", "IT", "THEY", "gender_of", "meant_by"]

MOST_NAMED = 4
_MALE = members("he him himself his")
_FEMALE = members("her hers herself she")
HE = _MALE | _FEMALE
IT = members("it its itself")
THEY = members("their theirs them themselves they")


def gender_of(base: str) -> str:
    """Which people a pronoun is for; empty for all others."""
    return "male" if base in _MALE else "female" if base in _FEMALE else ""


def meant_by(base: str, conversation: Conversation) -> Topic | None:
    """The topic that a pronoun stands for; None where nothing agrees."""
    found = (
        _people(gender_of(base), conversation)
        if base in HE
        else _several(conversation)
        if base in THEY
        else _thing(conversation)
    )
    return next(found, None)


def _people(gender: str, conversation: Conversation) -> Iterator[Topic]:
    def may_be(topic: Topic) -> bool:
        return topic.gender in {"", gender}

    if conversation.question.lower().startswith("who "):
        yield from (topic for topic in conversation.in_answer() if topic.person and may_be(topic))
    subject = conversation.subject
    if subject and subject.person and may_be(subject):
        yield subject
    asked = [topic for topic in conversation.newest() if topic.asked and may_be(topic)]
    yield from (topic for topic in asked if topic.person)
    if subject and subject.name and conversation.headings and may_be(subject):
        yield subject
    yield from (topic for topic in asked if topic.name and topic.text.istitle() and len(topic.text.split()) == 1)


def _several(conversation: Conversation) -> Iterator[Topic]:
    newest, subject = conversation.newest(), conversation.subject
    yield from _focus(conversation, plural=True)
    yield from (topic for topic in newest if topic.plural and topic.asked and not topic.relational)
    if not conversation.headings:
        yield from (topic for topic in newest if topic.plural and topic.asked and topic.turn == conversation.turn)
    if subject and not subject.person:
        yield subject
    yield from (topic for topic in newest if topic.plural and not topic.relational)
    yield from (topic for topic in newest if topic.plural)
    yield from (topic for topic in newest if topic.name)


def _thing(conversation: Conversation) -> Iterator[Topic]:
    newest = [topic for topic in conversation.newest() if not topic.person and not topic.plural]
    yield from _focus(conversation, plural=False)
    yield from (topic for topic in newest if not topic.relational)
    yield from newest


def _focus(conversation: Conversation, *, plural: bool) -> Iterator[Topic]:
    """What the last answer named, where the question before asked which."""
    asked = words_in(conversation.question)
    wanted = next(iter(phrases_in(conversation.question)), None)
    if len(asked) < 2 or asked[0].plain not in {"which", "what"} or wanted is None or wanted.start != asked[1].start:
        return
    named = [topic for topic in conversation.in_answer() if not topic.person][:MOST_NAMED]
    if is_plural(wanted.text) != plural or not named:
        return
    if not plural:
        yield named[0]
    elif len(named) > 1 and not wanted.name:
        listed = " and ".join([", ".join(topic.text for topic in named[:-1]), named[-1].text])
        yield replace(named[0], text=listed, plural=True)
