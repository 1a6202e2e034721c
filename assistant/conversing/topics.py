"""What a conversation is about: the phrases of its questions and answers, the newest and most often named first."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest

from assistant.conversing.kinds import is_person, is_plural
from assistant.conversing.lexicon import AUXILIARIES, PEOPLE, WH_WORDS, is_verb, members
from assistant.conversing.phrases import Phrase, names_in, phrases_in, words_in

__all__ = ["Conversation", "Topic"]

LONGEST_TOPIC = 100
LONGEST_HEADING = 12
"""Words."""
REFUSALS = ("The documents do not answer this.", "The documents hold nothing on this.")
"""How the messages of ``assistant/refusing.py`` begin."""
GREETINGS = members("dear good hello hey hi no ok okay please thank thanks yes")


@dataclass(slots=True)
class Topic:
    """Something that was named: in which turn last, how often, where in it, by whom, and of which kind."""

    text: str
    name: bool
    person: bool
    plural: bool
    relational: bool
    asked: bool
    turn: int
    order: int
    times: int = 1
    gender: str = ""


@dataclass(slots=True)
class Conversation:
    """What was said so far, read turn by turn. ``question`` is the last one as it stands alone."""

    topics: dict[str, Topic] = field(default_factory=dict)
    headings: list[str] = field(default_factory=list)
    question: str = ""
    answer: str = ""
    turn: int = 0

    def hear_heading(self, text: str) -> None:
        """A turn of the user before the first question that names what all is about."""
        self.turn += 1
        whole = " ".join(text.split())[:LONGEST_TOPIC].strip(" .,:;!-–")
        self._note(Phrase(whole, 0, len(whole), name=any(word.named for word in words_in(whole))), 0, asked=True)
        if self.headings:
            self._note_all(whole, asked=False)
        self.headings.append(whole)

    def hear_question(self, question: str) -> None:
        """A turn of the user, already standing alone."""
        self.turn += 1
        self.question, self.answer = question, ""
        self._note_all(question)

    def hear_answer(self, answer: str) -> None:
        """A turn of the assistant; a refusal says nothing of what the conversation is about."""
        if answer.startswith(REFUSALS):
            return
        self.answer = answer
        for order, phrase in enumerate(names_in(answer)):
            self._note(phrase, order, asked=False)

    def _note_all(self, text: str, *, asked: bool = True) -> None:
        phrases = phrases_in(text)
        for order, (phrase, following) in enumerate(zip_longest(phrases, phrases[1:])):
            if phrase is not None:
                self._note(_whole(phrase, following, text), order, asked=asked)

    def _note(self, phrase: Phrase, order: int, *, asked: bool) -> None:
        text = phrase.text.strip()[:LONGEST_TOPIC]
        known = self.topics.get(text.casefold())
        if known:
            known.turn, known.order, known.times = self.turn, order, known.times + 1
            known.asked = known.asked or asked
            return
        self.topics[text.casefold()] = Topic(
            text=text,
            name=phrase.name,
            person=is_person(phrase) or (asked and bool(PEOPLE.intersection(phrase.words[-1:]))),
            plural=is_plural(text),
            relational=phrase.relational or (" of " in phrase.text and not phrase.name),
            asked=asked,
            turn=self.turn,
            order=order,
        )

    def newest(self) -> list[Topic]:
        """Topics of questions before those of answers, newer before older, in a turn the first named first."""
        later = {text.casefold() for text in self.headings[1:] if [each.text for each in phrases_in(text)] != [text]}
        found = [topic for name, topic in self.topics.items() if name not in later]
        return sorted(found, key=lambda topic: (not topic.asked, -topic.turn, topic.order))

    @property
    def subject(self) -> Topic | None:
        """What it is all about: the heading where there is one, else what was asked about last."""
        if self.headings:
            return self.topics[self.headings[0].casefold()]
        found = [topic for topic in self.newest() if topic.asked and not topic.relational]
        return found[0] if found else None

    def in_answer(self) -> Iterator[Topic]:
        """The names in the last answer, in their order."""
        found = [topic for topic in self.topics.values() if topic.turn == self.turn and not topic.asked]
        yield from sorted(found, key=lambda topic: topic.order)


def _whole(phrase: Phrase, following: Phrase | None, text: str) -> Phrase:
    """The side effects with what they are of, where that comes next."""
    between = text[phrase.end : following.start] if following else ""
    if following is None or not phrase.relational or between.split() not in (["of"], ["of", "the"]):
        return phrase
    return Phrase(text[phrase.start : following.end], phrase.start, following.end, name=False)


def is_heading(turn: str) -> bool:
    """Whether a turn names something and asks nothing: "Tippi Hedren"."""
    words = [word.plain for word in words_in(turn) if word.start == 0 or not word.text.istitle()]
    asks = any(word in AUXILIARIES or word in WH_WORDS for word in words)
    if not words or words[0] in GREETINGS or is_verb(words[0]):
        return False
    return len(words) <= LONGEST_HEADING and "?" not in turn and not asks
