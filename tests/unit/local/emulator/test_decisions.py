from collections.abc import Iterator

import pytest
from flask import Flask, Response, jsonify, request

from local.aws_json.authorization import Right
from local.aws_json.errors import ApiError
from local.emulator.decisions import PATH, DecisionError, decider
from local.emulator.service_events import TOKEN_HEADER
from local.server import Server

QUESTION = {"key": "ASIA1", "region": "eu-west-1", "action": "codedeploy:GetDeployment", "resource": "*"}
RIGHT = Right("codedeploy:GetDeployment", "*")


@pytest.fixture
def iam() -> Iterator[str]:
    """An emulator with the token "secret", where ASIA1 may do that one thing and nobody else may do anything."""
    app = Flask("iam")

    @app.post(PATH)
    def decide() -> Response:
        if request.headers.get(TOKEN_HEADER) != "secret":
            return Response(status=403)
        refused = {"code": "AccessDeniedException", "message": "User: x is not authorized to perform: that"}
        return jsonify({} if request.get_json() == QUESTION else refused)

    server = Server(app, "iam")
    yield server.url
    server.close()


def test_who_may_is_let_in(iam: str) -> None:
    decider(iam, "secret")("ASIA1", "eu-west-1", RIGHT)


def test_f17_who_may_not_is_refused_in_aws_words(iam: str) -> None:
    with pytest.raises(ApiError, match="User: x is not authorized to perform: that") as refused:
        decider(iam, "secret")("ASIA2", "eu-west-1", RIGHT)
    assert refused.value.code == "AccessDeniedException"


def test_f17_no_decision_lets_nobody_in(iam: str) -> None:
    with pytest.raises(DecisionError, match=r"codedeploy:GetDeployment on \*: the emulator answered 403"):
        decider(iam, "guessed")("ASIA1", "eu-west-1", RIGHT)
