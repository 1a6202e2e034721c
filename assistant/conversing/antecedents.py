"""What a pronoun means in a conversation: the best of its topics that agree with it in number and kind."""

from collections.abc import Iterator

from assistant.conversing.topics import Conversation, Topic

__all__ = ["HE", "IT", "THEY", "gender_of", "meant_by"]

_MALE = frozenset("he him his himself".split())
_FEMALE = frozenset("she her hers herself".split())
HE = _MALE | _FEMALE
IT = frozenset("it its itself".split())
THEY = frozenset("they them their theirs themselves".split())


def gender_of(base: str) -> str:
    """Which people a pronoun is for; empty for all others."""
    return "male" if base in _MALE else "female" if base in _FEMALE else ""


def meant_by(base: str, conversation: Conversation) -> Topic | None:
    """The topic that a pronoun stands for; None where nothing agrees."""
    found = _people(gender_of(base), conversation) if base in HE else _several(conversation) if base in THEY else _thing(conversation)
    return next(found, None)


def _people(gender: str, conversation: Conversation) -> Iterator[Topic]:
    def may_be(topic: Topic) -> bool:
        return topic.gender in {"", gender}

    asked = [topic for topic in conversation.newest() if topic.person and may_be(topic)]
    if conversation.question.lower().startswith("who "):
        yield from (topic for topic in conversation.in_answer() if topic.person and may_be(topic))
    subject = conversation.subject
    if subject and subject.person and may_be(subject):
        yield subject
    yield from asked
    if subject and subject.name and may_be(subject):
        yield subject
    yield from (topic for topic in conversation.newest() if topic.name and may_be(topic))


def _several(conversation: Conversation) -> Iterator[Topic]:
    newest, subject = conversation.newest(), conversation.subject
    yield from (topic for topic in newest if topic.plural and topic.asked and not topic.relational)
    if subject and not subject.person:
        yield subject
    yield from (topic for topic in newest if topic.plural and not topic.relational)
    yield from (topic for topic in newest if topic.plural)
    yield from (topic for topic in newest if topic.name)


def _thing(conversation: Conversation) -> Iterator[Topic]:
    newest = [topic for topic in conversation.newest() if not topic.person and not topic.plural]
    asked = conversation.question.lower()
    if asked.startswith(("which ", "what ")) and not asked.startswith("what is"):
        yield from (topic for topic in conversation.in_answer() if not topic.person and not topic.plural)
    yield from (topic for topic in newest if not topic.relational)
    yield from newest
