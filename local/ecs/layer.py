"""ECS as the account's clients see it: the emulator's, with deployments that take time and may fail."""

import json
from typing import Any

from botocore.exceptions import ClientError
from flask import Flask, Response, request

from local.clients import Aws
from local.clock import Clock
from local.ecs import protocol
from local.ecs.announcements import Announcer
from local.ecs.errors import EcsError
from local.ecs.images import ImageResolver
from local.ecs.model import History
from local.ecs.names import last_part
from local.ecs.operations import Operations
from local.ecs.records import Deployer
from local.ecs.services import Services
from local.ecs.tasks import counts
from local.ecs.upstream import Answer, Upstream
from local.events import EventEmitter
from local.outcomes import Outcomes

OK, BAD_REQUEST = 200, 400


class UnknownServiceError(LookupError):
    """No cluster of the region has a service of that name."""


class EcsLayer:
    """Serve ``app`` and announce its URL as ``AWS_ENDPOINT_URL_ECS``.

    ``emulator`` must point at the emulator itself, ``registry`` at the ECR that images are resolved in.
    """

    def __init__(
        self,
        emulator: Aws,
        registry: Aws,
        clock: Clock,
        outcomes: Outcomes,
        events: EventEmitter,
        account_id: str,
    ) -> None:
        self._clock = clock
        self._upstream = Upstream(emulator)
        deployer = Deployer(clock, outcomes, ImageResolver(registry, account_id))
        self._services = Services(self._upstream, deployer, Announcer(events, clock), clock)
        self._operations = Operations(self._upstream, self._services, clock)
        self.app = Flask("ecs")
        self.app.add_url_rule("/", view_func=self._serve, methods=["POST"])

    def service_health(self, region: str, service: str) -> tuple[bool, str]:
        """Whether any task of a service runs, and which task definition and images they run.

        Raises:
            UnknownServiceError: if the region has no such service.
        """
        for cluster in self._upstream.clusters(region):
            for base in self._upstream.described(region, cluster, [service]):
                return self._health(self._services.history(base))
        raise UnknownServiceError(f"no service {service} in {region}")

    def _health(self, history: History) -> tuple[bool, str]:
        now = self._clock.now()
        for index in reversed(range(len(history.deployments))):
            if counts(history, index, now).running:
                revision = history.deployments[index].revision
                images = " ".join(image.image for image in revision.images)
                return True, f"{last_part(revision.task_definition)} {images}"
        return False, last_part(history.current.revision.task_definition)

    def _serve(self) -> Response:
        try:
            answer = self._answer(protocol.parse(dict(request.headers), request.get_data()))
        except EcsError as error:
            answer = _refusal(error.code, error.message)
        return Response(answer.body, answer.status, dict(answer.headers))

    def _answer(self, call: protocol.Call) -> Answer:
        overlay = self._operations.by_name.get(call.operation)
        if overlay is None:
            return self._upstream.forward(call.headers, call.body)
        protocol.check_request(call)
        try:
            self._operations.prepare(call)
            answer = self._upstream.forward(call.headers, call.body)
            if answer.status != OK and not _unknown_to_emulator(answer):
                return answer
            return _success(call.operation, overlay(call, answer.parsed))
        except ClientError as error:  # the emulator refused a question that the answer needs
            return _refusal(error.response["Error"]["Code"], error.response["Error"]["Message"])


def _unknown_to_emulator(answer: Answer) -> bool:
    """StopServiceDeployment: the emulator knows no such operation, but says so only to who may call it."""
    return answer.status == BAD_REQUEST and answer.parsed.get("__type") == "InvalidAction"


def _success(operation: str, answer: dict[str, Any]) -> Answer:
    body = json.dumps(protocol.checked_answer(operation, answer)).encode()
    return Answer(OK, {"content-type": "application/x-amz-json-1.1"}, body)


def _refusal(code: str, message: str) -> Answer:
    body = json.dumps({"__type": code, "message": message}).encode()
    return Answer(BAD_REQUEST, {"content-type": "application/x-amz-json-1.1", "x-amzn-errortype": code}, body)
