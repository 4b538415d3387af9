"""ECR as the account's clients see it: the emulator's, with replication between regions and its events."""

import json
from typing import Any

from botocore.exceptions import ClientError
from flask import Flask, Response, request

from local.clients import Aws
from local.clock import Clock
from local.ecr import protocol
from local.ecr.announcements import Announcer
from local.ecr.errors import EcrError
from local.ecr.images import Images
from local.ecr.operations import Operations
from local.ecr.outcomes import Courses
from local.ecr.replications import Replications, Scheduler, run_later
from local.ecs.upstream import Answer, Upstream
from local.events import EventEmitter

OK, BAD_REQUEST = 200, 400
OWN = frozenset({"PutReplicationConfiguration", "DescribeRegistry", "DescribeImageReplicationStatus"})


class EcrLayer:
    """Serve ``app`` and announce its URL as ``AWS_ENDPOINT_URL_ECR``.

    ``emulator`` must point at the emulator itself. ``later`` runs the ends of replications, in real seconds.
    """

    def __init__(
        self, emulator: Aws, clock: Clock, events: EventEmitter, account_id: str, later: Scheduler = run_later
    ) -> None:
        images, announcer = Images(emulator), Announcer(events, account_id)
        self._courses = Courses()
        self._upstream = Upstream(emulator)
        replications = Replications(images, self._courses, announcer, clock, account_id, later)
        self._operations = Operations(images, replications, announcer, account_id)
        self.app = Flask("ecr")
        self.app.add_url_rule("/", view_func=self._serve, methods=["POST"])

    def set_replication(self, region: str, delay_seconds: float | None, outcome: str) -> None:
        """Let every later replication into a region take so long, in AWS's seconds, and end so.

        No delay means the usual one; ``outcome`` is one of ``ReplicationOutcome``.

        Raises:
            ValueError: saying what is wrong.
        """
        self._courses.choose(region, delay_seconds, outcome)

    def clear_faults(self) -> None:
        """Back to the usual for what is pushed from now on."""
        self._courses.clear()

    def _serve(self) -> Response:
        try:
            answer = self._answer(protocol.parse(dict(request.headers), request.get_data()))
        except EcrError as error:
            answer = _refusal(error.code, error.message)
        except ClientError as error:  # the emulator refused a question that the answer needs
            answer = _refusal(error.response["Error"]["Code"], error.response["Error"]["Message"])
        return Response(answer.body, answer.status, dict(answer.headers))

    def _answer(self, call: protocol.Call) -> Answer:
        overlay = self._operations.after.get(call.operation)
        if overlay is None:
            return self._upstream.forward(call.headers, call.body)
        protocol.check_request(call)
        if check := self._operations.before.get(call.operation):
            check(call)
        answer = self._upstream.forward(call.headers, call.body)
        if answer.status != OK and not _unknown_to_emulator(answer):
            return answer
        return self._success(call, overlay(call, answer.parsed))

    @staticmethod
    def _success(call: protocol.Call, answer: dict[str, Any]) -> Answer:
        if call.operation in OWN:
            protocol.check_answer(call.operation, answer)
        return Answer(OK, {"content-type": "application/x-amz-json-1.1"}, json.dumps(answer).encode())


def _unknown_to_emulator(answer: Answer) -> bool:
    """Replication: the emulator knows no such operation, but says so only to who may call it."""
    return answer.status == BAD_REQUEST and answer.parsed.get("__type") == "InvalidAction"


def _refusal(code: str, message: str) -> Answer:
    body = json.dumps({"__type": code, "message": message}).encode()
    return Answer(BAD_REQUEST, {"content-type": "application/x-amz-json-1.1", "x-amzn-errortype": code}, body)
