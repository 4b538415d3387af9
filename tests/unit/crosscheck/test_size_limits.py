from __future__ import annotations

import io
import json
import re
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import crosscheck
from crosscheck.size_limits import JSON_DEPTH, JSON_LIMIT, CountedStream, OverLimitError, parse_json

ROOT = Path(crosscheck.__file__).parents[3]


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3)))
def test_a_document_reads_as_it_was_written(value: object) -> None:
    assert parse_json(json.dumps(value)) == value


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "[" * 100_000 + "]" * 100_000,
        '{"a":' * (JSON_DEPTH + 1) + "1" + "}" * (JSON_DEPTH + 1),
        "9" * 5_000,
        f'"{"x" * JSON_LIMIT}"',
        "",
        "{'a': 1}",
    ],
)
def test_a_document_over_a_limit_is_refused_as_one_that_is_no_json(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_json(text)
    with pytest.raises(ValueError, match=r"."):
        parse_json(text.encode())


def test_no_other_place_reads_json() -> None:
    files = [*(ROOT / "layers" / "crosscheck").rglob("*.py"), *(ROOT / "functions").rglob("*.py")]
    reading = {file.name for file in files if re.search(r"\bjson\.loads?\(", file.read_text())}
    assert reading == {"size_limits.py"}


@pytest.mark.parametrize("size", [-1, None, 11, 10**9])
def test_a_stream_ends_at_its_limit_whatever_is_asked_of_it(size: int | None) -> None:
    with pytest.raises(OverLimitError):
        io.BufferedReader(CountedStream(io.BytesIO(b"x" * 11), 10)).read(size)
    assert io.BufferedReader(CountedStream(io.BytesIO(b"x" * 10), 10)).read(-1) == b"x" * 10


def test_what_has_come_is_read_while_the_connection_stays_open() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(1)
        theirs.sendall(b"HTTP/1.1 200 OK\r\nab")
        stream = io.BufferedReader(CountedStream(ours.makefile("rb"), 100))
        assert (stream.readline(), stream.read(2)) == (b"HTTP/1.1 200 OK\r\n", b"ab")
