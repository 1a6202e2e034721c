"""Follow-ups turned into questions that stand alone: tables of what researchers ask, and what holds for every text."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistant.conversing.asking import INSTRUCTIONS, SCHEMA, TASK, ask_for_stand_alone, messages_for, parsed
from assistant.conversing.following import stand_alone
from assistant.conversing.guarding import is_faithful
from assistant.conversing.rewriting import rewrite
from assistant.errors import Abandoned, GeneratorFailed
from assistant.generating.chat import Message, Piece
from assistant.models import Question, Turn
from assistant.stages import Waiting, always
from index.tokenizing import terms

HEALING = ("which factors mediate wound healing?", "VEGF and TGF-β mediate wound healing.")
CELLS = ("what do mesenchymal stem cells secrete?", "Mesenchymal stem cells secrete VEGF, HGF and IL-6.")
EFFECTS = ("what are the side effects of metformin?", "Nausea is the most common side effect of metformin.")
WEIGHT = ("does metformin reduce weight in patients with type 2 diabetes?", "Metformin reduced body weight by 2.1 kg.")
CYTOKINE = ("which cytokine attracts macrophages to the wound?", "CCL2 attracts macrophages to the wound.")
STORM = ("is dexamethasone effective against cytokine storm?", "Dexamethasone lowered mortality.")
ROLE = ("what is the role of IL-6 in inflammation?", "IL-6 drives the acute phase response.")
DISCOVERY = ("who discovered induced pluripotent stem cells?", "Shinya Yamanaka discovered them in 2006.")
PLATELETS = ("how do platelets promote angiogenesis?", "They release VEGF.")
HALF_LIFE = ("what is the half-life of doxycycline?", "It is 18 hours.")
TRIAL = ("how many patients were enrolled in the RECOVERY trial?", "6425 patients were enrolled.")
APPROVAL = ("when was adalimumab approved for psoriasis?", "In 2008.")
EXOSOMES = ("how are exosomes isolated from bone marrow mesenchymal stem cells?", "By ultracentrifugation.")

FOLLOW_UPS = [
    (HEALING, "and in mice?", "which factors mediate wound healing in mice?"),
    (HEALING, "in diabetic patients?", "which factors mediate wound healing in diabetic patients?"),
    (HEALING, "and after surgery?", "which factors mediate wound healing after surgery?"),
    (HEALING, "what about burns?", "which factors mediate wound healing in burns?"),
    (HEALING, "what about bone healing?", "which factors mediate bone healing?"),
    (HEALING, "why?", "why VEGF and TGF-β mediate wound healing?"),
    (HEALING, "how?", "how do factors mediate wound healing?"),
    (HEALING, "how long does it take?", "how long does wound healing take?"),
    (HEALING, "what slows it down?", "what slows wound healing down?"),
    (HEALING, "and its stages?", "and wound healing's stages?"),
    (HEALING, "which cells are involved?", "which cells are involved (wound healing)?"),
    (HEALING, "how is this measured?", "how is this measured (wound healing)?"),
    (HEALING, "anything else?", "anything else (wound healing)?"),
    (HEALING, "do they act on fibroblasts?", "do VEGF and TGF-β act on fibroblasts?"),
    (CELLS, "are they safe?", "are mesenchymal stem cells safe?"),
    (CELLS, "and adipose stem cells?", "what do adipose stem cells secrete?"),
    (CELLS, "what about macrophages?", "what do macrophages secrete?"),
    (CELLS, "what are their surface markers?", "what are mesenchymal stem cells' surface markers?"),
    (CELLS, "can these cells differentiate into bone?", "can mesenchymal stem cells differentiate into bone?"),
    (EFFECTS, "and of insulin?", "what are the side effects of insulin?"),
    (EFFECTS, "what about insulin?", "what are the side effects of insulin?"),
    (EFFECTS, "how common are they?", "how common are side effects of metformin?"),
    (EFFECTS, "is the drug safe in pregnancy?", "is metformin safe in pregnancy?"),
    (EFFECTS, "is it better than insulin?", "is metformin better than insulin?"),
    (EFFECTS, "what is the mechanism?", "what is the mechanism (metformin)?"),
    (WEIGHT, "why?", "why does metformin reduce weight in patients with type 2 diabetes?"),
    (WEIGHT, "by how much?", "by how much does metformin reduce weight in patients with type 2 diabetes?"),
    (WEIGHT, "and blood pressure?", "does metformin reduce blood pressure in patients with type 2 diabetes?"),
    (WEIGHT, "and semaglutide?", "does semaglutide reduce weight in patients with type 2 diabetes?"),
    (WEIGHT, "does it also lower HbA1c?", "does metformin also lower HbA1c?"),
    (CYTOKINE, "where is it secreted?", "where is CCL2 secreted?"),
    (CYTOKINE, "and neutrophils?", "which cytokine attracts neutrophils to the wound?"),
    (STORM, "and tocilizumab?", "is tocilizumab effective against cytokine storm?"),
    (STORM, "at what dose?", "at what dose is dexamethasone effective against cytokine storm?"),
    (STORM, "why is that?", "why is dexamethasone effective against cytokine storm?"),
    (ROLE, "and in sepsis?", "what is the role of IL-6 in sepsis?"),
    (ROLE, "What about TNF-α?", "what is the role of TNF-α in inflammation?"),
    (ROLE, "can it be blocked?", "can IL-6 be blocked?"),
    (DISCOVERY, "where did he work?", "where did Shinya Yamanaka work?"),
    (DISCOVERY, "how are they made?", "how are induced pluripotent stem cells made?"),
    (PLATELETS, "and macrophages?", "how do macrophages promote angiogenesis?"),
    (PLATELETS, "what else do they release?", "what else do platelets release?"),
    (HALF_LIFE, "and minocycline?", "what is the half-life of minocycline?"),
    (HALF_LIFE, "what about its bioavailability?", "what about doxycycline's bioavailability?"),
    (TRIAL, "how long did the trial last?", "how long did the RECOVERY trial last?"),
    (TRIAL, "what was the primary endpoint?", "what was the primary endpoint (RECOVERY trial)?"),
    (APPROVAL, "and for Crohn's disease?", "when was adalimumab approved for Crohn's disease?"),
    (APPROVAL, "who makes it?", "who makes adalimumab?"),
    (EXOSOMES, "what do they contain?", "what do exosomes contain?"),
]
ALONE = [
    (HEALING, "what is fibrosis?"),
    (HEALING, "does VEGF exert its effects through VEGFR2?"),
    (HEALING, "is metformin better than insulin?"),
    (HEALING, "if a wound is infected, does it heal?"),
    (EFFECTS, "which factors mediate wound healing?"),
    (CELLS, "how do macrophages and their products regulate fibrosis?"),
    (TRIAL, "what does the FDA recommend?"),
    (TRIAL, "what is the function of the protein encoded by the gene STING?"),
    (TRIAL, "how long does it take to grow new skin?"),
    (TRIAL, "list lymphocytes that are analysed by a flow cytometer"),
    (TRIAL, "are stretch enhancers transcribed more than super-enhancers?"),
    (TRIAL, "what other name is used for yellowing of the skin in jaundice?"),
    (CELLS, "which cells limit how suppressive they are?"),
    (CELLS, "what is holoprosencephaly?"),
]
SCOPE = (Turn("user", "Tippi Hedren"), Turn("user", "Discovery (1961)"))
SCOPED = [
    ("When was she born?", "When was Tippi Hedren born (Discovery (1961))?"),
    ("Were any awards won?", "Were any awards won (Tippi Hedren, Discovery (1961))?"),
    ("Are there any other interesting aspects about this article?", None),
    ("Who is Alfred Hitchcock?", "Who is Alfred Hitchcock?"),
]


def turns(*said: str) -> tuple[Turn, ...]:
    return tuple(Turn("assistant" if number % 2 else "user", text) for number, text in enumerate(said))


@pytest.mark.parametrize(
    ("before", "question", "expected"), FOLLOW_UPS, ids=[f"{b[0][:20]}… {q}" for b, q, _ in FOLLOW_UPS]
)
def test_a_follow_up_becomes_a_question_that_stands_alone(before: Sequence[str], question: str, expected: str) -> None:
    history = turns(*before)
    assert stand_alone(question, history) == expected
    assert stand_alone(expected, history) == expected


@pytest.mark.parametrize(("before", "question"), ALONE, ids=[question for _, question in ALONE])
def test_a_question_that_stands_alone_is_left_as_it_is(before: Sequence[str], question: str) -> None:
    assert stand_alone(question, turns(*before)) == question
    assert rewrite(Question(question, history=turns(*before))) is None


@pytest.mark.parametrize(("question", "expected"), SCOPED, ids=[question for question, _ in SCOPED])
def test_what_a_conversation_began_with_is_its_scope(question: str, expected: str | None) -> None:
    found = stand_alone(question, SCOPE)
    assert found == expected if expected else "Tippi Hedren" in found


def test_a_chain_of_follow_ups_keeps_its_subject() -> None:
    history = turns(*HEALING, "how long does it take?", "About three weeks.", "and in mice?", "Ten days.")
    assert stand_alone("what slows it down?", history) == "what slows wound healing down?"
    assert stand_alone("and in rats?", history) == "how long does wound healing take in rats?"


@pytest.mark.parametrize("reason", ["do not answer this", "hold nothing on this"])
def test_a_refusal_is_no_answer_to_ask_about(reason: str) -> None:
    history = turns("which cytokine attracts mast cells?", f"The documents {reason}. They do not contain: CCR9, mast.")
    assert stand_alone("why?", history) == "why: which cytokine attracts mast cells?"
    assert stand_alone("where is it secreted?", history) == "where is cytokine secreted?"


def test_who_was_she_once_is_not_he_later() -> None:
    history = turns("who is Marie Curie?", "A physicist.", "when did she meet Pierre Curie?", "In 1894.")
    assert stand_alone("what did he study?", history) == "what did Pierre Curie study?"
    assert stand_alone("what did she study?", history) == "what did Marie Curie study?"


@pytest.mark.parametrize("question", ["", "   ", "?", "and?", "why?"])
def test_without_history_nothing_changes(question: str) -> None:
    assert stand_alone(question, ()) == question
    assert rewrite(Question(question)) is None


WORDS = """
what about and in mice why how is are they it its the this that drug VEGF Marie Curie burns wound healing does metformin
reduce weight ? . , ( ) 's ’ " of which cells else other his A. B. IL-6 TNF-α
"""
texts = st.one_of(
    st.text(max_size=80),
    st.lists(
        st.sampled_from(
            [
                "what",
                "about",
                "and",
                "in",
                "mice",
                "why",
                "how",
                "is",
                "are",
                "they",
                "it",
                "its",
                "the",
                "this",
                "that",
                "drug",
                "VEGF",
                "Marie",
                "Curie",
                "burns",
                "wound",
                "healing",
                "does",
                "metformin",
                "reduce",
                "weight",
                "?",
                ".",
                ",",
                "(",
                ")",
                "'s",
                "’",
                '"',
                "of",
                "which",
                "cells",
                "else",
                "other",
                "his",
                "A.",
                "B.",
                "IL-6",
                "TNF-α",
            ]
        ),
        max_size=14,
    ).map(" ".join),
)
histories = st.lists(texts, max_size=6).map(lambda said: turns(*said))


@given(texts, histories)
@example("ITS", turns("0:"))
@example("ITS", turns("㐀"))
@example("what are its members?", turns("Travis (band)"))
@example("and its its?", turns("what is the x of A. B.?", "It is A."))
def test_no_word_is_invented(question: str, history: tuple[Turn, ...]) -> None:
    said = set(terms(question)).union(*(terms(turn.text) for turn in history))
    added = set(terms(stand_alone(question, history))) - said
    assert not added, added


@given(texts, histories)
def test_rewriting_what_is_rewritten_changes_nothing(question: str, history: tuple[Turn, ...]) -> None:
    once = stand_alone(question, history)
    assert stand_alone(once, history) == once
    assert stand_alone(question, history) == once


HOSTILE = [
    "a" * 20_000,
    "A" * 20_000,
    "A. " * 7_000,
    "it " * 6_000,
    "the the " * 2_500,
    "(" * 20_000,
    '"' * 20_000,
    "and, " * 4_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=[text[:5] for text in HOSTILE])
def test_long_histories_and_hostile_text_take_a_moment(text: str) -> None:
    history = turns(*[text] * 100)
    began = time.perf_counter()
    for question in ("what about burns?", "why is it so?", text[:1000], text):
        stand_alone(question, history)
    assert time.perf_counter() - began < 4


@dataclass
class Says:
    """A model that gives the same reply to everything; ``heard`` is what it was told."""

    reply: str | Exception
    name: str = "test:says"
    model: str = "says"
    window: int = 4096
    grammatical: bool = False
    heard: list[Sequence[Message]] = field(default_factory=list)

    def stream(
        self,
        messages: Sequence[Message],
        *,
        limit: int,
        waiting: Waiting,
        schema: Mapping[str, object] | None = None,
    ) -> Iterator[Piece]:
        self.heard.append(messages)
        if isinstance(self.reply, Exception):
            raise self.reply
        for character in self.reply:
            yield Piece(character)


BY_RULES = "which factors mediate wound healing in burns?"
REPLIES = {
    "json": (
        '{"question": "Which factors mediate the healing of burns?"}',
        "Which factors mediate the healing of burns?",
    ),
    "fenced": ('```json\n{"question": "Which factors mediate burns?"}\n```', "Which factors mediate burns?"),
    "half of it": ('{"question": "Which factors mediate burns?"', "Which factors mediate burns?"),
    "plain": ("Which factors mediate burns?\nI hope that helps.", "Which factors mediate burns?"),
    "labelled": ('Rewritten question: "Which factors mediate burns?"', "Which factors mediate burns?"),
    "with a tail": ('{"question": "Which factors mediate burns?`,"}', "Which factors mediate burns?"),
    "repeats the follow-up": ('{"question": "What about burns?"}', BY_RULES),
    "invents a word": ('{"question": "Which cytokines mediate burns?"}', BY_RULES),
    "repeats the question before": ('{"question": "which factors mediate wound healing?"}', BY_RULES),
    "says nothing": ("", BY_RULES),
    "garbage": ("\x00\x1b[2J{]", BY_RULES),
    "two questions": ('{"question": "Which factors? And which burns?"}', BY_RULES),
    "without end": ("burns " * 50_000, BY_RULES),
    "fails": (GeneratorFailed("HTTP 500"), BY_RULES),
}


@pytest.mark.parametrize(("reply", "expected"), REPLIES.values(), ids=REPLIES)
def test_a_models_question_is_used_only_if_it_is_faithful(reply: str | Exception, expected: str) -> None:
    question = Question("what about burns?", history=turns(*HEALING))
    assert rewrite(question, Says(reply), always) == expected


def test_nobody_waiting_ends_the_rewriting() -> None:
    with pytest.raises(Abandoned):
        ask_for_stand_alone("why?", turns(*HEALING), Says(Abandoned("gone")), always)


def test_no_model_is_asked_about_what_stands_alone() -> None:
    model = Says("{}")
    assert rewrite(Question("what is fibrosis?", history=turns(*HEALING)), model) is None
    assert rewrite(Question("and in mice?"), model) is None
    assert model.heard == []


def test_a_model_is_told_the_last_turns_in_short_and_the_question_whole() -> None:
    history = turns(*["earlier"] * 8, "which factors\nmediate wound healing?", "VEGF. " * 200)
    system, user = messages_for("and in mice?", history)
    assert system == Message("system", INSTRUCTIONS)
    assert user.content.count("earlier") == 4
    assert "User: which factors mediate wound healing?\nAssistant: VEGF. VEGF." in user.content
    assert len(user.content) < 600


def test_the_prompt_is_what_it_was() -> None:
    _, user = messages_for("and in mice?", turns(*HEALING))
    assert INSTRUCTIONS == (
        "You rewrite the last question of a conversation so that it can be understood without the conversation. "
        "Replace words that point back (it, they, this, the drug, what about …) by what they mean. "
        "Use only words from the conversation. Do not answer. If the question can be understood alone, repeat it. "
        'Reply with JSON: {"question": "…"}'
    )
    assert user.content == (
        "Conversation:\nUser: which factors mediate wound healing?\n"
        "Assistant: VEGF and TGF-β mediate wound healing.\n\n"
        "Last question: and in mice?\n\nRewrite the last question."
    )
    assert TASK.count("{") == 2
    assert SCHEMA["required"] == ["question"]


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ('{"question": "a \\"b\\" c?"}', 'a "b" c?'),
        ('{"question": "a\nb?"}', "a b?"),
        ('{"question": "\\ud800"}', "\ud800"),
        ('{"question": "\\x"}', ""),
        ("\n\n", ""),
        ("**Question:** a?", "a?"),
    ],
)
def test_replies_are_read_tolerantly(reply: str, expected: str) -> None:
    assert parsed(reply) == expected


def test_half_a_character_is_not_faithful() -> None:
    assert not is_faithful("a \ud800?", "a \ud800", ())
