"""What a name or noun phrase stands for, as far as its form tells: somebody, several, and of which class."""

import re

from assistant.conversing.phrases import Phrase, words_in
from assistant.subjects import asked_about
from index.tokenizing import terms

__all__ = ["class_of", "is_person", "is_plural"]

_PERSON = re.compile(
    r"(?:(?:[A-Z]\.? ?)+|[A-Z][^\W\d_]+(?:['’-][A-Z]?[^\W\d_]+)* ?|(?:de|la|du|von|van|der|den|di|da|al|bin|el) )+"
)
NO_PEOPLE = frozenset(
    "album association award awards band book bowl brothers centre center championship church city clinical college "
    "company council county cup disease district division episode family fc festival film foundation game group high "
    "hospital house institute island league museum music national new north party president press prize project radio "
    "records river road school series show sisters society soundtrack south state states street study syndrome team "
    "television theatre theory tour tower town treaty trial tv union united university volume war west east world "
    "years the this early american british english french german cell cells factor receptor".split()
)
IRREGULAR = frozenset("bacteria children criteria feet men mice people stimuli teeth women fungi media data".split())
CLASSES = {
    "drug": r"[a-z]{3,}(?:mab|nib|pril|sartan|statin|olol|azole|mycin|cillin|cycline|profen|formin|gliptin|gliflozin|tide"
    r"|vir|caine|pam|lukast|parin|xaban|platin|taxel|rubicin|asone|solone|oxetine|phylline)|aspirin|insulin|warfarin"
    r"|paracetamol|acetaminophen|celecoxib|morphine|placebo",
    "disease": r"[a-z]{3,}(?:itis|osis|emia|aemia|oma|pathy|sclerosis)|cancer|diabetes|asthma|psoriasis|obesity"
    r"|hypertension|stroke|sepsis|burns?|ulcers?|scars?|infections?|tumou?rs?|fractures?",
    "cell": r"[a-z]{2,}(?:cytes?|blasts?|phages?|phils?)|[a-z]*scs?",
    "people": r"children|adults?|women|men|patients|infants|neonates|adolescents|elderly|humans?|smokers|boys|girls",
    "molecule": r"[a-z]{1,5}-?\d+[a-z]?\d?|[a-z]{2,4}-?[αβγδκ]|(?:il|tnf|tgf|vegf|fgf|pdgf|egf|ifn)(?:-\w+)?|[a-z]{4,}(?:kine|kinase)s?",
}
_CLASSES = {name: re.compile(pattern) for name, pattern in CLASSES.items()}
GROUPS = {name: "species" for name in "mice rats rabbits pigs dogs cats horses cattle sheep goats monkeys".split()}


def is_person(phrase: Phrase) -> bool:
    """Two to five capitalised words without a digit, none of which belongs to things: Tippi Hedren."""
    words = phrase.words
    return (
        phrase.name
        and 2 <= len(words) <= 6
        and NO_PEOPLE.isdisjoint(words)
        and _PERSON.fullmatch(phrase.text) is not None
    )


def is_plural(text: str) -> bool:
    """Whether the head of a phrase, its last word before "of", is a plural."""
    head = text.split(" of ")[0].split()[-1:]
    word = head[0].lower().strip(".,") if head else ""
    return word in IRREGULAR or (len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is", "'s")))


def class_of(text: str) -> str:
    """What sort of thing a phrase names, where a table or its ending tells; else empty."""
    words = [word.plain for word in words_in(text)]
    if not words:
        return ""
    for name, pattern in _CLASSES.items():
        if pattern.fullmatch(words[-1]) or (name == "molecule" and pattern.fullmatch(text.lower())):
            return name
    subjects = asked_about(frozenset(terms(text)))
    return ("species" if subjects[0] in GROUPS else "tissue") if subjects else ""
