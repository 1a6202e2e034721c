"""Over HTTP: earlier versions read by their id, answers verified, feedback kept and turned into cases."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.cli import main
from api.feedback.candidates import Candidates
from api.feedback.records import Feedback, FeedbackStore
from api.service import open_service
from api.settings import ApiSettings, Settings
from assistant.bootstrap import Parts
from assistant.settings import AssistantSettings
from evals.cases import read_rows
from evals.datasets import open_cases
from evals.models import EvalError
from index.settings import IndexSettings
from tests.fakes import HashingEmbedder

HEALING = """Cytokines in wound repair

Wound healing is mediated by IL-6, IL-8 and MCP-1, which enhance the migration of monocytes into injured sites.
"""
VESSELS = "Growth of vessels\r\n\r\nVEGF promotes angiogenesis \U0001fac0 in ischaemic muscle of rats.\r\n"
QUESTION = "Which factors mediate wound healing?"
QUOTE = "Wound healing is mediated by IL-6, IL-8 and MCP-1"


class Library:
    """Two documents, and the service over them; ``eager`` so that an embedder of word counts is enough to answer."""

    def __init__(self, folder: Path, state_dir: Path) -> None:
        self.folder = folder
        self.state_dir = state_dir
        answering = AssistantSettings(profile="fast", caution="eager")
        self.parts = Parts(IndexSettings(state_dir=state_dir), answering=answering, notify=lambda _: None)
        self.parts._embedder = HashingEmbedder()
        self.write("healing.txt", HEALING)
        self.write("vessels.txt", VESSELS)
        self.add()
        service = open_service(Settings(self.parts.settings, answering, ApiSettings(), flags={}), self.parts)
        self.service = service
        self.client = TestClient(create_app(service), raise_server_exceptions=False)

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_bytes(text.encode())

    def add(self) -> None:
        self.parts.builder("default").add([self.folder], mirror=True)

    def id_of(self, path: str) -> str:
        documents = self.client.get("/v1/documents").json()["documents"]
        return next(str(document["id"]) for document in documents if document["path"] == path)

    def cited(self, path: str = "healing.txt", quote: str = QUOTE) -> dict[str, Any]:
        start = (self.folder / path).read_bytes().decode().index(quote)
        return {"document_id": self.id_of(path), "start_char_index": start, "end_char_index": start + len(quote)}

    def ask(self) -> Any:
        answer = self.client.post("/v1/ask", json={"question": QUESTION}).json()
        assert answer["answered"], answer
        return answer

    def verify(self, answer: object) -> Any:
        response = self.client.post("/v1/verify", json={"answer": answer})
        assert response.status_code == 200, response.text
        return response.json()

    def rate(self, verdict: str, *, status: int = 201, **fields: Any) -> Any:
        response = self.client.post("/v1/feedback", json={"verdict": verdict, "question": QUESTION} | fields)
        assert response.status_code == status, response.text
        return response.json()

    def candidates(self) -> list[dict[str, Any]]:
        _, kept = self.service.feedback.page()
        return self.maker().of(reversed(kept))

    def maker(self) -> Candidates:
        return Candidates(self.service.assistant, "default", max_sentences=4, caution="eager")


@pytest.fixture
def library(documents_dir: Path, state_dir: Path) -> Iterator[Library]:
    yield from opened(documents_dir, state_dir)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """For tests that change neither documents nor feedback."""
    folder = tmp_path_factory.mktemp("shared")
    (folder / "documents").mkdir()
    yield from opened(folder / "documents", folder / "state")


def opened(folder: Path, state_dir: Path) -> Iterator[Library]:
    made = Library(folder, state_dir)
    yield made
    made.service.feedback.close()
    made.service.jobs.close()


def failing(report: Any) -> dict[str, str]:
    return {finding["check"]: finding["detail"] for finding in report["findings"] if not finding["holds"]}


def test_an_earlier_version_is_read_by_its_id_and_names_the_newest(library: Library) -> None:
    first, cited = library.id_of("healing.txt"), library.cited()
    for number in range(2):
        library.write("healing.txt", f"Another text, number {number}.\n")
        library.add()
    newest = library.id_of("healing.txt")
    document = library.client.get(f"/v1/documents/{first}").json()
    assert (document["id"], document["newer_version"], document["origin"]) == (first, newest, "file")
    assert library.client.get(f"/v1/documents/{newest}").json()["newer_version"] is None
    where = {"start": cited["start_char_index"], "end": cited["end_char_index"]}
    assert library.client.get(f"/v1/documents/{first}/text", params=where).json()["text"] == QUOTE
    listed = library.client.get("/v1/documents").json()
    assert listed["total"] == 2
    assert all(document["newer_version"] is None for document in listed["documents"])
    (library.folder / "healing.txt").unlink()
    library.add()
    assert library.client.get(f"/v1/documents/{first}").json()["type"].endswith("document-not-found")


def test_an_answer_is_verified_against_the_files(shared: Library) -> None:
    answer = shared.ask()
    report = shared.verify(answer)
    assert report["holds"]
    assert (report["schema"], report["citations"]) == (1, len(answer["citations"]))
    assert report["checks"] == len(report["findings"]) > 5
    assert {finding["detail"] for finding in report["findings"]} == {""}
    answer["citations"][0]["cited_text"] += "x"
    assert "characters" in failing(shared.verify(answer))


def test_a_file_that_changed_since_it_was_indexed_is_told(library: Library) -> None:
    answer = library.ask()
    library.write("healing.txt", HEALING.replace("IL-8", "IL-9"))
    assert "the file has changed" in failing(library.verify(answer))["hash"]


@pytest.mark.parametrize("how", ["gone", "newer"])
def test_what_is_stored_takes_the_place_of_a_file_and_that_is_said(library: Library, how: str) -> None:
    answer = library.ask()
    if how == "gone":
        (library.folder / "healing.txt").unlink()
    else:
        library.write("healing.txt", "Another text.\n")
        library.add()
    report = library.verify(answer)
    assert report["holds"]
    said = {"gone": "its file is gone", "newer": "its file holds a newer version"}[how]
    checked = [finding for finding in report["findings"] if finding["check"] != "sentence"]
    assert all("checked against the text stored in the index" in finding["detail"] for finding in checked)
    assert all(said in finding["detail"] for finding in checked)


def test_the_stored_text_gives_back_the_bytes_of_a_marked_file(library: Library) -> None:
    for codec, mark in (("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff"), ("utf-8", b"\xef\xbb\xbf")):
        raw = mark + "Burns\r\n\r\nSilver heals \U0001fac0 burns.".encode(codec)
        (library.folder / "burns.txt").write_bytes(raw)
        library.add()
        quoted = {"cited_text": "Silver heals \U0001fac0 burns.", "start_char_index": 9, "end_char_index": 30}
        width = 2 if "16" in codec else 1
        quoted |= {"document_id": library.id_of("burns.txt"), "start_byte": len(mark) + 9 * width, "end_byte": len(raw)}
        (library.folder / "burns.txt").unlink()
        report = library.verify([quoted])
        assert report["holds"], report
        assert {finding["check"] for finding in report["findings"]} == {"hash", "characters", "bytes"}


def test_only_documents_of_the_index_are_looked_at(shared: Library, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("Wound healing.")
    for path in (str(tmp_path / "secret.txt"), "../secret.txt", "secret.txt"):
        cited = {"cited_text": "Wound healing.", "start_char_index": 0, "end_char_index": 14, "path": path}
        assert "no file is called" in failing(shared.verify([cited]))["document"]
    counted = {"cited_text": "Cytokines", "start_char_index": 0, "end_char_index": 9, "document_index": 0}
    assert "no such file" in failing(shared.verify([counted]))["document"]


def test_a_citation_of_another_system_is_found_by_its_title(shared: Library) -> None:
    cited = {"cited_text": "Cytokines", "start_char_index": 0, "end_char_index": 9}
    for title in ("healing.txt", "healing", "Cytokines in wound repair"):
        assert shared.verify({"some": [{"where": [cited | {"document_title": title}]}]})["holds"], title


HOSTILE = {
    "not json": b"{",
    "deep": b'{"answer": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "a number": b'{"answer": 7}',
    "nothing cited": b'{"answer": {}}',
    "unknown field": b'{"answer": [], "documents": ["/etc/passwd"]}',
    "huge number": b'{"answer": [{"cited_text": "x", "start_char_index": ' + b"9" * 5000 + b"}]}",
    "too many": json.dumps({"answer": [{"cited_text": "x"}] * 501}).encode(),
    "no object": b"[]",
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_what_cannot_be_verified_is_a_problem(shared: Library, body: bytes) -> None:
    response = shared.client.post("/v1/verify", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code in {400, 422}, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert len(response.text) < 3000


@pytest.mark.parametrize(
    "wrong",
    [None, True, -1, 1e308, "x" * 5000, "\ud800", [], {}, [[]] * 100, {"a": {"b": []}}, float("nan"), 10**400],
    ids=lambda value: repr(value)[:12],
)
def test_any_value_in_any_field_of_a_citation_is_checked_and_fails(shared: Library, wrong: object) -> None:
    answer = shared.ask()
    for field in ("document_id", "cited_text", "start_char_index", "end_char_index", "document_index", "encoding"):
        changed = answer | {
            "citations": [answer["citations"][0] | {field: wrong, "path": wrong}, {"cited_text": wrong}]
        }
        body = json.dumps({"answer": changed | {"documents": [{"index": wrong}, wrong]}})
        response = shared.client.post("/v1/verify", content=body, headers={"Content-Type": "application/json"})
        assert response.status_code == 200, response.text
        assert not response.json()["holds"]


def test_more_than_is_read_at_once_is_refused(shared: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.routes.verifying.MOST_BYTES", 10)
    cited = [{"cited_text": "x", "path": path, "start_char_index": 0} for path in ("healing.txt", "vessels.txt")]
    response = shared.client.post("/v1/verify", json={"answer": cited})
    assert (response.status_code, response.json()["type"]) == (422, "urn:citespan:problem:verify")
    assert "2 documents" in response.json()["detail"]


def test_feedback_is_kept_and_listed_the_newest_first(library: Library) -> None:
    answer = library.ask()
    first = library.rate("helpful", answer_id=answer["id"])
    second = library.rate("wrong_source", citation=library.cited(), comment="That is of\nmice. \U0001f42d")
    page = library.client.get("/v1/feedback", params={"limit": 1}).json()
    assert page["total"] == 2
    assert page["feedback"] == [
        {
            "id": second["id"],
            "created": second["created"],
            "verdict": "wrong_source",
            "question": QUESTION,
            "collection": "default",
            "answer_id": None,
            "citation": library.cited(),
            "comment": "That is of\nmice. \U0001f42d",
        }
    ]
    rest = library.client.get("/v1/feedback", params={"offset": 1}).json()["feedback"]
    assert [kept["id"] for kept in rest] == [first["id"]]
    assert library.client.get("/v1/feedback", params={"collection": "other"}).json()["total"] == 0


@pytest.mark.parametrize(
    ("fields", "status", "kind"),
    [
        ({"verdict": "fine"}, 422, "invalid-request"),
        ({"question": " "}, 422, "invalid-request"),
        ({"question": "\ud800"}, 422, "invalid-request"),
        ({"comment": "x" * 2001}, 422, "invalid-request"),
        ({"rating": 5}, 422, "invalid-request"),
        ({"collection": "other"}, 404, "index-missing"),
        (
            {"citation": {"document_id": "sha256:00", "start_char_index": 0, "end_char_index": 1}},
            404,
            "document-not-found",
        ),
        ({"citation": {"document_id": "sha256:\x00\U0001f9ec'"}}, 404, "document-not-found"),
        ({"citation": {"document_id": "\udc00"}}, 422, "invalid-request"),
        ({"citation": {"start_char_index": 3, "end_char_index": 3}}, 422, "text-range"),
        ({"citation": {"end_char_index": 10**6}}, 422, "text-range"),
    ],
    ids=str,
)
def test_feedback_on_what_is_not_there_is_a_problem(
    shared: Library, fields: dict[str, Any], status: int, kind: str
) -> None:
    if "citation" in fields:
        fields = {"citation": shared.cited() | fields["citation"]}
    body = json.dumps({"verdict": "wrong_source", "question": QUESTION} | fields)
    response = shared.client.post("/v1/feedback", content=body, headers={"Content-Type": "application/json"})
    assert (response.status_code, response.json()["type"]) == (status, f"urn:citespan:problem:{kind}")
    assert shared.client.get("/v1/feedback").json()["total"] == 0


def test_a_citation_that_was_marked_helpful_is_evidence_cut_from_the_index(library: Library) -> None:
    library.rate("helpful", citation=library.cited())
    (case,) = library.candidates()
    start = library.cited()["start_char_index"]
    place = {"file": "healing.txt", "start": start, "end": start + len(QUOTE), "quote": QUOTE}
    assert (case["answerable"], case["evidence"], case["question"]) == (True, [[place]], QUESTION)
    assert "Do the quotes under evidence answer" in case["candidate"]["decide"]


def test_an_answer_that_was_marked_helpful_gives_all_that_it_cited(library: Library) -> None:
    answer = library.ask()
    library.rate("helpful", answer_id=answer["id"])
    (case,) = library.candidates()
    places = [place for part in case["evidence"] for place in part]
    assert [place["quote"] for place in places] == [citation["cited_text"] for citation in answer["citations"]]
    assert len(case["evidence"]) == len(answer["sentences"])
    library.write("vessels.txt", "Another text.\n")
    library.add()
    (case,) = library.candidates()
    assert case["evidence"] == []
    assert "not given any more" in case["candidate"]["notes"][0]


@pytest.mark.parametrize("verdict", ["wrong_source", "not_helpful"])
def test_a_place_that_was_marked_wrong_is_no_evidence(library: Library, verdict: str) -> None:
    library.rate(verdict, citation=library.cited(), comment="It is of mice.")
    (case,) = library.candidates()
    assert case["evidence"] == []
    assert case["candidate"]["not_evidence"][0]["quote"] == QUOTE
    assert case["candidate"]["comments"] == ["It is of mice."]


def test_a_quote_follows_its_file_when_that_changes(library: Library) -> None:
    library.rate("helpful", citation=library.cited())
    library.write("healing.txt", "A new beginning.\n\n" + HEALING)
    library.add()
    (case,) = library.candidates()
    assert case["evidence"][0][0]["start"] == library.cited()["start_char_index"]
    library.write("healing.txt", "Nothing of that.\n")
    library.add()
    (case,) = library.candidates()
    assert (case["evidence"], "has changed" in case["candidate"]["notes"][0]) == ([], True)
    (library.folder / "healing.txt").unlink()
    library.add()
    (case,) = library.candidates()
    assert "not in the index any more" in case["candidate"]["notes"][0]


def test_candidates_have_the_same_ids_every_time_and_each_its_own(library: Library) -> None:
    library.rate("missing_answer")
    library.rate("helpful", citation=library.cited())
    before = [case["id"] for case in library.candidates()]
    library.rate("helpful", citation=library.cited(), comment="Again.")
    library.rate("missing_answer", question="What promotes angiogenesis?")
    library.rate("helpful", citation=library.cited(quote="Wound healing"))
    cases = library.candidates()
    assert [case["id"] for case in cases][:2] == before
    assert len({case["id"] for case in cases}) == len(cases) == 4
    assert [case["candidate"]["times"] for case in cases] == [1, 2, 1, 1]


def test_an_exported_file_is_read_once_a_person_has_decided(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    library.rate("helpful", citation=library.cited())
    library.rate("missing_answer", question="Who won the 2018 football world cup?")
    monkeypatch.setattr("api.commands.feedback.parts_of", lambda _: library.parts)
    file = tmp_path / "cases.jsonl"
    state = ["--set", f"state_dir={library.state_dir}"]
    with pytest.raises(SystemExit) as ended:
        main([*state, "feedback", "export", "--out", str(file)])
    assert ended.value.code == 0
    assert "2 candidates" in capsys.readouterr().err
    with pytest.raises(EvalError, match='candidate made of feedback: decide what it says, then take "candidate" out'):
        read_rows(file)
    helpful, missing = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    del helpful["candidate"], missing["candidate"]
    missing["answerable"] = False
    file.write_text("".join(json.dumps(row) + "\n" for row in (helpful, missing)), encoding="utf-8")
    dataset = open_cases(file, library.folder)
    assert [case.answerable for case in dataset.cases] == [True, False]
    assert list(dataset.quotes.values()) == [QUOTE]
    with pytest.raises(SystemExit):
        main([*state, "feedback", "list"])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("\t")[1] for line in lines] == ["missing_answer", "helpful"]
    with pytest.raises(SystemExit):
        main([*state, "feedback", "list", "--json"])
    assert [item["verdict"] for item in json.loads(capsys.readouterr().out)] == ["missing_answer", "helpful"]


def test_no_feedback_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--set", f"state_dir={tmp_path}", "feedback", "list"])
    assert "Nobody has said anything yet" in capsys.readouterr().out


RATER = """
import sys
from pathlib import Path
from api.feedback.records import Feedback, FeedbackStore

store = FeedbackStore(Path(sys.argv[1]))
number = 0
while True:
    store.add(Feedback("helpful", f"{sys.argv[2]} {number}", "default"))
    print(number, flush=True)
    number += 1
"""


def test_feedback_of_several_processes_and_threads_survives_their_death(tmp_path: Path) -> None:
    command = [sys.executable, "-c", RATER, str(tmp_path)]
    raters = [subprocess.Popen([*command, name], stdout=subprocess.PIPE, text=True) for name in ("first", "second")]
    store = FeedbackStore(tmp_path)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: store.add(Feedback("not_helpful", f"own {number}", "default")), range(40)))
    thanked: set[str] = {f"own {number}" for number in range(40)}
    for name, rater in zip(("first", "second"), raters, strict=True):
        assert rater.stdout is not None
        thanked |= {f"{name} {rater.stdout.readline().strip()}" for _ in range(20)}
        os.kill(rater.pid, signal.SIGKILL)
        thanked |= {f"{name} {line.strip()}" for line in rater.stdout if line.endswith("\n")}
        rater.wait()
        rater.stdout.close()
    total, kept = store.page()
    assert thanked <= {item.question for item in kept}
    assert total == len({item.id for item in kept}) == len(kept)
    store.close()
