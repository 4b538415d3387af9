from __future__ import annotations

import errno
import os
import re
import socket
import threading
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosscheck.clients import Clients
from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.errors import ConfigurationError
from crosscheck.services.http import probe
from crosscheck.services.http.addresses import Address, Policy
from crosscheck.services.http.check import Http
from crosscheck.services.http.probe import BODY_LIMIT, NoAnswerError, Probe, lookup
from crosscheck.services.http.url import parse_url
from crosscheck.time_limits import within

if TYPE_CHECKING:
    from collections.abc import Iterator

PUBLIC: tuple[Address, ...] = (ip_address("52.95.110.1"),)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nall ok\n"


@dataclass
class Internet:
    """A name server whose answers change, and servers behind addresses; both keep what they were asked."""

    answers: list[tuple[Address, ...]] = field(default_factory=lambda: [PUBLIC])
    pages: dict[str, bytes | list[bytes] | OSError] = field(default_factory=lambda: {"52.95.110.1": OK})
    names: list[tuple[str, int]] = field(default_factory=list)
    connections: list[tuple[str, int]] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)
    threads: list[threading.Thread] = field(default_factory=list)
    now: float = 0.0
    took: float = 0.0

    def resolve(self, host: str, port: int) -> tuple[Address, ...]:
        self.names.append((host, port))
        return self.answers.pop(0)

    def connect(self, address: Address, port: int, _seconds: float) -> socket.socket:
        self.connections.append((str(address), port))
        page = self.pages[str(address)]
        if isinstance(page, OSError):
            raise page
        ours, theirs = socket.socketpair()
        thread = threading.Thread(target=self._serve, args=(theirs, page))
        thread.start()
        self.threads.append(thread)
        return ours

    def _serve(self, theirs: socket.socket, page: bytes | list[bytes]) -> None:
        """Each piece takes its time; after several of them the connection stays open for as long as the probe likes."""
        with theirs:
            self.requests.append(theirs.recv(65_536))
            try:
                for piece in [page] if isinstance(page, bytes) else page:
                    self.now += self.took
                    theirs.sendall(piece)
                if not isinstance(page, bytes):
                    theirs.recv(1)
            except OSError:
                return  # the probe has read enough

    def run(self, url: str = "https://api.example.com/health", **parameters: str) -> Finding:
        """Look at a page; TLS is left out here, and ``http`` stands in for it."""
        planned = PlannedCheck("http", "eu-west-1", {"url": url.replace("https:", "http:"), **parameters})
        probe = Probe(Policy(), self.resolve, self.connect, clock=lambda: self.now)
        return Http(lambda: probe).run(planned, Clients())


@pytest.fixture
def internet() -> Iterator[Internet]:
    internet = Internet()
    yield internet
    for thread in internet.threads:
        thread.join(10)
        assert not thread.is_alive()


def test_a_page_that_answers_passes_with_what_was_seen(internet: Internet) -> None:
    finding = internet.run(contains="all ok")
    assert finding.verdict is Verdict.PASS
    assert finding.reason == "http://api.example.com/health answers 200 in 0 ms"
    assert finding.values == {"status": "200", "milliseconds": "0", "address": "52.95.110.1"}


def test_the_request_names_the_host_and_nobodys_credentials(
    internet: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTPS_PROXY", "http://user:word@127.0.0.1:1")
    internet.run("http://api.example.com:8080?deep=1")
    assert internet.connections == [("52.95.110.1", 8080)]
    [request] = internet.requests
    assert request == (
        b"GET /?deep=1 HTTP/1.1\r\nHost: api.example.com:8080\r\nUser-Agent: crosscheck\r\nAccept: */*\r\n"
        b"Accept-Encoding: identity\r\nConnection: close\r\n\r\n"
    )


def test_f49_a_name_is_resolved_once_and_the_connection_goes_to_that_address(internet: Internet) -> None:
    internet.answers = [PUBLIC, (ip_address("169.254.169.254"),)]
    internet.pages["169.254.169.254"] = OK
    assert internet.run().verdict is Verdict.PASS
    assert internet.names == [("api.example.com", 80)]
    assert internet.connections == [("52.95.110.1", 80)]


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00:ec2::254", "64:ff9b::a9fe:a9fe", "224.0.0.1"]
)
@pytest.mark.parametrize("first", [True, False])
def test_f49_one_forbidden_address_of_a_name_forbids_the_request(
    internet: Internet, address: str, *, first: bool
) -> None:
    forbidden = (ip_address(address),)
    internet.answers = [forbidden + PUBLIC if first else PUBLIC + forbidden]
    finding = internet.run()
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.reason.startswith(f"api.example.com is not probed: the address {address} is ")
    assert internet.connections == []


@pytest.mark.parametrize("host", ["x[2600::1]", "[2600::1]x", "[2600::1]x:80", "[2600::1][2600::2]", "x[", "]x"])
def test_brackets_that_hold_only_a_part_of_the_host_are_refused(host: str) -> None:
    with pytest.raises(ConfigurationError, match="url must be a URL https://host"):
        parse_url(f"http://{host}/")
    assert parse_url("http://[2600::1]:8080/").authority == "[2600::1]:8080"


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/",
        "http://2130706433/",
        "http://[::1]/",
        "ftp://x/",
        "http://a@b/",
    ],
)
def test_f49_a_forbidden_url_is_refused_without_a_question_to_anybody(internet: Internet, url: str) -> None:
    assert internet.run(url).verdict is Verdict.INCONCLUSIVE
    assert internet.names == []
    assert internet.connections == []


@pytest.mark.parametrize("tail", [b"?token=secret-value", b"#token=secret-value"])
def test_f49_f50_a_redirect_is_not_followed_nor_quoted_with_its_secrets(internet: Internet, tail: bytes) -> None:
    location = b"http://secret-value@169.254.169.254/latest/meta-data/" + tail
    internet.pages["52.95.110.1"] = b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\nContent-Length: 0\r\n\r\n"
    finding = internet.run()
    assert finding.verdict is Verdict.FAIL
    assert finding.reason == (
        "http://api.example.com/health answers 302, expected 200: "
        "a redirect to http://169.254.169.254/latest/meta-data/, which is not followed"
    )
    assert len(internet.connections) == 1
    internet.answers = [PUBLIC]
    assert internet.run(status="302").verdict is Verdict.PASS


@pytest.mark.parametrize(
    "location",
    [
        "https://user:secret-value@a.example/",
        "//user:secret-value@a.example/",
        "https:\\\\user:secret-value@a.example/",
        "https://user:secret/value@a.example/",
        "https://user:secret-value@@a.example/#secret-value",
    ],
)
def test_a_redirect_shows_no_credentials_however_they_are_written(internet: Internet, location: str) -> None:
    head = f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
    internet.pages["52.95.110.1"] = head.encode()
    finding = internet.run()
    assert "a redirect to " in finding.reason
    assert "a.example/" in finding.reason
    assert not {"secret", "user", "value"} & set(re.findall(r"\w+", finding.reason))


def test_the_target_of_a_check_holds_neither_query_nor_fragment(internet: Internet) -> None:
    for url in (
        "http://api.example.com/a#secret-value",
        "http://api.example.com/a?b#c",
        "http://api.example.com/a#b?c",
    ):
        internet.answers = [PUBLIC]
        assert internet.run(url).target == "http://api.example.com/a"


def test_another_status_fails_with_the_beginning_of_what_the_page_says(internet: Internet) -> None:
    body = b"<h1>down</h1>\r\n\x1b[31m\x00" + b"secret " * 100
    internet.pages["52.95.110.1"] = b"HTTP/1.1 503 Whatever\r\n\r\n" + body
    finding = internet.run("http://api.example.com/health?key=secret-value")
    assert finding.verdict is Verdict.FAIL
    assert finding.reason.startswith(
        "http://api.example.com/health answers 503, expected 200; it says '<h1>down</h1> [31m"
    )
    assert len(finding.reason) < 180
    assert finding.reason.isprintable()
    assert finding.target == "http://api.example.com/health"


def test_a_missing_text_fails(internet: Internet) -> None:
    finding = internet.run(contains='"status": "UP"')
    assert finding.verdict is Verdict.FAIL
    assert finding.reason == ("http://api.example.com/health does not contain '\"status\": \"UP\"'; it says 'all ok'")


def test_no_more_than_the_beginning_of_a_body_is_read(internet: Internet) -> None:
    internet.pages["52.95.110.1"] = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1_000_000 + b"late"
    finding = internet.run(contains="late")
    assert finding.verdict is Verdict.FAIL
    assert f"does not contain 'late' in its first {BODY_LIMIT // 1024} KiB" in finding.reason


def test_a_chunked_body_is_put_together(internet: Internet) -> None:
    chunks = b"4\r\nall \r\n2\r\nok\r\n0\r\n\r\n"
    internet.pages["52.95.110.1"] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks
    assert internet.run(contains="all ok").verdict is Verdict.PASS


def test_a_page_that_takes_too_long_fails_with_both_times(internet: Internet) -> None:
    internet.took = 0.812
    finding = internet.run(latency_ms="500")
    assert finding.verdict is Verdict.FAIL
    assert finding.reason == "http://api.example.com/health took 812 ms, more than 500 ms"
    internet.answers = [PUBLIC]
    assert internet.run(latency_ms="900").verdict is Verdict.PASS


@pytest.mark.parametrize(
    "pieces",
    [
        [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", b"x", b"x"],
        [b"HTTP/1.1 200 OK\r\nA: b\r\n", b"A: b\r\n", b"A: b\r\n"],
        [b"HTTP/1.1 100 Continue\r\n\r\n"] * 3,
    ],
)
def test_f20_a_page_that_drips_is_given_up(
    internet: Internet, pieces: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "within", lambda seconds, work: within(seconds / 50, work))
    internet.pages["52.95.110.1"] = pieces
    finding = internet.run()
    assert finding.verdict is Verdict.FAIL
    assert finding.reason == "http://api.example.com/health: no answer within 10 seconds"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"", "the connection fails (RemoteDisconnected)"),
        (b"SSH-2.0-OpenSSH secret\r\n", "its answer is no HTTP (BadStatusLine)"),
        (b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 1_000 + b"\r\n", "its answer is no HTTP (HTTPException)"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "its answer is no HTTP (IncompleteRead)"),
        (ConnectionRefusedError(111, "Connection refused"), "the connection fails (Connection refused)"),
        (OSError(errno.EHOSTUNREACH, "No route to host"), "the connection fails (No route to host)"),
        (TimeoutError("timed out"), "no connection within 3 seconds"),
    ],
)
def test_a_page_that_does_not_answer_fails_in_words(internet: Internet, answer: bytes | OSError, words: str) -> None:
    internet.pages["52.95.110.1"] = answer
    finding = internet.run()
    assert finding.verdict is Verdict.FAIL
    assert finding.reason == f"http://api.example.com/health: {words}"


def test_an_address_that_ends_in_letters_is_no_port(internet: Internet) -> None:
    internet.pages["2600:1f14::abcd"] = OK
    assert internet.run("http://[2600:1f14::abcd]/").verdict is Verdict.PASS
    assert internet.connections == [("2600:1f14::abcd", 80)]


def test_the_next_address_of_a_name_is_tried(internet: Internet) -> None:
    internet.answers = [(ip_address("2600:1f14::1"), *PUBLIC)]
    internet.pages["2600:1f14::1"] = OSError(101, "Network is unreachable")
    assert internet.run().verdict is Verdict.PASS
    assert [address for address, _ in internet.connections] == ["2600:1f14::1", "52.95.110.1"]


@pytest.mark.parametrize("number", [errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT])
def test_a_page_that_the_function_itself_has_no_way_to_is_unknown(internet: Internet, number: int) -> None:
    """A load balancer of the address type ``dualstack-without-public-ipv4`` has no other public addresses than IPv6."""
    internet.answers = [(ip_address("2600:1f14::1"), ip_address("2600:1f14::2"))]
    internet.pages = dict.fromkeys(["2600:1f14::1", "2600:1f14::2"], OSError(number, os.strerror(number)))
    finding = internet.run()
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.reason == (
        f"http://api.example.com/health: Crosscheck's own function has no way to 2600:1f14::1 ({os.strerror(number)}): "
        "give the page an IPv4 address, or leave the check out"
    )
    assert len(internet.connections) == 2


def test_an_ipv4_page_that_the_function_itself_has_no_way_to_is_not_told_to_become_one(internet: Internet) -> None:
    internet.pages["52.95.110.1"] = OSError(errno.ENETUNREACH, "Network is unreachable")
    finding = internet.run()
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.reason.endswith("no way to 52.95.110.1 (Network is unreachable): leave the check out")


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (OSError(errno.ECONNREFUSED, "Connection refused"), "the connection fails (Connection refused)"),
        (OSError(errno.EHOSTUNREACH, "No route to host"), "the connection fails (No route to host)"),
        (TimeoutError("timed out"), "no connection within 3 seconds"),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_why_a_page_does_not_answer_is_told_of_the_address_that_could_be_reached(
    internet: Internet, failure: OSError, words: str, *, first: bool
) -> None:
    unreachable = (ip_address("2600:1f14::1"),)
    internet.answers = [PUBLIC + unreachable if first else unreachable + PUBLIC]
    internet.pages = {"52.95.110.1": failure, "2600:1f14::1": OSError(errno.ENETUNREACH, "Network is unreachable")}
    finding = internet.run()
    assert finding.verdict is Verdict.FAIL
    assert finding.reason == f"http://api.example.com/health: {words}"


def test_of_several_addresses_that_could_be_reached_the_first_tells_why(internet: Internet) -> None:
    internet.answers = [(*PUBLIC, ip_address("52.95.110.2"))]
    internet.pages = {
        "52.95.110.1": OSError(errno.ECONNREFUSED, "Connection refused"),
        "52.95.110.2": OSError(errno.EHOSTUNREACH, "No route to host"),
    }
    assert internet.run().reason.endswith("(Connection refused)")


@pytest.mark.parametrize(
    ("number", "verdict", "words"),
    [
        (socket.EAI_AGAIN, Verdict.INCONCLUSIVE, "Crosscheck's own function cannot resolve its name for now (told)"),
        (socket.EAI_NONAME, Verdict.FAIL, "its name does not resolve (told)"),
    ],
)
def test_a_name_server_that_cannot_tell_for_now_says_nothing_of_the_page(
    monkeypatch: pytest.MonkeyPatch, number: int, verdict: Verdict, words: str
) -> None:
    """EAI_AGAIN: "the name server returned a temporary failure indication", getaddrinfo(3)."""

    def refuses(*_: object, **__: object) -> None:
        raise socket.gaierror(number, "told")

    monkeypatch.setattr(socket, "getaddrinfo", refuses)
    planned = PlannedCheck("http", "eu-west-1", {"url": "http://api.example.com/health"})
    finding = Http(lambda: Probe(Policy())).run(planned, Clients())
    assert finding.verdict is verdict
    assert finding.reason == f"http://api.example.com/health: {words}"


@pytest.mark.parametrize("answers", [NoAnswerError("its name does not resolve (Name or service not known)"), ()])
def test_a_name_that_does_not_resolve_fails(answers: NoAnswerError | tuple[Address, ...]) -> None:
    def resolve(_host: str, _port: int) -> tuple[Address, ...]:
        if isinstance(answers, NoAnswerError):
            raise answers
        return answers

    planned = PlannedCheck("http", "r", {"url": "http://api.example.com/"})
    finding = Http(lambda: Probe(Policy(), resolve)).run(planned, Clients())
    assert finding.verdict is Verdict.FAIL
    assert finding.reason.startswith("http://api.example.com/: its name ")


def test_f20_a_name_server_that_does_not_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = threading.Event()
    monkeypatch.setattr(probe, "within", lambda seconds, work: within(seconds / 50, work))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: asked.wait(10))
    try:
        with pytest.raises(NoAnswerError, match="its name was not resolved within 4 seconds"):
            lookup("api.example.com", 443)
    finally:
        asked.set()


@given(st.text(max_size=60))
def test_f49_any_text_is_a_url_or_is_refused(text: str) -> None:
    try:
        url = parse_url(f"http://{text}")
    except ConfigurationError:
        return
    assert url.target.startswith("/")
    assert url.target.isascii()
    assert not set(url.authority + url.target) & set(" \r\n\t@\\") - {"@"}
    assert "@" not in url.authority
