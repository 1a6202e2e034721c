"""Files read in a process of their own: what a child does to itself is one file skipped."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from index.errors import FileSkipped
from index.extracting import apart
from index.extracting.apart import Limits, close_apart, extract_apart
from tests.printing import pdf_of

READER = '''
"""Does what the file says."""
import os, sys, time
import numpy as np
from index.errors import FileSkipped
from index.models import Reading
from index.models import Element, Span

def extract(path, data):
    order = data.decode()
    if order == "crash":
        os.abort()
    if order == "leave":
        os._exit(0)
    if order == "sleep":
        time.sleep(60)
    if order == "spin":
        while True:
            pass
    if order == "grow":
        return b"x" * 10**11
    if order == "grow slowly":
        return [bytearray(10**6) for _ in range(10**6)]
    if order == "print":
        os.write(1, b"noise on the way out")
        print("more of it")
    if order == "fail":
        raise ZeroDivisionError("nothing to divide by")
    if order == "skip":
        raise FileSkipped("scanned", f"{path} is a scan.")
    boxes = np.arange(5 * len(order), dtype=np.int32).reshape(-1, 5)
    element = Element(Span(0, len(order)), "row", level=2, heads=((Span(0, 1),),), soft=True)
    return Reading(order, None, "text/test", f"test {os.getpid()}", "A title", {"doi": "10.1/x"}, (element,), boxes)
'''


pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="looks at processes as Linux shows them")


def runs(number: int) -> bool:
    """Whether a process is there and has not ended; one that nobody waited for has."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rsplit(") ", 1)[1][0] != "Z"
    except OSError:
        return False


def children() -> list[int]:
    """Readers that this process started."""
    listed = " ".join(path.read_text() for path in Path("/proc/self/task").glob("*/children"))
    return [
        int(number)
        for number in listed.split()
        if b"index.extracting.working" in Path(f"/proc/{number}/cmdline").read_bytes()
    ]


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The dotted name of a reader that obeys its file, in a package that only this test has."""
    package = tmp_path / "obeying"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "reader.py").write_text(READER)
    monkeypatch.syspath_prepend(str(tmp_path))
    close_apart()
    yield "obeying.reader"
    close_apart()


def refusal(reader: str, order: str, limits: Limits | None = None) -> FileSkipped:
    with pytest.raises(FileSkipped) as raised:
        extract_apart(reader, "a.pdf", order.encode(), limits or Limits())
    return raised.value


def child(reader: str) -> int:
    return int(extract_apart(reader, "a.pdf", b"hello").extractor.split()[1])


def test_a_reading_comes_back_as_it_was_made(reader: str) -> None:
    reading = extract_apart(reader, "a.pdf", "grün 𝜇".encode())
    assert (reading.text, reading.title, reading.metadata) == ("grün 𝜇", "A title", {"doi": "10.1/x"})
    assert (reading.elements[0].kind, reading.elements[0].level, reading.elements[0].soft) == ("row", 2, True)
    assert reading.elements[0].heads[0][0].end == 1
    assert reading.boxes is not None
    assert reading.boxes.dtype == np.int32
    assert np.array_equal(reading.boxes, np.arange(30).reshape(-1, 5))


def test_one_child_reads_file_after_file(reader: str) -> None:
    assert child(reader) == child(reader) != os.getpid()


@pytest.mark.parametrize("order", ["crash", "leave"])
def test_a_crash_is_one_file_skipped_and_the_next_one_is_read(reader: str, order: str) -> None:
    before = child(reader)
    assert refusal(reader, order).reason == "damaged"
    assert child(reader) != before
    assert not runs(before)


def test_what_fails_is_one_file_skipped_and_the_child_stays(reader: str) -> None:
    before = child(reader)
    error = refusal(reader, "fail")
    assert error.reason == "damaged"
    assert "a.pdf cannot be read (ZeroDivisionError: nothing to divide by)" in str(error)
    assert child(reader) == before


def test_what_a_reader_refuses_is_refused_with_its_reason(reader: str) -> None:
    error = refusal(reader, "skip")
    assert (error.reason, str(error)) == ("scanned", "a.pdf is a scan.")


def test_a_file_that_takes_too_long_is_skipped(reader: str) -> None:
    started = time.monotonic()
    error = refusal(reader, "sleep", Limits(seconds=1.5))
    assert error.reason == "timeout"
    assert time.monotonic() - started < 10
    assert child(reader)


def test_a_file_that_takes_too_much_of_the_processor_is_skipped(reader: str) -> None:
    child(reader)
    assert refusal(reader, "spin", Limits(seconds=60, processor_seconds=1)).reason == "timeout"


@pytest.mark.parametrize("order", ["grow", "grow slowly"])
def test_a_file_that_takes_too_much_memory_is_skipped(reader: str, order: str) -> None:
    error = refusal(reader, order, Limits(memory=2**27))
    assert error.reason == "too_large"
    assert "more memory than one file may take" in str(error)


def test_what_a_reader_prints_is_no_answer(reader: str) -> None:
    assert extract_apart(reader, "a.pdf", b"print").text == "print"


def test_threads_take_turns(reader: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        texts = list(pool.map(lambda number: extract_apart(reader, "a.pdf", b"%d" % number).text, range(40)))
    assert texts == [str(number) for number in range(40)]


def test_a_child_that_was_killed_between_two_files_is_replaced(reader: str) -> None:
    before = child(reader)
    os.kill(before, signal.SIGKILL)
    assert gone(before)
    assert child(reader) != before


def test_no_process_or_file_is_left_open(reader: str) -> None:
    child(reader)
    close_apart()
    open_before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(3):
        child(reader)
        refusal(reader, "crash")
    close_apart()
    assert len(list(Path("/proc/self/fd").iterdir())) == open_before
    assert not children()


def run(script: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


START = """
import time
from index.extracting.apart import extract_apart
print(extract_apart("obeying.reader", "a.pdf", b"hello").extractor.split()[1], flush=True)
"""


def gone(number: int) -> bool:
    """Whether a process ended, or soon does."""
    deadline = time.monotonic() + 10
    while runs(number):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_the_child_ends_when_its_parent_ends(reader: str) -> None:
    with run(START) as process:
        assert process.stdout is not None
        assert gone(int(process.stdout.readline()))
    assert process.returncode == 0


def test_the_child_ends_when_its_parent_is_killed_while_it_works(reader: str) -> None:
    with run(START + 'extract_apart("obeying.reader", "a.pdf", b"sleep")') as process:
        assert process.stdout is not None
        number = int(process.stdout.readline())
        time.sleep(0.3)
        process.kill()
        assert gone(number)


def test_an_interrupt_ends_the_child_at_once(reader: str) -> None:
    with run(START + 'extract_apart("obeying.reader", "a.pdf", b"sleep")') as process:
        assert process.stdout is not None
        number = int(process.stdout.readline())
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        assert process.wait(10) != 0
        assert gone(number)


def test_text_files_start_no_process(tmp_path: Path) -> None:
    script = """
import sys
from pathlib import Path
from index.loading import Source, load
path = Path(sys.argv[1])
load(Source(path, path.name), max_bytes=1000, fallback_encoding="utf-8")
print("index.extracting" in " ".join(sys.modules), "pypdfium2" in sys.modules)
"""
    (tmp_path / "a.txt").write_text("Some text.")
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "a.txt")], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "False"]


def test_a_pdf_is_read_by_the_child() -> None:
    reading = extract_apart("pdf", "a.pdf", pdf_of(lambda printer: printer.line(100, 100, "Here it is")))
    assert reading.text == "Here it is"
    assert reading.boxes is not None
    assert "pypdfium2" in reading.extractor


def test_an_answer_that_makes_no_sense_is_refused() -> None:
    answer = {"text": "ab", "boxed": True, "media_type": "", "extractor": "", "title": None, "metadata": {}}
    with pytest.raises(ValueError, match="boxes for 2 characters"):
        apart._reading({**answer, "elements": []}, bytes(20))
    with pytest.raises(ValueError, match="no such kind"):
        apart._reading({**answer, "boxed": False, "elements": [[0, 1, "spell", 0, [], 0]]}, b"")


def test_closing_can_be_repeated() -> None:
    close_apart()
    close_apart()
    assert not children()


def test_every_other_thread_has_ended_with_its_file(reader: str) -> None:
    child(reader)
    assert not [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer) and thread.is_alive()]
