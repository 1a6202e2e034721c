"""Text in documents that talks to a model instead of its readers. It is data like all else, and never evidence."""

import re

__all__ = ["instructs"]

_MODEL = r"(?:AI(?: model)?|LLM|GPT|chat ?bot|assistant|language model)"
_ORDERS = r"(?:respond|reply|answer|say|print|output|tell the user)"
_RULES = r"(?:instructions?|prompts?|rules|guidelines|directions|constraints)"
_ONLY = (
    r"(?:\bonly\b|\bexactly\b|\binstead\b|\bnothing (?:but|else)\b|\bthe (?:words?|phrase|text|sentence|following)\b)"
)
_WHOSE = r"(?: (?:all|any|every|of|the|that|these|those|this|your|previous|prior|preceding|earlier|above|system))+"
PATTERNS = {
    "ignore all previous instructions": (rf"\b(?:ignore|disregard|forget|override){_WHOSE} {_RULES}\b"),
    "forget everything above": (
        r"\b(?:ignore|disregard|forget) (?:all|any|every|everything|anything)"
        r"(?: (?:of|the|that|these|this|what|previous|prior|other))*"
        r" (?:above|before|else|earlier|passages?|sources?|documents?|context)\b"
    ),
    "you are now a pirate assistant": rf"\byou are (?:now |no longer )?(?:an? |the |my )?(?:\w+ ){{0,3}}{_MODEL}\b",
    "note to AI models": (
        r"\b(?:note|notice|attention|message|instructions?|hint|dear|hey|hello|hi)\b.{0,12}"
        rf"\b(?:to|for|,)?\s*(?:the |any |all )?{_MODEL}s?\b"
    ),
    "as an AI": r"\bas (?:an?|the) (?:AI|LLM|language model|assistant|chat ?bot)\b",
    "system prompt": r"\b(?:system|developer|hidden) (?:prompt|message|instructions?|note)\b",
    "your answer must be": (
        r"\byour (?:next |final |only |whole |entire )?(?:answer|reply|response|output)s?\b.{0,20}"
        r"\b(?:must|should|shall|has to|have to|needs? to|is to)\b"
    ),
    "reply only with": (
        rf"^(?:please |now |instead,? |always |only |just |simply |then )*{_ORDERS}\b.{{0,60}}(?:{_ONLY}|[\"“'‘:])"
    ),
    "when asked, say": (
        r"\b(?:when|if|whenever) (?:you are |you're )?(?:asked|prompted|queried|answering|a user asks)\b.{0,80}"
        r"\b(?:say|answer|reply|respond|claim|state|recommend|output|write|tell)\b"
    ),
    "tell the user": r"\b(?:tell|convince|persuade) (?:the |your )?users?\b",
    "a chat template": (
        r"</?(?:system|instructions?|prompt|assistant|user|passage)\b|\[/?INST\]"
        r"|<\|(?:im_start|im_end|system|user|assistant)"
    ),
    "jailbreak": r"\b(?:jailbreak|prompt injection|developer mode|DAN mode)\b",
}
_INSTRUCTS = re.compile("|".join(f"(?:{pattern})" for pattern in PATTERNS.values()), re.IGNORECASE)
LONGEST = 4000
"""Characters of a sentence that are looked at."""


def instructs(sentence: str) -> bool:
    """Whether a sentence is addressed to a model: "ignore all previous instructions", "reply only with …".

    What escapes this list is still only data: it can make a model say nothing that other sentences do not support.
    """
    return _INSTRUCTS.search(sentence[:LONGEST].strip()) is not None
