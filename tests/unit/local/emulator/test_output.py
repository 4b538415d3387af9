import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from local.emulator.launcher.output import Output

LINES = [f"line {number}\n".encode() for number in range(500)]


class Pipe:
    """What a function writes, and the output that is read from it."""

    def __init__(self, log: Path) -> None:
        reading, self._writing = os.pipe()
        self.reading: BinaryIO = os.fdopen(reading, "rb")
        self.output = Output(self.reading, log)

    def write(self, content: bytes) -> None:
        os.write(self._writing, content)

    def end(self) -> None:
        if self._writing >= 0:
            os.close(self._writing)
            self._writing = -1


@pytest.fixture
def pipe(tmp_path: Path) -> Iterator[Pipe]:
    pipe = Pipe(tmp_path / "function.log")
    yield pipe
    pipe.end()
    pipe.output.close()


def test_lines_come_one_by_one_and_into_the_log(pipe: Pipe, tmp_path: Path) -> None:
    pipe.write(b"one\ntwo\nthr")
    pipe.write(b"ee\nno end")
    pipe.end()
    assert list(iter(pipe.output.readline, b"")) == [b"one\n", b"two\n", b"three\n", b"no end"]
    assert (tmp_path / "function.log").read_bytes() == b"one\ntwo\nthree\nno end"


def test_everything_written_is_handed_on_before_the_wait_ends(pipe: Pipe) -> None:
    handed: list[bytes] = []

    def read() -> None:
        for line in iter(pipe.output.readline, b""):
            handed.append(line)  # noqa: PERF402 - one by one, as a pump does

    reader = threading.Thread(target=read)
    reader.start()
    for line in LINES:
        pipe.write(line)
        pipe.output.wait_until_handed_on()
        assert handed[-1] == line
    pipe.end()
    reader.join()
    pipe.output.wait_until_handed_on()
    assert handed == LINES
