"""Fakes of services whose protocol is not JSON: they stand before the request is written, behind the real client.

Requests and answers are checked against botocore's own models, as in ``json_protocol``; error classes and paginators
are the real ones. Retries are not: a fake answers in place of the network's whole way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.fakes.json_protocol import FakeClients, JsonService, RefusedError, check

if TYPE_CHECKING:
    from botocore.model import OperationModel

PARAMETERS = "fake.parameters"


@dataclass(frozen=True)
class Answered:
    """The part of an HTTP answer that a client reads."""

    status_code: int


class ModelledService(JsonService):
    """A service of any protocol. A method per operation, by its Python name: parameters in, parsed answer out."""

    def attach(self, client: Any) -> None:
        """Answer in place of the network."""
        name = client.meta.service_model.service_id.hyphenize()
        client.meta.events.register(f"before-parameter-build.{name}", self.keep)
        client.meta.events.register(f"before-call.{name}", self.answer)

    @staticmethod
    def keep(params: Mapping[str, Any], context: dict[str, Any], **_kwargs: Any) -> None:
        """Keep the parameters as they were given."""
        context[PARAMETERS] = dict(params)

    def answer(self, model: OperationModel, context: Mapping[str, Any], **_kwargs: Any) -> tuple[Answered, Any]:
        """Answer a call (botocore's ``before-call``)."""
        params = context[PARAMETERS]
        self.before_call()
        self.calls.append((model.name, params))
        try:
            self._raise_refusal(model.name)
            check(params, model.input_shape, model.name)
            answer = self.served(model, params)
        except RefusedError as refused:
            metadata = {"HTTPStatusCode": refused.status}
            error = {"Code": refused.code, "Message": refused.message}
            return Answered(refused.status), {"Error": error, "ResponseMetadata": metadata}
        return Answered(200), {**answer, "ResponseMetadata": {"HTTPStatusCode": 200}}


class ModelledClients(FakeClients):
    """The kernel's clients with such fakes: by (service, region)."""

    def __init__(self, services: Mapping[tuple[str, str], ModelledService]) -> None:
        super().__init__({})
        self.services = dict(services)

    def _get(self, service: str, region: str | None = None) -> Any:
        known = (service, region) in self._cache
        client = super()._get(service, region)
        fake = self.services.get((service, region or self.home_region))
        if fake and not known:
            fake.attach(client)
        return client
