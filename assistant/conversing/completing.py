"""Follow-ups that are no whole questions, completed by the one before: "and in mice?", "what about burns?", "why?"."""

import re

from assistant.conversing.antecedents import HE, IT, THEY
from assistant.conversing.kinds import class_of, is_plural
from assistant.conversing.lexicon import AUXILIARIES, ELSE, PREPOSITIONS, WH_WORDS, is_verb
from assistant.conversing.phrases import Phrase, phrases_in, words_in
from assistant.conversing.resolving import Edit, apply
from assistant.conversing.topics import Conversation

__all__ = ["completed"]

LONGEST_FRAME = 300
LONGEST_ADDITION = 120
LONGEST_REASON = 200
_OPENING = re.compile(
    r"(?:(?:and|but|or|so|ok|okay|then|also)\b[ ,]*)*(?:(?:what|how) about\b|what of\b|and\b)?[ ,]*", re.IGNORECASE
)
_END = re.compile(r"[\s?.!]*\Z")
_BARE = re.compile(
    r"(why(?: not| so)?|why (?:is|was|does|did) (?:that|this|it)(?: so)?|how(?: so| come)?|when|where|who|by how much"
    r"|how (?:many|much|long|often|far)"
    r"|(?:in|at|since|until|by|for|to|from|with) (?:what|which|whom|when)(?: [^\W_]+){0,2})",
    re.IGNORECASE,
)


def completed(question: str, conversation: Conversation) -> str | None:
    """The whole question that a part of one means; None where it is whole, or nothing before completes it."""
    frame = _END.sub("", conversation.question)
    if not frame or len(frame) > LONGEST_FRAME:
        return None
    opening = _OPENING.match(question.strip())
    start = opening.end() if opening else 0
    rest = _END.sub("", question.strip()[start:])
    if _BARE.fullmatch(rest):
        return _asked_again(rest, frame, conversation)
    if not rest or len(rest) > LONGEST_ADDITION or not _is_part(rest):
        return None
    first = words_in(rest)[0].plain
    if first in PREPOSITIONS and first not in {"about", "like", "than"}:
        return _with_place(rest, first, frame) + "?"
    if start == 0 or _repeats(rest, frame) or any(word.plain in HE | IT | THEY for word in words_in(rest)):
        return None
    return _with_thing(rest, frame, opened=bool(re.search("about|of", question[:start], re.IGNORECASE))) + "?"


def _repeats(rest: str, frame: str) -> bool:
    """Whether it names itself what the question before was about: "what about metformin's side effects"."""
    said = rest.casefold()
    return any(not phrase.relational and phrase.text.casefold() in said for phrase in phrases_in(frame))


def _is_part(rest: str) -> bool:
    """Whether nothing in it asks, and nothing is a verb."""
    words = [word.plain for word in words_in(rest)]
    asks = any(word in AUXILIARIES or word in WH_WORDS or word in ELSE for word in words)
    return bool(words) and len(words) <= 10 and not asks and not is_verb(words[0])


def _asked_again(asking: str, frame: str, conversation: Conversation) -> str:
    """The frame with another question word in front."""
    words = words_in(frame)
    if len(words) < 3:
        return f"{asking}: {frame}?"
    first = words[0].plain
    asking = re.sub(r"(?i)(why) .*", r"\1", asking) if first in AUXILIARIES else asking
    if first in AUXILIARIES:
        return f"{asking} {frame[:1].lower()}{frame[1:]}?"
    if first in {"when", "where", "why"} or (first == "how" and words[1].plain in AUXILIARIES):
        return f"{asking} {frame[words[1].start :]}?"
    subject = next(iter(phrases_in(frame)), None)
    if asking.lower() == "how" and subject and subject.start == words[1].start and is_plural(subject.text):
        return f"{asking} do {frame[subject.start :]}?"
    answer = conversation.answer.split(". ")[0].strip()
    if asking.lower().startswith("why") and len(words_in(answer)) > 3 and len(answer) <= LONGEST_REASON:
        return f"why {_END.sub('', answer)}?"
    return f"{asking}: {frame}?"


def _with_place(rest: str, preposition: str, frame: str) -> str:
    """What begins with a preposition ("in mice") in place of what the frame has behind the same one, else behind it."""
    words = words_in(frame)
    for number in range(len(words) - 1, -1, -1):
        if words[number].plain == preposition:
            after = frame[words[number].end :]
            if len(words_in(after)) <= 4 and not any(word.plain in PREPOSITIONS for word in words_in(after)):
                return frame[: words[number].start] + rest
    return f"{frame} {rest}"


def _with_thing(rest: str, frame: str, *, opened: bool) -> str:
    """The new thing in place of the one in the frame that it is like, else behind it."""
    old = _like(rest, [phrase for phrase in phrases_in(frame) if not phrase.relational])
    if old is None:
        return f"{frame} in {rest}" if opened else f"{frame} and {rest}"
    return apply(frame, [Edit(old.start, old.end, rest)])


def _like(rest: str, phrases: list[Phrase]) -> Phrase | None:
    """The phrase with the same last word, else of the same class, else of unknown class, written alike."""
    wanted, name = class_of(rest), any(word.named for word in words_in(rest))
    for phrase in reversed(phrases):
        if phrase.words[-1:] == [word.plain for word in words_in(rest)[-1:]]:
            return phrase
    for phrase in reversed(phrases):
        if wanted and class_of(phrase.text) == wanted:
            return phrase
    same = [phrase for phrase in phrases if phrase.name == name and not class_of(phrase.text) and not wanted]
    alike = [phrase for phrase in same if is_plural(phrase.text) == is_plural(rest)]
    return alike[-1] if alike else None
