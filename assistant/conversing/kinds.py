"""What a name or noun phrase stands for, as far as its form tells: somebody, several, and of which class."""

import re

from assistant.conversing.lexicon import members
from assistant.conversing.phrases import Phrase, words_in
from assistant.subjects import asked_about
from index.tokenizing import terms

__all__ = ["class_of", "is_person", "is_plural"]

_NAME = re.compile(r"[A-Z][^\W\d_]*(?:['’-][^\W\d_]+)*")
PARTICLES = members("al bin da de del den der di du el la van von")
NO_PEOPLE = members("""
album american association award awards band book bowl british brothers cell cells center centre
championship church city clinical college company council county cup disease district division early east
english episode factor family fc festival film foundation french game german group high hospital house
institute island league museum music national new north party president press prize project radio receptor
records river road school series show sisters society soundtrack south state states street study syndrome
team television the theatre theory this tour tower town treaty trial tv union united university volume war
west world years
""")
IRREGULAR = members("bacteria children criteria data feet fungi media men mice people stimuli teeth women")
CLASSES = {
    "drug": r"[a-z]{3,}(?:mab|nib|pril|sartan|statin|olol|azole|mycin|cillin|cycline|profen|formin|gliptin|gliflozin"
    r"|tide|vir|caine|pam|lukast|parin|xaban|platin|taxel|rubicin|asone|solone|oxetine|phylline)|aspirin|insulin|warfarin"
    r"|paracetamol|acetaminophen|celecoxib|morphine|placebo",
    "disease": r"[a-z]{3,}(?:itis|osis|emia|aemia|oma|pathy|sclerosis)|cancer|diabetes|asthma|psoriasis|obesity"
    r"|hypertension|stroke|sepsis|burns?|ulcers?|scars?|infections?|tumou?rs?|fractures?",
    "cell": r"[a-z]{2,}(?:cytes?|blasts?|phages?|phils?)|[a-z]*scs?|cells?|platelets?|exosomes?",
    "people": r"children|adults?|women|men|patients|infants|neonates|adolescents|elderly|humans?|smokers|boys|girls",
    "molecule": r"[a-z]{1,5}-?\d+[a-z]?\d?|[a-z]{2,4}-?[αβγδκ]|(?:il|tnf|tgf|vegf|fgf|pdgf|egf|ifn)(?:-\w+)?"
    r"|[a-z]{4,}(?:kine|kinase)s?",
}
_CLASSES = {name: re.compile(pattern) for name, pattern in CLASSES.items()}
CLASS_NOUNS = {
    "drug": "drug agent medication medicine compound treatment therapy",
    "disease": "disease condition disorder illness",
    "cell": "cells",
    "molecule": "cytokine protein molecule gene factor chemokine",
}
"""Nouns that a follow-up calls things of a class by."""
SPECIES = members("mice rats rabbits pigs dogs cats horses cattle sheep goats monkeys")


def is_person(phrase: Phrase) -> bool:
    """Two to five capitalised words without a digit, none of which belongs to things: Tippi Hedren."""
    words = phrase.words
    return (
        phrase.name
        and 2 <= len(words) <= 6
        and NO_PEOPLE.isdisjoint(words)
        and all(word.plain in PARTICLES or _NAME.fullmatch(word.text) for word in words_in(phrase.text))
        and not phrase.text.isupper()
    )


def is_plural(text: str) -> bool:
    """Whether the head of a phrase, its last word before "of", is a plural."""
    head = text.split(" of ", maxsplit=1)[0].split()[-1:]
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
    return ("species" if subjects[0] in SPECIES else "tissue") if subjects else ""
