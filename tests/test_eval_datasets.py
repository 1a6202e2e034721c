"""BEIR and QA folders as cases over documents."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from evals.datasets import Selection, chosen, file_of, open_cases, open_folder
from evals.models import Dataset, EvalError, Place
from index.models import Span

CORPUS: list[dict[str, Any]] = [
    {"id": "a", "title": "Wounds", "text": "Interleukin 6 attracts monocytes to wounds.\nPlasters are made of cotton."},
    {"id": "b/2", "title": "", "text": "Bread rises because yeast makes carbon dioxide."},
]
QUESTIONS: list[dict[str, Any]] = [
    {
        "id": "1",
        "question": "What attracts monocytes to wounds?",
        "context_id": "a",
        "answerable": True,
        "answers": [{"text": "Interleukin 6", "start": 0}],
    },
    {
        "id": "2",
        "question": "Why does bread rise?",
        "type": "factoid",
        "answerable": True,
        "evidence": [
            {"doc": "b/2", "field": "text", "start": 0, "text": "Bread rises"},
            {"doc": "a", "field": "title", "start": 0, "text": "Wounds"},
        ],
        "exact_answer": [["yeast", "Saccharomyces"]],
    },
    {"id": "3", "question": "Who painted the ceiling?", "context_id": "a", "answerable": False, "answers": []},
    {"id": "4", "question": "In a title only?", "answerable": True, "evidence": [{"doc": "a", "field": "title"}]},
]


def write(folder: Path, name: str, rows: Sequence[dict[str, Any]]) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")


@pytest.fixture
def qa(tmp_path: Path) -> Path:
    folder = tmp_path / "tiny"
    write(folder, "corpus.jsonl", CORPUS)
    write(folder, "qa.jsonl", QUESTIONS)
    write(folder, "unanswerable_near.jsonl", [{"id": "5", "question": "Which mice?", "answerable": False}])
    return folder


@pytest.fixture(params=["qrels.tsv", "qrels/test.tsv"])
def beir(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    folder = tmp_path / "beir"
    write(folder, "corpus.jsonl", [{"_id": row["id"], "title": row["title"], "text": row["text"]} for row in CORPUS])
    write(folder, "queries.jsonl", [{"_id": "q1", "text": "bread"}, {"_id": "q2", "text": "unjudged"}])
    path = folder / request.param
    path.parent.mkdir(exist_ok=True)
    path.write_text("query-id\tcorpus-id\tscore\nq1\tb/2\t2\nq1\ta\t0\n", encoding="utf-8")
    return folder


def opened(folder: Path, tmp_path: Path) -> Dataset:
    return open_folder(folder, cache_dir=tmp_path / "cache")


def test_questions_are_read_from_every_form(qa: Path, tmp_path: Path) -> None:
    dataset = opened(qa, tmp_path)
    cases = {case.id: case for case in dataset.cases}
    assert dataset.answering
    assert cases["1"].evidence == ((Place("a.txt", Span(0, 13)),),)
    assert cases["2"].evidence == ((Place("b%2F2.txt", Span(0, 11)),),)
    assert cases["2"].facts == (("yeast", "Saccharomyces"),)
    assert [case.id for case in dataset.cases if not case.answerable] == ["3", "5"]
    assert (cases["1"].cluster, cases["3"].cluster, cases["5"].cluster) == ("a", "a", "5")


def test_a_question_that_only_a_title_answers_is_left_out_and_said(qa: Path, tmp_path: Path) -> None:
    dataset = opened(qa, tmp_path)
    assert "4" not in {case.id for case in dataset.cases}
    assert dataset.notes == ("1 answerable questions are left out: no span in a document's text answers them.",)


def test_documents_are_written_with_their_text_unchanged(qa: Path, tmp_path: Path) -> None:
    documents = opened(qa, tmp_path).documents
    assert (documents / "a.txt").read_bytes().decode() == CORPUS[0]["text"]
    assert 'title = "Wounds"' in (documents / "manifest.toml").read_text(encoding="utf-8")


def test_the_same_corpus_is_written_once_and_another_elsewhere(qa: Path, tmp_path: Path) -> None:
    first, second = opened(qa, tmp_path).documents, opened(qa, tmp_path).documents
    write(qa, "corpus.jsonl", [*CORPUS, {"id": "c", "title": "", "text": "More."}])
    third = opened(qa, tmp_path).documents
    assert first == second != third


def test_a_beir_folder_is_queries_with_graded_documents(beir: Path, tmp_path: Path) -> None:
    dataset = opened(beir, tmp_path)
    assert not dataset.answering
    assert [(case.id, case.question, case.relevant) for case in dataset.cases] == [
        ("q1", "bread", {"b%2F2.txt": 2, "a.txt": 0})
    ]


def test_qrels_beside_questions_say_which_documents_are_relevant(qa: Path, tmp_path: Path) -> None:
    (qa / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n1\tb/2\t1\n", encoding="utf-8")
    assert opened(qa, tmp_path).cases[0].relevant == {"b%2F2.txt": 1}


def test_an_answer_that_does_not_stand_where_it_should_is_an_error(qa: Path, tmp_path: Path) -> None:
    write(qa, "qa.jsonl", [{**QUESTIONS[0], "answers": [{"text": "Interleukin 6", "start": 1}]}])
    with pytest.raises(EvalError, match=r"qa.jsonl, line 1: 'Interleukin 6' does not stand at 1"):
        opened(qa, tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("corpus.jsonl", "{", r"corpus.jsonl, line 1: Invalid JSON"),
        ("corpus.jsonl", "[1]\n", r"line 1: Input should be an object"),
        ("corpus.jsonl", '{"text": "x"}\n', r"line 1: id: Field required"),
        ("corpus.jsonl", '{"id": 1, "text": ["x"]}\n', r"line 1: text: "),
        ("corpus.jsonl", '{"id": 1}\n\n{"id": 1}\n', r"line 3: the id '1' is there already, at .*line 1"),
        ("corpus.jsonl", "\n", "holds no document"),
        ("qa.jsonl", '{"id": 1, "question": "x"}\n', "answerable: Field required"),
        ("qa.jsonl", '{"id": 1, "question": " ", "answerable": true}\n', "question: a question needs words"),
        ("qa.jsonl", '{"id": 1, "question": "x", "answerable": "false"}\n', "answerable: Input should be a valid bool"),
        ("qa.jsonl", '{"id": 1, "question": "x", "answerable": true, "answers": ["y"]}\n', r"answers.0: "),
        ("qa.jsonl", '{"id": 1, "question": "x", "answerable": true, "answers": [{"text": "y"}]}\n', "start and text"),
        ("qa.jsonl", "\n", "holds no question"),
        ("qrels.tsv", "1 b 1\n", "this is not query-id"),
        ("qrels.tsv", "1\ta\tinf\n", "this is not query-id"),
        ("qrels.tsv", "1\ta\t99999999999999\n", "out of range"),
        ("qrels.tsv", "1\ta\t1\n1\ta\t2\n", "another score"),
    ],
)
def test_a_bad_folder_says_where_it_is_wrong(qa: Path, tmp_path: Path, name: str, content: str, message: str) -> None:
    (qa / "unanswerable_near.jsonl").unlink()
    (qa / name).write_text(content, encoding="utf-8")
    with pytest.raises(EvalError, match=message):
        opened(qa, tmp_path)


def test_an_answer_in_a_document_that_is_not_there_is_an_error(qa: Path, tmp_path: Path) -> None:
    write(qa, "qa.jsonl", [{**QUESTIONS[0], "context_id": "z"}])
    with pytest.raises(EvalError, match=r"the document 'z' is not in corpus.jsonl"):
        opened(qa, tmp_path)


def test_what_cannot_be_judged_is_said(beir: Path, tmp_path: Path) -> None:
    qrels = next(path for path in (beir / "qrels.tsv", beir / "qrels" / "test.tsv") if path.exists())
    qrels.write_text("query-id\tcorpus-id\tscore\n\nq1\tb/2\t1\nq1\tnowhere\t1\n", encoding="utf-8")
    dataset = opened(beir, tmp_path)
    assert dataset.cases[0].relevant == {"b%2F2.txt": 1}
    assert dataset.notes == (
        "1 queries are left out: no document of the corpus is relevant to them.",
        "1 relevance judgements are left out: the corpus does not have their documents.",
    )


def test_a_document_without_text_is_its_title(qa: Path, tmp_path: Path) -> None:
    write(qa, "corpus.jsonl", [*CORPUS, {"id": "t", "title": "Only a title"}])
    assert (opened(qa, tmp_path).documents / "t.txt").read_text(encoding="utf-8") == "Only a title"


def test_a_copy_is_the_document_it_is_a_copy_of(qa: Path, tmp_path: Path) -> None:
    """The index takes the same bytes once."""
    write(qa, "corpus.jsonl", [*CORPUS, {"id": "copy", "title": "Other", "text": CORPUS[0]["text"]}])
    write(qa, "qa.jsonl", [{**QUESTIONS[0], "context_id": "copy"}])
    dataset = opened(qa, tmp_path)
    assert dataset.cases[0].places[0].file == "a.txt"
    assert dataset.copies == {"copy.txt": "a.txt"}


def test_any_id_names_a_file(qa: Path, tmp_path: Path) -> None:
    odd = ["../up", "a" * 300, "half \ud83d", "café"]
    write(qa, "corpus.jsonl", [*CORPUS, *({"id": name, "title": "", "text": name[:4]} for name in odd[:2] + odd[3:])])
    folder = opened(qa, tmp_path).documents
    assert len(list(folder.glob("*.txt"))) == 5
    assert all(len(file_of(name)) < 110 for name in odd)


def test_a_folder_of_something_else_is_told_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(EvalError, match=r"needs corpus.jsonl"):
        opened(tmp_path, tmp_path)


def test_a_sample_is_the_same_every_time_and_in_order(qa: Path, tmp_path: Path) -> None:
    dataset = opened(qa, tmp_path)
    first, second = (chosen(dataset, Selection(sample=2, seed=3)) for _ in range(2))
    assert first.cases == second.cases
    assert [case.id for case in first.cases] == sorted(case.id for case in first.cases)
    assert first.selection == {"kinds": (), "sample": 2, "seed": 3, "limit": None}


def test_everything_chosen_is_no_selection(qa: Path, tmp_path: Path) -> None:
    assert chosen(opened(qa, tmp_path), Selection(sample=99)).selection is None


def test_cases_are_chosen_by_kind_and_cut(qa: Path, tmp_path: Path) -> None:
    dataset = opened(qa, tmp_path)
    assert [case.id for case in chosen(dataset, Selection(kinds=("unanswerable",), limit=1)).cases] == ["3"]
    with pytest.raises(EvalError, match="There are: answerable, factoid, unanswerable"):
        chosen(dataset, Selection(kinds=("riddle",)))


def test_cases_need_their_folder_of_documents(tmp_path: Path) -> None:
    with pytest.raises(EvalError, match="no folder of documents"):
        open_cases(tmp_path / "cases.jsonl", tmp_path / "nowhere")
