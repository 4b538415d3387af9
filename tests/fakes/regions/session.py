"""A boto3 session whose clients validate parameters by botocore's model and then ask the world, not the network."""

from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import Any

from botocore import xform_name
from botocore.exceptions import ParamValidationError
from botocore.hooks import HierarchicalEmitter
from botocore.loaders import create_loader
from botocore.model import ServiceModel
from botocore.paginate import Paginator, PaginatorModel
from botocore.validate import ParamValidator

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
            shape = model.operation_model(operations[name]).input_shape
            assert shape
            report = ParamValidator().validate(params, shape)
            if report.has_errors():
                raise ParamValidationError(report=report.generate_report())
            return self._call(self._service, self._region, operations[name], params)

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
