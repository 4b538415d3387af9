"""Answers to clicks reach Slack, and nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask, Response, redirect, request

from crosscheck.decisions.response_url import is_slacks, tell
from local.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterator


class Stand:
    """A host that takes answers, refuses them, or sends away to another address."""

    def __init__(self) -> None:
        self.got: list[Any] = []
        self.app = Flask(__name__)
        self.app.add_url_rule("/take", view_func=self._take, methods=["POST"])
        self.app.add_url_rule("/away", "away", view_func=lambda: redirect("/take", code=307), methods=["POST"])
        self.app.add_url_rule("/no", "no", view_func=lambda: Response("expired_url", 404), methods=["POST"])

    def _take(self) -> str:
        self.got.append(request.get_json())
        return "ok"


@pytest.fixture
def stand() -> Iterator[tuple[Stand, str]]:
    made = Stand()
    server = Server(made.app, "hooks", threads=2)
    yield made, server.url
    server.close()


def test_an_answer_is_for_one_person_and_leaves_the_card_alone(stand: tuple[Stand, str]) -> None:
    made, url = stand
    assert tell(f"{url}/take", "you are late")
    assert made.got == [{"response_type": "ephemeral", "replace_original": False, "text": "you are late"}]


@pytest.mark.parametrize("path", ["/away", "/no", "/nowhere"])
def test_an_answer_that_is_not_taken_is_not_sent_elsewhere(stand: tuple[Stand, str], path: str) -> None:
    made, url = stand
    assert not tell(url + path, "you are late")
    assert made.got == []


def test_a_host_that_is_not_there_is_no_error() -> None:
    assert not tell("http://127.0.0.1:1/actions/1", "you are late")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://hooks.slack.com/actions/T0/1/abc", True),
        ("https://HOOKS.slack.com/actions/1", False),
        ("https://hooks.slack.com:443/actions/1", False),
        ("https://hooks.slack.com/" + "x" * 500, False),
        ("https://hooks.slack.com/a b", False),
        ("https://hooks.slack.com/\n", False),
        ("https://hooks.slack.com./actions/1", False),
        ("https://[::1/", False),
        ("", False),
    ],
)
def test_f48_which_addresses_are_slacks(url: str, expected: bool) -> None:
    assert is_slacks(url) is expected
