"""Pronouns and "the movie" in a question, replaced by what they mean in the conversation."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from assistant.conversing.antecedents import HE, IT, THEY, meant_by
from assistant.conversing.kinds import CLASS_NOUNS, class_of, is_person, is_plural
from assistant.conversing.lexicon import AUXILIARIES, BOUNDARIES, PREPOSITIONS, WH_WORDS, is_verb, members
from assistant.conversing.phrases import Phrase, Word, phrases_in, words_in
from assistant.conversing.topics import Conversation, Topic
from index.tokenizing import words as indexed_words

__all__ = ["Edit", "apply", "resolved"]

SUBJECTS = members("he it she they")
POSSESSIVE = members("hers his its their theirs")
REFLEXIVE = ("self", "selves")
POINTING = members("that the these this those")
THE_TEXT = members("article page paper passage section subject topic")
TIMES = members("day era moment period point season time year")
ENDINGS = {"'s": "'s", "'re": " are", "'ve": " have", "'ll": " will", "'d": " would"}
UNMEANT = members("clear important known likely necessary possible true")


_REMARK = re.compile(r" \([^()]*\)\Z")


@dataclass(frozen=True, slots=True)
class Edit:
    """A stretch of a question and what takes its place."""

    start: int
    end: int
    text: str


def resolved(question: str, conversation: Conversation) -> str:
    """The question with what points back replaced, where the conversation tells what it means."""
    words, phrases = words_in(question), phrases_in(question)
    meant = cache(lambda base: meant_by(base, conversation))
    edits = [
        edit
        for number in range(len(words))
        if (edit := _pronoun(number, words, phrases, meant) or _description(number, words, phrases, conversation))
    ]
    return apply(question, edits)


def apply(text: str, edits: Sequence[Edit]) -> str:
    """The text with its edits made; of two that overlap the first."""
    parts, done = [], 0
    for edit in sorted(edits, key=lambda edit: edit.start):
        if edit.start >= done:
            parts += [text[done : edit.start], edit.text]
            done = edit.end
    return "".join([*parts, text[done:]])


def _pronoun(
    number: int, words: Sequence[Word], phrases: Sequence[Phrase], meant: Callable[[str], Topic | None]
) -> Edit | None:
    word = words[number]
    base, apostrophe, rest = word.plain.partition("'")
    if base not in HE | IT | THEY or base.endswith(REFLEXIVE) or _means_nothing(number, words):
        return None
    possessive = base in POSSESSIVE or (base == "her" and _has_noun(number, words))
    if _stands_before(number, base, words, phrases, possessive=possessive):
        return None
    topic = meant(base)
    if topic is None or _named(topic, phrases):
        return None
    shown = topic.text if word.start or not word.text[:1].isupper() else topic.text[:1].upper() + topic.text[1:]
    if apostrophe:
        return Edit(word.start, word.end, shown + ENDINGS.get("'" + rest, "'" + rest))
    return Edit(word.start, word.end, owned(shown, plural=topic.plural and not topic.name) if possessive else shown)


def owned(text: str, *, plural: bool) -> str:
    """The possessive: VEGF's, stem cells', Travis's of "Travis (band)"."""
    name = _REMARK.sub("", text)
    if plural and name.endswith("s"):
        return f"{name}'"
    read = indexed_words(f"{name}'s")  # behind a sign, or in Chinese, the s would be a word
    return f"{name}'s" if read and read[-1].endswith("'s") else text


def _named(topic: Topic, phrases: Sequence[Phrase]) -> bool:
    return any(phrase.text.casefold() == topic.text.casefold() for phrase in phrases)


def _means_nothing(number: int, words: Sequence[Word]) -> bool:
    """Whether "it" is there for grammar: "is it true that", "how long does it take to", "what does it mean if"."""
    following = [word.plain for word in words[number + 1 : number + 12]]
    if words[number].plain != "it" or len(following) < 2:
        return False
    takes = following[0] in {"take", "takes"} and "to" in following
    means = following[0] in {"mean", "means"} and following[1] in {"for", "to", "when", "if", "that"}
    return following[0] in UNMEANT or takes or means


def _has_noun(number: int, words: Sequence[Word]) -> bool:
    following = words[number + 1 : number + 2]
    return bool(following) and following[0].plain not in PREPOSITIONS | AUXILIARIES | WH_WORDS | BOUNDARIES


def _stands_before(
    number: int, base: str, words: Sequence[Word], phrases: Sequence[Phrase], *, possessive: bool
) -> bool:
    """Whether the question itself names what a pronoun means: "does VEGF exert its effects", "is X safe if it …".

    Behind the first auxiliary ("which shows did they play") it never does; as an object not within one clause.
    """
    word = words[number]
    if not phrases or phrases[0].end > word.start:
        return False
    auxiliary = next((each for each in words if each.plain in AUXILIARIES), None)
    if auxiliary is not None and number and words[number - 1] is auxiliary:
        return False
    fits = [phrase for phrase in phrases if phrase.end <= word.start and _fits(base, phrase)]
    if possessive:
        return any(not phrase.relational for phrase in fits)
    following = words[number + 1].plain if number + 1 < len(words) else ""
    if base in SUBJECTS and (base != "it" or following in AUXILIARIES or is_verb(following)):
        return bool(fits)
    boundaries = [each.start for each in words if each.plain in BOUNDARIES and 0 < each.start < word.start]
    boundaries += [one.end for one, other in pairwise(words) if other.start <= word.start and other.start - one.end > 1]
    return any(phrase.end <= boundary for phrase in fits for boundary in boundaries)


def _fits(base: str, phrase: Phrase) -> bool:
    if base in HE:
        return is_person(phrase) or (phrase.name and len(phrase.words) == 1)
    if base in THEY:
        return phrase.name or any(is_plural(word) for word in phrase.words)
    return not is_plural(phrase.text)


def _description(
    number: int, words: Sequence[Word], phrases: Sequence[Phrase], conversation: Conversation
) -> Edit | None:
    """What "the pledge" or "the drug" means, or "this article"."""
    word = words[number]
    phrase = next((phrase for phrase in phrases if word.end < phrase.start <= word.end + 1), None)
    if word.plain not in POINTING or phrase is None or phrase.name or _goes_on(number, phrase, words):
        return None
    head = phrase.words[-1]
    if head in THE_TEXT and conversation.subject:
        return Edit(word.start, phrase.end, conversation.subject.text)
    if head in TIMES:
        return None
    if (called := _called(head, len(phrase.words), conversation)) is not None:
        return Edit(word.start, phrase.end, called.text)
    for topic in conversation.newest():
        said = [each.plain for each in words_in(topic.text)]
        whole = head == said[-1] or topic.name
        if whole and set(said).issuperset(phrase.words) and len(said) > len(phrase.words) and not topic.relational:
            return Edit(word.start, phrase.end, f"the {topic.text}")
    return None


def _called(head: str, length: int, conversation: Conversation) -> Topic | None:
    """What "the drug" is: the newest topic of the class that the noun names."""
    found = next((name for name, nouns in CLASS_NOUNS.items() if head in nouns.split()), None)
    if found is None or length > 1:
        return None
    return next(
        (topic for topic in conversation.newest() if not topic.relational and class_of(topic.text) == found), None
    )


def _goes_on(number: int, phrase: Phrase, words: Sequence[Word]) -> bool:
    """Whether the phrase says itself which one is meant: "the role of VEGF", "the protein encoded by the gene"."""
    following = next((word for word in words if word.start >= phrase.end), None)
    if following is None:
        return False
    asks = number > 0 and words[number - 1].plain in AUXILIARIES  # "was the trial randomised"
    described = following.plain.endswith(("ed", "ing")) and not asks
    return described or following.named or following.plain in PREPOSITIONS | {"that", "which", "who"}
