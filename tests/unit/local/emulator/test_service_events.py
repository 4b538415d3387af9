from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask, Response, jsonify, request

from local.clients import Aws
from local.emulator.service_events import TOKEN_HEADER, EventRefusedError, service_event_putter
from local.server import Server

ENTRY = {
    "Source": "aws.codepipeline",
    "DetailType": "CodePipeline Pipeline Execution State Change",
    "Time": datetime(2026, 1, 2, tzinfo=UTC),
    "Detail": "{}",
}
REFUSED = {"ErrorCode": "NotAuthorizedForSourceException", "ErrorMessage": "Not authorized for the source."}


@pytest.fixture
def bus() -> Iterator[str]:
    """An EventBridge that admits ``aws.*`` sources with the token "secret" only."""
    app = Flask("bus")

    @app.post("/")
    def put_events() -> Response:
        entries = request.get_json(force=True)["Entries"]
        admitted = request.headers.get(TOKEN_HEADER) == "secret"
        results = [{"EventId": "1"} if admitted else REFUSED for _ in entries]
        return jsonify(FailedEntryCount=0 if admitted else len(entries), Entries=results)

    server = Server(app, "bus")
    yield server.url
    server.close()


def test_the_token_admits_events_of_services(bus: str) -> None:
    service_event_putter(Aws(bus), "secret")("eu-west-1", ENTRY)


def test_f09_a_wrong_token_is_refused_with_eventbridges_words(bus: str) -> None:
    with pytest.raises(EventRefusedError, match="NotAuthorizedForSourceException: Not authorized"):
        service_event_putter(Aws(bus), "guessed")("eu-west-1", ENTRY)


def test_f09_other_clients_of_the_account_stay_without_the_token(bus: str) -> None:
    aws = Aws(bus)
    put = service_event_putter(aws, "secret")
    put("eu-west-1", ENTRY)
    put("eu-west-1", ENTRY)

    assert aws.client("events", "eu-west-1").put_events(Entries=[ENTRY])["FailedEntryCount"] == 1
