"""Only what was proved can be shown in Slack, and Slack takes whatever is shown."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast, get_type_hints

import hypothesis.strategies as some
import pytest
from hypothesis import given, settings

from api.slack.blocks import Links, asked_message, render
from api.slack.buttons import Pressed
from api.slack.context import context_view, notice_view
from api.slack.proving import Proved, Quote, Refused, prove
from api.slack.text import escape, printable, question_in, shorten, unescape, units
from assistant.errors import CitationError
from assistant.models import Answer, AnswerSentence, Citation, Question, Refusal, Reply, Writing
from index.models import DocumentRecord, Span
from index.reading import IndexReader, Snapshot
from index.texts import Location, locate, split_text
from index.views import display

PUBLIC = Links("https://sources.example.org/")
ALL = some.characters(codec="utf-8")
AWKWARD = some.sampled_from(
    [
        "<!channel>",
        "@here",
        "*bold*",
        "_x_",
        "~y~",
        "`z`",
        "&lt;",
        "<@U1>",
        ">",
        "\U0001f9ec",
        "é",
        "\x00",
        "\x85",
        "#c",
    ]
)
TEXT = some.text(ALL, min_size=1, max_size=200) | some.lists(AWKWARD, min_size=1, max_size=30).map(" ".join)
LONG = some.tuples(TEXT, some.integers(1, 4000)).map(lambda pair: (pair[0] * pair[1])[:5000])


def known(_word: str) -> bool:
    return False


class Shelf:
    """A snapshot of documents that are only here: ``locate`` is the real one, over real pieces."""

    derived = SimpleNamespace(lexical=SimpleNamespace(knows=known))

    def __init__(self, *texts: str, path: str = "paper.txt") -> None:
        self.texts = {f"key{number}": text for number, text in enumerate(texts)}
        self.path = path

    def record(self, name: str) -> DocumentRecord:
        key = name.removeprefix("sha256:")
        text = self.texts[key]
        return DocumentRecord(
            key=key, id=f"sha256:{key}", location="/x", path=self.path, title=self.path, encoding="utf-8", size=1,
            media_type="text/plain", extractor="text 1", text_sha256="", characters=len(text), passages=1,
        )  # fmt: skip

    def locate(self, record: DocumentRecord, span: Span) -> Location:
        return locate(split_text(self.texts[record.key], record.encoding), span, record.encoding)

    def snapshot(self, _collection: str) -> "Shelf":
        return self


def reply_of(sentences: Sequence[str], *, cited: int = 1, question: str = "why?", path: str = "paper.txt") -> Any:
    """An answer of these sentences, each in ``cited`` documents of its own, and the shelf that they stand on."""
    shelf = Shelf(*(text for text in sentences for _ in range(cited)), path=path)
    citations: list[Citation] = []
    made: list[AnswerSentence] = []
    for text in sentences:
        shown = display(text, known=known).text
        numbers = range(len(citations) + 1, len(citations) + cited + 1)
        for number in numbers:
            record = shelf.record(f"key{number - 1}")
            role = "source" if number == numbers[0] else "agrees"
            location = shelf.locate(record, Span(0, len(text)))
            citations.append(Citation(number, cast("Any", role), record, location, "Background", "p/0", 0.9))
        made.append(AnswerSentence(shown, 0, len(shown), tuple(numbers), ((0, 1),) if shown else ()))
    answer = Answer(" ".join(sentence.text for sentence in made), tuple(made), tuple(citations))
    return reply_with(answer, question), cast("Snapshot", shelf)


def reply_with(result: Answer | Refusal, question: str = "why?") -> Reply:
    return Reply("ask_0123456789abcdef0123", Question(question), result, 0.9, "default", "r", 1, 1)


def visible(text: str) -> bool:
    return bool(display(text, known=known).text)


def strings(value: Any, kind: str) -> Iterator[str]:
    """All that elements of a kind say."""
    for part in value.values() if isinstance(value, dict) else value:
        if isinstance(part, dict | list):
            yield from strings(part, kind)
    if isinstance(value, dict) and value.get("type") == kind and isinstance(value.get("text"), str):
        yield value["text"]


def check(blocks: list[dict[str, Any]], *, most: int = 50) -> None:
    """What Slack refuses does not happen."""
    assert 1 <= len(blocks) <= most
    json.dumps(blocks).encode("utf-8")
    for block in blocks:
        assert block["type"] in {"rich_text", "actions", "section", "context"}
        assert sum(units(text) for kind in ("text", "link") for text in strings(block, kind)) <= 3000
        for kind in ("text", "link", "plain_text", "mrkdwn"):
            for text in strings(block, kind):
                assert text
                assert units(text) <= 3000
                assert printable(text) == text
        for button in block["elements"] if block["type"] == "actions" else []:
            assert units(button["text"]["text"]) <= 75
            assert units(button["value"]) <= 2000
            Pressed.model_validate_json(button["value"])
            assert len(block["elements"]) <= 25


def text_of(blocks: list[dict[str, Any]]) -> int:
    """All strings in the blocks, which Slack adds up to some 12,000."""

    def total(value: Any) -> int:
        if isinstance(value, str):
            return units(value)
        return (
            sum(map(total, value.values() if isinstance(value, dict) else value)) if value and value is not True else 0
        )

    return total(blocks)


@settings(max_examples=20)
@given(some.lists(LONG.filter(visible), min_size=1, max_size=10), some.integers(1, 8), some.text(max_size=2000), TEXT)
def test_whatever_is_answered_slack_takes_and_every_source_is_shown(
    sentences: list[str], cited: int, question: str, path: str
) -> None:
    reply, shelf = reply_of(sentences, cited=cited, question=question, path=path)
    messages = render(Proved(reply, shelf), PUBLIC)
    for message in messages:
        check(message.blocks)
        assert text_of(message.blocks) <= 12_000
        assert 0 < units(message.text) <= 4000
    quoted = [text for message in messages for text in quotations(message.blocks)]
    shown = [printable(display(text, known=known).text) for text in sentences for _ in range(cited)]
    assert len(quoted) == len(shown)
    for quote, whole in zip(quoted, shown, strict=True):
        assert whole == quote or (quote.endswith("…") and whole.startswith(quote[:-1]))
    assert len(quoted[0]) > 1 or len(shown[0]) == 1


@pytest.mark.parametrize("character", ["x", '"', "\\", "&", "\U0001f9ec", "é"])
def test_the_longest_answer_with_the_longest_of_everything_fits(character: str) -> None:
    reply, shelf = reply_of([character * 20_000] * 10, cited=8, question=character * 2000, path=character * 4000)
    messages = render(Proved(reply, shelf), Links("https://" + "sources." * 115 + "org"))
    for message in messages:
        check(message.blocks)
        assert text_of(message.blocks) <= 12_000
    assert len([text for message in messages for text in quotations(message.blocks)]) == 80
    assert quotations(messages[0].blocks)


def quotations(blocks: list[dict[str, Any]]) -> list[str]:
    return [
        "".join(part["text"] for part in element["elements"])
        for block in blocks
        for element in block["elements"]
        if element["type"] == "rich_text_quote"
    ]


@given(TEXT.filter(visible))
def test_an_answer_of_usual_length_is_shown_word_for_word(text: str) -> None:
    reply, shelf = reply_of([text])
    (message,) = render(Proved(reply, shelf), Links(None))
    said = "".join(strings(message.blocks[0], "text"))
    assert said == f"{printable(display(text, known=known).text)} [1] "
    assert not list(strings(message.blocks, "link"))
    assert "url" not in json.dumps(message.blocks)


def written(text: str, *, role: str = "supports", generated: bool = True) -> tuple[Reply, Snapshot]:
    """An answer of one sentence that its quotation does not say word for word."""
    reply, shelf = reply_of(["VEGF promotes angiogenesis."])
    citation = replace(reply.result.citations[0], role=cast("Any", role))
    sentence = AnswerSentence(text, 0, len(text), (1,), generated=generated)
    return reply_with(Answer(f"{text} [1]", (sentence,), (citation,))), shelf


@settings(max_examples=20)
@given(LONG.filter(visible))
def test_whatever_a_model_says_slack_takes_and_its_support_is_shown(text: str) -> None:
    reply, shelf = written(text)
    writing = Writing("openai:x", "m" * 600, message=text)
    reply = replace(reply, writing=writing, rewritten=text, searched_for=text)
    messages = render(Proved(reply, shelf), PUBLIC)
    for message in messages:
        check(message.blocks)
        assert text_of(message.blocks) <= 12_000
    assert [quote for message in messages for quote in quotations(message.blocks)] == ["VEGF promotes angiogenesis."]


def test_a_models_words_are_shown_only_where_they_are_marked_and_rest_on_something() -> None:
    Proved(*written("Vessels grow."))
    for changed in (
        {"generated": False},
        {"role": "source"},
        {"role": "agrees"},
        {"role": "source", "generated": False},
    ):
        with pytest.raises(CitationError):
            Proved(*written("Vessels grow.", **cast("Any", changed)))


@given(some.text(max_size=5000), some.lists(TEXT.filter(visible), max_size=3))
def test_whatever_is_refused_slack_takes(message: str, nearest: list[str]) -> None:
    reply, shelf = reply_of(nearest or ["x"])
    citations = reply.result.citations if nearest else ()
    refusal = Refusal("not_answered", message or "No.", (), citations)
    (made,) = render(Refused(reply_with(refusal), shelf), PUBLIC)
    check(made.blocks)
    assert len(quotations(made.blocks)) == len(nearest)


@given(LONG, some.data())
def test_whatever_the_document_holds_the_modal_shows_it_as_it_stands(text: str, data: some.DataObject) -> None:
    start = data.draw(some.integers(0, len(text) - 1))
    end = data.draw(some.integers(start + 1, len(text)))
    shelf = Shelf(text)
    pressed = Pressed(question="q", collection="c", answer_id="a", document_id="sha256:key0", start=start, end=end)
    view = context_view(pressed, cast("IndexReader", shelf))
    check(view["blocks"], most=100)
    assert units(view["title"]["text"]) <= 24
    parts = [element for block in view["blocks"][1:] for part in block["elements"] for element in part["elements"]]
    bold = "".join(part["text"] for part in parts if "style" in part)
    quoted = printable(text[start:end])
    assert bold == quoted or (bold.endswith("…") and quoted.startswith(bold[:-1]) and units(bold) > 4000)
    around = "".join(part["text"] for part in parts).removeprefix("…").removesuffix("…")
    if bold == quoted:
        assert around in printable(text) or around.strip("…") in printable(text)


@given(some.text(some.characters(), max_size=4000), some.text(max_size=20))
def test_our_own_words_about_anything_fit(text: str, user: str) -> None:
    check(notice_view(text)["blocks"])
    check(asked_message(text, user).blocks)


def tampered(answer: Answer) -> dict[str, Answer]:
    citation, sentence = answer.citations[0], answer.sentences[0]
    other = replace(citation.location, text="Wound healing is mediated by magic.")
    return {
        "another text": replace(answer, citations=(replace(citation, location=other),)),
        "another line": replace(
            answer, citations=(replace(citation, location=replace(citation.location, start_line=7)),)
        ),
        "another sentence": replace(answer, sentences=(replace(sentence, text="Magic heals."),)),
        "no citation": replace(answer, sentences=(replace(sentence, citations=()),)),
        "a citation that is not there": replace(answer, sentences=(replace(sentence, citations=(1, 2)),)),
        "no citations": replace(answer, citations=()),
        "no sentences": replace(answer, sentences=()),
        "only others that agree": replace(answer, citations=(replace(citation, role="agrees"),)),
    }


SENTENCE = "Wound healing is mediated by IL-6."


@pytest.mark.parametrize("name", list(tampered(reply_of([SENTENCE])[0].result)))
def test_a_reply_without_a_verified_citation_cannot_be_proved(name: str) -> None:
    reply, shelf = reply_of([SENTENCE])
    with pytest.raises(CitationError):
        prove(replace(reply, result=tampered(reply.result)[name]), shelf)
    assert isinstance(prove(reply, shelf), Proved)


def test_a_citation_whose_document_says_something_else_now_cannot_be_proved() -> None:
    reply, _ = reply_of([SENTENCE])
    changed = cast("Snapshot", Shelf(SENTENCE.replace("IL-6", "IL-8")))
    with pytest.raises(CitationError):
        Proved(reply, changed)
    refusal = Refusal("not_answered", "No.", (), reply.result.citations)
    with pytest.raises(CitationError):
        Refused(reply_with(refusal), changed)


def test_an_answer_is_no_refusal_and_a_refusal_no_answer() -> None:
    reply, shelf = reply_of([SENTENCE])
    with pytest.raises(CitationError):
        Refused(reply, shelf)
    with pytest.raises(CitationError):
        Proved(reply_with(Refusal("no_documents", "There are no documents.")), shelf)


def test_nothing_else_can_be_rendered_nor_made_without_proof() -> None:
    reply, shelf = reply_of([SENTENCE])
    assert get_type_hints(render)["reply"] == Proved | Refused
    for other in (reply, reply.result, "text", None):
        with pytest.raises(TypeError):
            render(cast("Any", other), PUBLIC)
    for made in (Proved, Refused, Quote):
        with pytest.raises(TypeError):
            made()  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        replace(Proved(reply, shelf), sentences=())
    with pytest.raises(AttributeError):
        render(object.__new__(Proved), PUBLIC)
    with pytest.raises(AttributeError):
        Proved(reply, shelf).quotes = ()  # type: ignore[misc]


@given(some.text(some.characters()), some.integers(0, 50))
def test_a_shortened_text_fits_and_is_its_start(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert units(short) <= limit
    assert short == text or not limit or (short.endswith("…") and text.startswith(short[:-1]))


@given(some.text(some.characters() | some.sampled_from("&<>")), some.integers(1, 50))
def test_escaped_text_calls_nobody_fits_and_can_be_read_again(text: str, limit: int) -> None:
    escaped = escape(text)
    assert "<" not in escaped
    assert ">" not in escaped
    assert unescape(escaped) == printable(text)
    short = escape(text, limit)
    assert units(short) <= limit
    assert short == escaped or printable(text).startswith(unescape(short[:-1]))


@pytest.mark.parametrize(
    ("text", "length"), [("abc", 3), ("é", 1), ("\U0001f9ec", 2), ("\ud800", 1), ("e\u0301", 2), ("", 0)]
)
def test_length_is_in_utf_16_units(text: str, length: int) -> None:
    assert units(text) == length


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("<@U0BOT> which cells?", "which cells?"),
        ("which <@U0BOT|citespan> cells?", "which  cells?"),
        ("is p &lt; 0.05 &amp;amp; n &gt; 3?", "is p < 0.05 &amp; n > 3?"),
        ("see <http://a.org/x|a.org> and <http://b.org>", "see a.org and http://b.org"),
        ("in <#C1|general> says <@U2>", "in general says @U2"),
        ("<!here> why?", "here why?"),
        ("a < b", "a < b"),
    ],
)
def test_a_question_is_read_as_it_was_written(text: str, question: str) -> None:
    assert question_in(text, "U0BOT") == question


@pytest.mark.slow
def test_the_type_checker_lets_nothing_else_be_rendered(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "from api.slack.blocks import Links, render\n"
        "from api.slack.proving import Proved\n"
        "from assistant.models import Reply\n"
        "from index.reading import Snapshot\n"
        "def show(reply: Reply, snapshot: Snapshot) -> None:\n"
        "    render(Proved(reply, snapshot), Links(None))\n"
        "    render(reply, Links(None))\n"
        "    Proved()\n"
    )
    root = Path(__file__).parent.parent
    command = [sys.executable, "-m", "mypy", "--config-file", str(root / "pyproject.toml"), str(program)]
    ran = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    wrong = [line.partition(": error:")[0] for line in ran.stdout.splitlines() if ": error:" in line]
    assert [place.rpartition(":")[2] for place in wrong] == ["7", "8"]
