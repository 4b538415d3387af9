"""The probe against real servers on loopback addresses, over plain TCP and over TLS."""

from __future__ import annotations

import datetime
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from crosscheck.clients import Clients
from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.registry.checks import run_check
from crosscheck.services.http import probe
from crosscheck.services.http.addresses import Address, Policy
from crosscheck.services.http.check import Http
from crosscheck.services.http.probe import NoAnswerError, Probe, connect, lookup
from crosscheck.time_limits import within

NAME = "api.example.com"
USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


class Page(BaseHTTPRequestHandler):
    """The page of a region; keeps the connection open, as most servers do."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        found = {"/health": (200, b"all ok"), "/down": (503, b"no tasks")}
        status, body = found.get(self.path, (301, b""))
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if status == 301:
            self.send_header("Location", "/health")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        """Keep quiet."""


class Server(ThreadingHTTPServer):
    """A handshake that the probe gives up is no news."""

    def handle_error(self, *_args: Any) -> None:
        """Keep quiet."""


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    with Server(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def planned(port: int, path: str = "/health", host: str = "127.0.0.1", scheme: str = "http") -> PlannedCheck:
    return PlannedCheck("http", "eu-west-1", {"url": f"{scheme}://{host}:{port}{path}"})


@pytest.mark.parametrize(
    ("path", "verdict", "words"),
    [
        ("/health", Verdict.PASS, "answers 200 in "),
        ("/down", Verdict.FAIL, "answers 503, expected 200; it says 'no tasks'"),
        ("/else", Verdict.FAIL, "answers 301, expected 200: a redirect to /health, which is not followed"),
    ],
)
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_page_of_the_local_account(
    server: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch, path: str, verdict: Verdict, words: str, host: str
) -> None:
    monkeypatch.setenv("ALLOW_PRIVATE_PROBES", "true")
    finding = run_check(planned(server.server_port, path, host), Clients())
    assert finding.verdict is verdict
    assert words in finding.reason


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "127.1"])
def test_f49_loopback_is_not_probed_unless_it_is_allowed(
    server: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.delenv("ALLOW_PRIVATE_PROBES", raising=False)
    finding = run_check(planned(server.server_port, host=host), Clients())
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "is not probed" in finding.reason or "ordinary notation" in finding.reason


def test_f49_the_runtime_api_is_not_probed_where_loopback_is(
    server: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALLOW_PRIVATE_PROBES", "true")
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", f"127.0.0.1:{server.server_port}")
    finding = run_check(planned(server.server_port), Clients())
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.reason.endswith("the address 127.0.0.1 is Lambda's own")


def test_a_port_on_which_nobody_listens_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOW_PRIVATE_PROBES", "true")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        finding = run_check(planned(unused.getsockname()[1]), Clients())
    assert finding.verdict is Verdict.FAIL
    assert finding.reason.endswith("/health: the connection fails (Connection refused)")


@dataclass(frozen=True)
class Authority:
    """A certificate authority of the test, and what it issues."""

    folder: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def found(cls, folder: Path) -> Authority:
        key = ec.generate_private_key(ec.SECP256R1())
        usage = dict.fromkeys(USAGES, False) | {"key_cert_sign": True}
        certificate = (
            _certificate("test authority", key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(x509.KeyUsage(**usage), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )
        return cls(folder, key, certificate.sign(key, hashes.SHA256()))

    def trusted(self) -> ssl.SSLContext:
        """What a probe that knows only this authority trusts."""
        text = self.certificate.public_bytes(serialization.Encoding.PEM).decode()
        return ssl.create_default_context(cadata=text)

    def server(self, name: str, days: int = 1) -> ssl.SSLContext:
        """A server's side, with a certificate for a name that ends in so many days."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.DNSName(name)])
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        issued = (
            _certificate(name, key, self.certificate.subject, days)
            .add_extension(names, critical=False)
            .add_extension(authority, critical=False)
        )
        path = self.folder / "server.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + issued.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


def _certificate(
    name: str, key: ec.EllipticCurvePrivateKey, issuer: x509.Name | None = None, days: int = 1
) -> x509.CertificateBuilder:
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    end = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer or subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - datetime.timedelta(days=9))
        .not_valid_after(end)
    )


@dataclass
class Secure:
    """A TLS server of the test behind a public name."""

    server: ThreadingHTTPServer
    authority: Authority

    def present(self, name: str, days: int = 1) -> None:
        """Serve with a certificate for that name."""
        context = self.authority.server(name, days)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)

    def run(self, *, trusting: bool = True) -> Finding:
        """Look at the page under its name, which resolves to a public address that leads to the server."""

        def to_server(_address: Address, port: int, seconds: float) -> socket.socket:
            return connect(ip_address("127.0.0.1"), port, seconds)

        tls = self.authority.trusted if trusting else ssl.create_default_context
        probe = Probe(Policy(), lambda _host, _port: (ip_address("52.95.110.1"),), to_server, tls)
        check = planned(self.server.server_port, host=NAME, scheme="https")
        return Http(lambda: probe).run(check, Clients())


@pytest.fixture
def secure(server: ThreadingHTTPServer, tmp_path: Path) -> Secure:
    return Secure(server, Authority.found(tmp_path))


def test_a_page_over_tls_is_checked_for_its_name_at_the_pinned_address(secure: Secure) -> None:
    secure.present(NAME)
    finding = secure.run()
    assert finding.verdict is Verdict.PASS
    assert finding.values["address"] == "52.95.110.1"


@pytest.mark.parametrize(
    ("name", "days", "trusting", "words"),
    [
        ("other.example.com", 1, True, "certificate is not valid for 'api.example.com'"),
        (NAME, -1, True, "certificate has expired"),
        (NAME, 1, False, "unable to get local issuer certificate"),
    ],
)
def test_a_certificate_that_is_not_valid_fails(
    secure: Secure, name: str, days: int, words: str, *, trusting: bool
) -> None:
    secure.present(name, days)
    finding = secure.run(trusting=trusting)
    assert finding.verdict is Verdict.FAIL
    assert "its certificate is not valid: " in finding.reason
    assert words in finding.reason


def test_a_server_that_speaks_no_tls_fails(secure: Secure) -> None:
    finding = secure.run()
    assert finding.verdict is Verdict.FAIL
    assert "TLS fails (" in finding.reason


@pytest.mark.parametrize("handshakes", [True, False])
def test_f20_nothing_is_left_of_a_server_over_tls_that_never_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, handshakes: bool
) -> None:
    monkeypatch.setattr(probe, "within", lambda seconds, work: within(seconds / 50, work))
    authority = Authority.found(tmp_path)
    context = authority.server(NAME)
    ended = threading.Event()

    def serve(listening: socket.socket) -> None:
        plain, _ = listening.accept()
        with context.wrap_socket(plain, server_side=True) if handshakes else plain as connection:
            try:
                while connection.recv(4096):
                    if handshakes:
                        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            except OSError:
                pass  # closed in the midst of something, as well as at its end
            ended.set()

    running = set(threading.enumerate())
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = threading.Thread(target=serve, args=(listening,))
        server.start()
        host = ip_address("127.0.0.1")
        probing = Probe(Policy(loopback=True), lambda _host, _port: (host,), tls=authority.trusted)
        check = planned(listening.getsockname()[1], host=NAME, scheme="https")
        finding = Http(lambda: probing).run(check, Clients())
    assert finding.reason.endswith("/health: no answer within 10 seconds")
    assert ended.wait(10)
    for thread in set(threading.enumerate()) - running:
        thread.join(10)
        assert not thread.is_alive()


def test_a_name_that_cannot_exist_does_not_resolve() -> None:
    with pytest.raises(NoAnswerError, match="its name "):
        lookup("no-such-host.invalid", 443)
