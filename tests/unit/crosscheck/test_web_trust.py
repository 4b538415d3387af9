"""The system's CAs are loaded once per process, and every connection to Slack or a page is certified by them."""

import ssl

from crosscheck.cards.slack import BoundedHTTPS, _handlers
from crosscheck.web_trust import web_trust


def test_the_authorities_are_loaded_once() -> None:
    assert web_trust() is web_trust()


def test_nobody_without_a_certificate_of_its_name_is_trusted() -> None:
    assert web_trust().verify_mode is ssl.CERT_REQUIRED
    assert web_trust().check_hostname


def test_slacks_connections_share_them() -> None:
    [https] = [each for each in _handlers() if isinstance(each, BoundedHTTPS)]
    assert https._context is web_trust()  # type: ignore[attr-defined]
