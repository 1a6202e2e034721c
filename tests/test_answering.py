"""From a question to a reply, on documents as awkward as they come; a fake model, everything else real."""

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from chromadb.api.models.Collection import Collection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.shapes.answers import ask_response
from assistant.answering import Assistant
from assistant.errors import CitationError, QuestionError
from assistant.finding import Finder
from assistant.models import Answer, Question, Refusal
from assistant.profiles import PROFILES
from index.build import Builder, BuildOptions
from index.chroma import open_store
from index.errors import IndexMissing, StaleRead
from index.making import check_state, making_of
from index.models import DocumentRecord, Span
from index.reading import IndexReader, Snapshot
from index.store import Vectors
from index.texts import Location
from tests.fakes import HashingEmbedder, no_writers

SENTENCES = [
    "Interleukin 6 attracts monocytes to wounds.",
    "Hepatocyte growth factor stays active for five minutes.",
    "Collagen\u2002scaffolds\u2002keep\u2002their\u2002shape\u2002for\u2002weeks.",
    "Le caf\u0065\u0301 froid n'aide pas les \U0001d518nicorns \U0001f9ec.",
    "\u05d4\u05ea\u05d0\u05d9\u05dd \u05de\u05e4\u05e8\u05d9\u05e9\u05d9\u05dd \u05d7\u05dc\u05d1\u05d5\u05df.",
    "The exo-\nsomes carried micro-\nRNA between the cells22.",
    "A stray\x00nul character sits in this line.",
    "Doses of 1\u00d710\u2076 cells were given to \u03b2-thalassaemia mice.",
]


def awkward_documents(folder: Path) -> None:
    """The same sentences in every order, line end and encoding."""
    draw = random.Random(11)
    for number in range(12):
        body = draw.sample(SENTENCES, k=len(SENTENCES))
        newline = draw.choice(["\n", "\r\n", "\r", "\n\n", " "])
        text = newline.join([f"Report {number} on cells", "", *body, f"Marker zq{number} closes the report."])
        encoding = draw.choice(["utf-8", "utf-8-sig", "utf-16", "utf-8"])
        (folder / f"report{number}.txt").write_bytes(text.encode(encoding))


def build(folder: Path, state_dir: Path) -> Assistant:
    """Index a folder and open it for questions."""
    embedder, store = HashingEmbedder(), open_store(state_dir=state_dir, chroma_url=None)
    options = BuildOptions(tokens=64, max_bytes=10_000_000, fallback_encoding="cp1252")
    Builder(store, embedder, collection="default", state_dir=state_dir, options=options).add([folder])
    making = making_of(embedder, tokens=64)
    reader = IndexReader(store, state_dir=state_dir, check=lambda state: check_state(state, making))
    return Assistant(reader, Finder(embedder, PROFILES["fast"]), no_writers())


@pytest.fixture(scope="module")
def awkward(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Assistant]:
    folder, state_dir = tmp_path_factory.mktemp("awkward"), tmp_path_factory.mktemp("state")
    awkward_documents(folder)
    return folder, build(folder, state_dir)


@pytest.fixture
def ask_over(tmp_path: Path):  # type: ignore[no-untyped-def]  # noqa: ANN201
    """Index the given texts, by file name, and return an assistant over them."""

    def make(**texts: str) -> Assistant:
        folder = tmp_path / "documents"
        folder.mkdir()
        for name, text in texts.items():
            (folder / f"{name}.txt").write_text(text, encoding="utf-8", newline="")
        return build(folder, tmp_path / "state")

    return make


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sentence=st.sampled_from(SENTENCES), number=st.integers(0, 11), most=st.integers(1, 4))
def test_every_citation_is_what_the_file_on_disk_says(
    awkward: tuple[Path, Assistant], sentence: str, number: int, most: int
) -> None:
    """Invariant 1: characters, bytes and lines, whatever the encoding and the line ends."""
    folder, assistant = awkward
    reply = assistant.ask(Question(f"{sentence} zq{number}", max_sentences=most, caution="eager"))
    assert isinstance(reply.result, Answer)
    for citation in reply.result.citations:
        raw = (folder / citation.record.path).read_bytes()
        assert citation.record.encoding is not None
        text = raw.decode(citation.record.encoding)
        span, location = citation.location.span, citation.location
        assert span.cut(text) == citation.cited_text
        piece = "utf-16-le" if citation.record.encoding == "utf-16" else "utf-8"
        assert raw[location.start_byte : location.end_byte].decode(piece) == citation.cited_text
        lines_before = text[: span.start].replace("\r\n", "\n").replace("\r", "\n").count("\n")
        assert location.start_line == lines_before + 1


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sentence=st.sampled_from(SENTENCES), most=st.integers(1, 4))
def test_markers_sentences_and_citations_match_one_to_one(
    awkward: tuple[Path, Assistant], sentence: str, most: int
) -> None:
    result = awkward[1].ask(Question(sentence, max_sentences=most, caution="eager")).result
    assert isinstance(result, Answer)
    assert len(result.sentences) <= most
    used = [number for sentence_ in result.sentences for number in sentence_.citations]
    assert used == [citation.number for citation in result.citations] == list(range(1, len(used) + 1))
    rebuilt = " ".join(
        f"{result.text[s.start : s.end]} " + "".join(f"[{number}]" for number in s.citations) for s in result.sentences
    )
    assert rebuilt == result.text
    assert all(result.text[s.start : s.end] == s.text for s in result.sentences)


def test_the_same_question_gives_the_same_bytes(awkward: tuple[Path, Assistant]) -> None:
    """Invariant 6, timings apart."""
    replies = [awkward[1].ask(Question("Which cells attract monocytes to wounds?")) for _ in range(3)]
    dumps = {ask_response(reply).model_dump_json(exclude={"timings_ms"}) for reply in replies}
    assert len(dumps) == 1


def test_nothing_but_the_question_is_embedded(awkward: tuple[Path, Assistant], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    embed = HashingEmbedder.embed

    def counted(self: HashingEmbedder, texts: Sequence[str]) -> Vectors:
        asked.append(len(texts))
        return embed(self, texts)

    monkeypatch.setattr(HashingEmbedder, "embed", counted)
    assert isinstance(awkward[1].ask(Question(SENTENCES[0], caution="eager")).result, Answer)
    assert asked == [1]


def test_the_shown_sentence_folds_white_space_and_keeps_reference_numbers(awkward: tuple[Path, Assistant]) -> None:
    result = awkward[1].ask(Question("exosomes carried microRNA between the cells", caution="eager")).result
    assert isinstance(result, Answer)
    assert result.sentences[0].text in {
        "The exo-somes carried micro-RNA between the cells22.",
        "The exosomes carried microRNA between the cells22.",
    }


@pytest.mark.parametrize("question", ["", "   ", "\n\t"], ids=["empty", "spaces", "white"])
def test_an_empty_question_is_an_error_that_shows_a_question(awkward: tuple[Path, Assistant], question: str) -> None:
    with pytest.raises(QuestionError, match="empty"):
        awkward[1].ask(Question(question))


def test_an_endless_question_is_an_error(awkward: tuple[Path, Assistant]) -> None:
    with pytest.raises(QuestionError, match="at most 2000"):
        awkward[1].ask(Question("why " * 600))


def test_half_a_character_in_a_question_is_an_error(awkward: tuple[Path, Assistant]) -> None:
    with pytest.raises(QuestionError, match="surrogate"):
        awkward[1].ask(Question("Which \ud800 cells?"))


def test_a_question_without_words_is_refused_as_none(awkward: tuple[Path, Assistant]) -> None:
    result = awkward[1].ask(Question("?!…")).result
    assert isinstance(result, Refusal)
    assert result.reason == "not_a_question"


def test_the_plainly_unrelated_is_refused_and_says_what_is_missing(awkward: tuple[Path, Assistant]) -> None:
    result = awkward[1].ask(Question("Who won the football world cup?")).result
    assert isinstance(result, Refusal)
    assert result.reason == "nothing_relevant"
    assert "football" in result.missing
    assert result.nearest == ()


def test_a_misspelt_question_is_answered_and_says_what_was_searched(awkward: tuple[Path, Assistant]) -> None:
    right, wrong = (
        awkward[1].ask(Question(f"Interleukin 6 {word} monocytes to wounds", caution="eager"))
        for word in ("attracts", "atracts")
    )
    assert right.searched_for is None
    assert wrong.searched_for == "Interleukin 6 attracts monocytes to wounds"
    assert wrong.result == right.result
    assert wrong.id != right.id


def test_a_refusal_names_what_is_missing_of_the_corrected_question(awkward: tuple[Path, Assistant]) -> None:
    reply = awkward[1].ask(Question("Who won the monnocytes footbal cup?"))
    assert isinstance(reply.result, Refusal)
    assert reply.searched_for == "Who won the monocytes footbal cup?"
    assert reply.result.missing == ("won", "footbal", "cup")


def test_an_empty_collection_has_no_documents(tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    result = build(tmp_path / "nothing", tmp_path / "state").ask(Question("Which cells?")).result
    assert isinstance(result, Refusal)
    assert result.reason == "no_documents"


def test_a_collection_that_does_not_exist_names_the_command(awkward: tuple[Path, Assistant]) -> None:
    with pytest.raises(IndexMissing, match="citespan index add FOLDER --collection papers"):
        awkward[1].ask(Question("Which cells?", collection="papers"))


def test_a_question_can_be_kept_to_some_documents(awkward: tuple[Path, Assistant]) -> None:
    snapshot = awkward[1].reader.snapshot("default")
    only = snapshot.records()[3]
    result = awkward[1].ask(Question(SENTENCES[0], documents=(only.id,), caution="eager")).result
    assert isinstance(result, Answer)
    assert {citation.record.id for citation in result.citations} == {only.id}


def test_an_unknown_document_is_an_error(awkward: tuple[Path, Assistant]) -> None:
    with pytest.raises(QuestionError, match="citespan index list"):
        awkward[1].ask(Question("Which cells?", documents=("sha256:nope",)))


def test_documents_that_agree_become_one_sentence_with_several_citations(ask_over) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    said = "Interleukin 6 attracts monocytes to wounds."
    assistant = ask_over(one=f"First report\n\n{said} Unrelated words follow here.", two=f"Second report\n\n{said}")
    result = assistant.ask(Question("What attracts monocytes to wounds: interleukin 6?", caution="eager")).result
    assert isinstance(result, Answer)
    assert [citation.role for citation in result.citations] == ["source", "agrees"]
    assert [sentence.text for sentence in result.sentences] == [said]


def test_sentences_of_other_words_are_not_said_to_agree(ask_over) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """A citation that does not say the same would be worse than a sentence too many."""
    assistant = ask_over(
        one="First report\n\nInterleukin 6 attracts monocytes to wounds.",
        two="Second report\n\nInterleukin 8 attracts neutrophils to wounds.",
    )
    result = assistant.ask(Question("What attracts monocytes and neutrophils to wounds?", caution="eager")).result
    assert isinstance(result, Answer)
    assert {citation.role for citation in result.citations} == {"source"}
    assert len(result.sentences) == 2


def test_a_sentence_that_the_layout_broke_is_one_with_two_parts(ask_over) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    assistant = ask_over(
        page="Results\n\nThe treated animals recovered faster because interleukin 6 attracted many of the\n\n"
        "Figure 2. Monocytes in treated and untreated wounds after seven days.\n\n"
        "monocytes that clear debris from wounds. Nothing else changed in the animals.\n"
    )
    result = assistant.ask(
        Question("Why did interleukin 6 attract monocytes that clear debris?", caution="eager")
    ).result
    assert isinstance(result, Answer)
    first = result.sentences[0]
    assert first.text == (
        "The treated animals recovered faster because interleukin 6 attracted many of the monocytes that clear debris "
        "from wounds."
    )
    assert [result.citations[number - 1].role for number in first.citations] == ["part", "part"]


def test_a_document_that_leaves_while_it_is_read_is_asked_for_again(
    awkward: tuple[Path, Assistant], monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = iter([True, False])
    whole = Snapshot.locate

    def locate(self: Snapshot, record: object, span: Span) -> Location:
        if next(failures, False):
            raise StaleRead("gone")
        return whole(self, record, span)  # type: ignore[arg-type]

    monkeypatch.setattr(Snapshot, "locate", locate)
    assert isinstance(awkward[1].ask(Question(SENTENCES[0], caution="eager")).result, Answer)


def test_text_that_is_not_in_the_store_is_never_shown(
    awkward: tuple[Path, Assistant], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A passage whose text differs from its document's is an error, not a quotation."""
    whole = Snapshot.locate_all

    def locate_all(self: Snapshot, places: Sequence[tuple[DocumentRecord, Span]]) -> list[Location]:
        return [replace(found, text="X" + found.text[1:]) for found in whole(self, places)]

    monkeypatch.setattr(Snapshot, "locate_all", locate_all)
    with pytest.raises(CitationError, match="differs from the stored text"):
        awkward[1].ask(Question(SENTENCES[0], caution="eager"))


def test_an_answer_takes_three_requests_to_the_store(
    awkward: tuple[Path, Assistant], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The state in force, which documents are still there, and the texts of all citations; each takes a millisecond."""
    question = Question(SENTENCES[0], caution="eager")
    awkward[1].ask(question)
    asked: list[str] = []
    whole = Collection.get

    def get(self: Collection, *arguments: Any, **options: Any) -> Any:
        asked.append(self.name.rpartition(".")[2])
        return whole(self, *arguments, **options)

    monkeypatch.setattr(Collection, "get", get)
    assert isinstance(awkward[1].ask(question).result, Answer)
    assert asked == ["citespan", "catalogue", "texts"]
