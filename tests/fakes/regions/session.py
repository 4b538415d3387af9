"""A boto3 session whose clients ask the world, not the network: parameters and answers are held against botocore's
models."""

from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError, ParamValidationError
from botocore.hooks import HierarchicalEmitter
from botocore.loaders import create_loader
from botocore.model import ServiceModel
from botocore.paginate import Paginator, PaginatorModel
from botocore.validate import ParamValidator

from tests.fakes.json_protocol import check
from tests.fakes.known_errors import assert_known

type Call = Callable[[str, str, str, dict[str, Any]], dict[str, Any]]


@cache
def _model(service: str) -> tuple[ServiceModel, dict[str, str]]:
    model = ServiceModel(create_loader().load_service_model(service, "service-2"), service)
    return model, {xform_name(name): name for name in model.operation_names}


@cache
def _paginators(service: str) -> PaginatorModel:
    return PaginatorModel(create_loader().load_service_model(service, "paginators-1"))


class FakeClient:
    def __init__(self, service: str, region: str, call: Call) -> None:
        self._service, self._region, self._call = service, region, call
        self.meta = SimpleNamespace(events=HierarchicalEmitter())

    def __getattr__(self, name: str) -> Callable[..., dict[str, Any]]:
        model, operations = _model(self._service)
        if name not in operations:
            raise AttributeError(name)

        def method(**params: Any) -> dict[str, Any]:
            operation = model.operation_model(operations[name])
            assert operation.input_shape
            report = ParamValidator().validate(params, operation.input_shape)
            if report.has_errors():
                raise ParamValidationError(report=report.generate_report())
            try:
                answer = self._call(self._service, self._region, operation.name, params)
            except ClientError as error:
                assert_known(operation, error.response["Error"]["Code"])
                raise
            # AWS answers with an empty list even where its model asks for one entry.
            filled = {name: value for name, value in answer.items() if value != []}
            check(filled, operation.output_shape, f"the answer to {operation.name}")
            return answer

        return method

    def get_paginator(self, name: str) -> "Paginator[Any]":
        """botocore's own paginator of an operation."""
        model, operations = _model(self._service)
        config = _paginators(self._service).get_paginator(operations[name])
        return Paginator(getattr(self, name), config, model.operation_model(operations[name]))


class FakeSession:
    """Stands in for boto3.Session in crosscheck.clients.Clients."""

    def __init__(self, home_region: str, call: Call) -> None:
        self.region_name = home_region
        self._call = call

    def client(
        self, service: str, *, region_name: str | None = None, config: object = None, verify: object = None
    ) -> FakeClient:
        return FakeClient(service, region_name or self.region_name, self._call)
