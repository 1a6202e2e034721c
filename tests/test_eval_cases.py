"""Cases files: ours is what it says, bad lines say what is wrong, and cases can be made and moved."""

import json
from collections import Counter
from pathlib import Path

import pytest

from evals.cases import CaseRow, EvidenceRow, assign_splits, quotes_of, read_rows, to_cases, write_rows
from evals.metrics import fact_coverage
from evals.models import EvalError, Place, Quoted, Said
from evals.scaffolding import new_row, read_texts, relocated
from index.models import Span

ROOT = Path(__file__).parent.parent
OURS = read_rows(ROOT / "evals" / "cases.jsonl")
TEXTS = read_texts(ROOT / "seeds", max_bytes=10_000_000, fallback_encoding="cp1252")


def row(**changes: object) -> dict[str, object]:
    evidence = [[{"file": "a.txt", "start": 0, "end": 4, "quote": "IL-6"}]]
    return {"id": "1", "question": "What?", "answerable": True, "evidence": evidence, **changes}


@pytest.mark.parametrize("case", OURS, ids=lambda case: case.id)
def test_our_evidence_stands_where_our_cases_say(case: CaseRow) -> None:
    for part in case.evidence:
        for found in part:
            assert TEXTS[found.file][found.start : found.end] == found.quote


@pytest.mark.parametrize("case", [case for case in OURS if case.facts], ids=lambda case: case.id)
def test_our_evidence_states_our_facts(case: CaseRow) -> None:
    """Quoting everything that is accepted covers every fact: none is impossible to show."""
    said = [Said(found.quote, (Quoted(found.place, found.quote),)) for part in case.evidence for found in part]
    assert fact_coverage(said, to_cases([case])[0]) == 1


def test_our_cases_are_enough_of_every_kind() -> None:
    kinds = Counter(case.kind for case in OURS)
    near = {"wrong_entity", "wrong_source", "missing_number", "false_premise", "table_only"}
    assert len(OURS) >= 200
    assert sum(kinds[kind] for kind in near) >= 90
    assert min(kinds.values()) >= 5
    assert len({case.question.casefold() for case in OURS}) == len(OURS)


def test_our_cases_cover_every_document_in_proportion_to_its_text() -> None:
    files = Counter(case.evidence[0][0].file for case in OURS if case.answerable)
    whole = sum(map(len, TEXTS.values()))
    for file, text in TEXTS.items():
        assert files[file] / files.total() == pytest.approx(len(text) / whole, abs=0.06)


def test_our_cases_are_halved_within_every_kind() -> None:
    for kind in {case.kind for case in OURS}:
        splits = Counter(case.split for case in OURS if case.kind == kind)
        assert splits["dev"] - splits["test"] in {0, 1}


def test_our_split_is_the_one_that_the_seed_gives() -> None:
    from evals.scaffolding import SPLIT_SEED

    bare = [case.model_copy(update={"split": None}) for case in OURS]
    assert assign_splits(bare, seed=SPLIT_SEED) == OURS


def test_rows_are_written_as_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    write_rows(path, OURS)
    assert path.read_bytes() == (ROOT / "evals" / "cases.jsonl").read_bytes()


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("", "holds no case"),
        ("{", "line 1"),
        (json.dumps(row(question=" ")), "question: a question needs words"),
        (json.dumps(row(question="x" * 2001)), "question: a question has at most 2000 characters"),
        (json.dumps(row(evidence=[])), "an answerable case needs evidence"),
        (json.dumps(row(evidence=[[]])), "an answerable case needs evidence"),
        (json.dumps(row(answerable=False)), "neither evidence nor facts"),
        (json.dumps(row(facts=[[" "]])), "no wording is empty"),
        (json.dumps(row(facts=[[]])), "at least one wording"),
        (json.dumps(row()) + "\n\n" + json.dumps(row()), "line 3: there is a case '1' already"),
        (
            json.dumps(row(evidence=[[{"file": "a", "start": 0, "end": 9, "quote": "IL-6"}]])),
            "the quote has 4 characters",
        ),
        (json.dumps(row(split="train")), "split: Input should be 'dev' or 'test'"),
    ],
)
def test_a_bad_line_is_named_with_what_is_wrong(tmp_path: Path, lines: str, message: str) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text(lines, encoding="utf-8")
    with pytest.raises(EvalError, match=r"cases\.jsonl") as caught:
        read_rows(path)
    assert message in str(caught.value)


def test_a_missing_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(EvalError, match=r"none.jsonl cannot be read"):
        read_rows(tmp_path / "none.jsonl")


def test_what_else_a_line_holds_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text(json.dumps(row(author="Ada")) + "\n", encoding="utf-8")
    write_rows(path, read_rows(path))
    assert json.loads(path.read_text(encoding="utf-8"))["author"] == "Ada"


def test_a_case_has_its_files_as_relevant_documents() -> None:
    case = to_cases([CaseRow.model_validate(row())])[0]
    assert case.evidence == ((Place("a.txt", Span(0, 4)),),)
    assert case.relevant == {"a.txt": 1}
    assert quotes_of([CaseRow.model_validate(row())]) == {Place("a.txt", Span(0, 4)): "IL-6"}


def test_a_case_of_another_question_or_evidence_has_another_fingerprint() -> None:
    changes: list[dict[str, object]] = [{}, {"question": "Who?"}, {"facts": [["x"]]}, {"kind": "other", "split": "dev"}]
    prints = [to_cases([CaseRow.model_validate(row(**change))])[0].fingerprint for change in changes]
    assert len(set(prints)) == 3
    assert prints[0] == prints[3]


def test_a_quote_that_has_moved_is_the_same_case() -> None:
    moved = row(evidence=[[{"file": "a.txt", "start": 10, "end": 14, "quote": "IL-6"}]])
    before, after = (to_cases([CaseRow.model_validate(each)])[0] for each in (row(), moved))
    assert before.fingerprint == after.fingerprint


def test_a_new_case_accepts_every_place_of_its_quote_line_breaks_aside() -> None:
    texts = {"a.txt": "Yes: IL-6 attracts\nmonocytes.", "b.txt": "IL-6  attracts monocytes"}
    made = new_row("Who?", ["IL-6 attracts monocytes"], ["IL-6|interleukin 6"], kind="why_how", known=[], texts=texts)
    assert made.id == "why-how-01"
    assert made.split == "dev"
    assert made.facts == (("IL-6", "interleukin 6"),)
    assert made.evidence == (
        (
            EvidenceRow(file="a.txt", start=5, end=28, quote="IL-6 attracts\nmonocytes"),
            EvidenceRow(file="b.txt", start=0, end=24, quote="IL-6  attracts monocytes"),
        ),
    )


def test_a_new_case_without_a_quote_is_unanswerable_and_goes_to_the_smaller_half() -> None:
    known = [CaseRow.model_validate(row(id="question-01", split="dev"))]
    made = new_row("Who?", [], [], kind="question", known=known, texts={"a.txt": "text"})
    assert (made.id, made.answerable, made.split) == ("question-02", False, "test")


@pytest.mark.parametrize("quote", ["nowhere to be found", "  "])
def test_a_quote_that_stands_nowhere_is_refused(quote: str) -> None:
    with pytest.raises(EvalError):
        new_row("Who?", [quote], [], kind="question", known=[], texts={"a.txt": "text"})


@pytest.mark.parametrize(("question", "facts"), [("", []), ("Who?", [""]), ("Who?", ["a||b"])])
def test_what_would_be_no_case_is_refused_before_it_is_written(question: str, facts: list[str]) -> None:
    with pytest.raises(EvalError, match="This is no case"):
        new_row(question, ["text"], facts, kind="question", known=[], texts={"a.txt": "text"})


def test_quotes_move_with_an_edited_document() -> None:
    moved = relocated(CaseRow.model_validate(row()), {"a.txt": "New line.\nIL-6 rises"})
    assert (moved.evidence[0][0].start, moved.evidence[0][0].end) == (10, 14)


@pytest.mark.parametrize("text", ["It is gone.", "Now IL-6 or IL-6?"])
def test_a_quote_with_no_single_new_place_is_left_to_a_person(text: str) -> None:
    with pytest.raises(EvalError, match="by hand"):
        relocated(CaseRow.model_validate(row()), {"a.txt": text})


def test_a_folder_without_documents_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EvalError, match="no document to read"):
        read_texts(tmp_path, max_bytes=1000, fallback_encoding="cp1252")
