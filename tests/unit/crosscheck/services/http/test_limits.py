"""No page, whatever it answers, makes a probe read without end: it fails, and the other checks have their verdicts."""

from __future__ import annotations

import http.client
import io
import socket
import threading
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosscheck.clients import Clients
from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.services.http.addresses import Address, Policy
from crosscheck.services.http.check import Http
from crosscheck.services.http.probe import ANSWER_LIMIT, BODY_LIMIT, LOCATION_LIMIT, HeaderLines, Probe
from crosscheck.services.http.url import parse_url
from tests.fakes.hostile_server import PIECE, HostileServer

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
# What lies in the buffers of two sockets is sent, and read by nobody.
BUFFERED = 16 * 1024 * 1024
OVER = f"its answer is no HTTP, or over {ANSWER_LIMIT // 1024} KiB around its body"


def looked(head: bytes, tail: bytes, **parameters: str) -> Finding:
    with HostileServer(head, tail) as server:
        url = f"http://127.0.0.1:{server.port}/"
        planned = PlannedCheck("http", "eu-west-1", {"url": url, **parameters})
        finding = Http(lambda: Probe(Policy(loopback=True))).run(planned, Clients())
        assert server.sent < BUFFERED
    return finding


@pytest.mark.parametrize(
    ("head", "tail"),
    [
        (CHUNKED + b"-1\r\n", b"x"),
        (CHUNKED, b"1;" + b"x" * 4_000 + b"\r\nx\r\n"),
        (CHUNKED + b"0\r\n", b"Trailer: x\r\n"),
        (OK, b"X-Header: " + b"x" * 60_000 + b"\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\nX: y\r\n\r\n"),
    ],
    ids=["chunk of -1", "extensions", "trailers", "headers", "interim", "interim with headers"],
)
def test_an_answer_whose_frame_has_no_end_fails(head: bytes, tail: bytes) -> None:
    finding = looked(head, tail)
    assert finding.verdict is Verdict.FAIL
    assert finding.reason.endswith(OVER)


@pytest.mark.parametrize(
    ("head", "tail"),
    [
        (CHUNKED, b"zz"),
        (CHUNKED + b"-7fffffff\r\n", b"x"),
        (CHUNKED, b"x"),
        (OK, b"x"),
        (OK, b"a: b\r\n"),
        (b"", b"x"),
        (b"", b"\r\n"),
        (b"HTTP/1.1 -200 OK\r\n\r\n", b"x"),
    ],
)
def test_what_is_no_http_fails(head: bytes, tail: bytes) -> None:
    finding = looked(head, tail)
    assert finding.verdict is Verdict.FAIL
    assert "its answer is no HTTP (" in finding.reason


PARTS = b"X: y\r" + b"Content-Type: message/rfc822\r\r" * 1_200


@pytest.mark.parametrize(
    "head", [OK + PARTS + b"\n\r\n", OK + b"X: a\rLocation: /\r\n\r\n", b"HTTP/1.1 500 \r\r\n\r\n"]
)
def test_a_bare_cr_is_no_http(head: bytes) -> None:
    finding = looked(head, b"all ok ")
    assert finding.verdict is Verdict.FAIL
    assert finding.reason.endswith("its answer is no HTTP (a bare CR)")


@pytest.mark.parametrize("raised", [RecursionError, MemoryError, AssertionError, ValueError])
def test_whatever_an_answer_makes_a_parser_raise_fails(
    raised: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def parse(*_: object) -> None:
        raise raised

    monkeypatch.setattr(http.client, "parse_headers", parse)
    finding = looked(OK + b"\r\n", b"all ok ")
    assert finding.verdict is Verdict.FAIL
    assert finding.reason.endswith(f"its answer is no HTTP ({raised.__name__})")


@pytest.mark.parametrize("kind", ["multipart/mixed; boundary=x", "message/rfc822"])
def test_nobody_looks_for_the_parts_of_an_answer(kind: str) -> None:
    head = f"content-type: {kind}\r\n ;a=b\r\nLocation: /a\r\n\r\n".encode()
    lines = HeaderLines(cast("io.RawIOBase", io.BytesIO(head)))
    parsed = http.client.parse_headers(lines)
    assert (parsed.get_content_type(), parsed["Location"], parsed.is_multipart()) == ("text/plain", "/a", False)


def test_of_a_redirects_address_the_beginning_is_kept() -> None:
    def location(place: str) -> str:
        lines = "\r\n ".join(place[at : at + 60_000] for at in range(0, len(place), 60_000))
        with HostileServer(f"HTTP/1.1 302 Found\r\nLocation: {lines}\r\n\r\n".encode(), b"x") as server:
            return Probe(Policy(loopback=True)).get(parse_url(f"http://127.0.0.1:{server.port}/")).location

    assert location("/a?token=b#c") == "/a"
    assert len(location("https://a.example/" + "a" * 300_000)) == LOCATION_LIMIT
    assert location("https://user:" + "a" * 3_000 + "@a.example/") == "a.example/"


@pytest.mark.parametrize(
    "head",
    [
        OK + b"\r\n",
        OK + b"Content-Length: 999999999999999999999\r\n\r\n",
        OK + b"Content-Length: -1\r\n\r\n",
        OK + b"Content-Length: " + b"9" * 5_000 + b"\r\n\r\n",
        CHUNKED + b"7fffffffffffffff\r\n",
    ],
)
def test_of_a_body_without_end_the_beginning_is_judged(head: bytes) -> None:
    assert looked(head, b"all ok ", contains="all ok").verdict is Verdict.PASS
    missing = looked(head, b"all ok ", contains="all well")
    assert f"in its first {BODY_LIMIT // 1024} KiB" in missing.reason


def test_a_body_in_the_smallest_of_chunks_is_read_as_any_other() -> None:
    assert looked(CHUNKED, b"1\r\nx\r\n", contains="xxx").verdict is Verdict.PASS


_lines = st.one_of(
    st.binary(max_size=30),
    st.sampled_from(
        [b"Transfer-Encoding: chunked", b"Content-Length: -5", b"Connection: keep-alive", b"Location: http://[", b""]
    ),
    st.integers(-(10**20), 10**20).map(lambda size: f"{size:x}".encode()),
)
_answers = st.tuples(
    st.sampled_from([b"", OK, CHUNKED, b"HTTP/1.0 302 Found\r\n", b"HTTP/1.1 "]), st.lists(_lines, max_size=8)
).map(lambda parts: parts[0] + b"\r\n".join(parts[1]))


@settings(max_examples=300, deadline=None)
@given(answer=_answers)
def test_any_bytes_are_an_answer_or_none_and_never_unknown(answer: bytes) -> None:
    def connect(_address: Address, _port: int, _seconds: float) -> socket.socket:
        ours, theirs = socket.socketpair()
        threading.Thread(target=serve, args=(theirs,)).start()
        return ours

    def serve(theirs: socket.socket) -> None:
        with theirs:
            theirs.recv(PIECE)
            theirs.sendall(answer)

    probe = Probe(Policy(loopback=True), connect=connect)
    planned = PlannedCheck("http", "eu-west-1", {"url": "http://127.0.0.1:80/", "contains": "all ok"})
    assert Http(lambda: probe).run(planned, Clients()).verdict in {Verdict.PASS, Verdict.FAIL}
