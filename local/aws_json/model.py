"""A service as botocore's model describes it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import botocore.session
from botocore.model import OperationModel, ServiceModel

from local.aws_json.constraints import report, violations, without_unknown
from local.aws_json.errors import ApiError, ResponseViolatesModelError


@dataclass(frozen=True)
class Service:
    """``name`` is boto3's; ``invalid`` is the code with which the service refuses what its model does not allow."""

    name: str
    invalid: str = "ValidationException"

    @cached_property
    def _model(self) -> ServiceModel:
        return botocore.session.get_session().get_service_model(self.name)

    @property
    def signing_name(self) -> str:
        """The service's name in the scope of a signature."""
        return str(self._model.signing_name)

    def operation(self, name: str) -> OperationModel | None:
        """The operation of that name; None where the service has none."""
        return self._model.operation_model(name) if name in self._model.operation_names else None

    def target(self, header: str) -> OperationModel:
        """The operation that an X-Amz-Target names.

        Raises:
            ApiError: UnknownOperationException.
        """
        prefix, _, name = header.partition(".")
        found = self.operation(name) if prefix == self._model.metadata["targetPrefix"] else None
        if found is None:
            text = f"{self._model.service_id} has no operation {name[:100]!r}."
            raise ApiError("UnknownOperationException", text)
        return found

    def check_request(self, operation: OperationModel, parameters: Any) -> None:
        """Refuse what the service's model does not allow.

        Raises:
            ApiError: ``invalid``, with every constraint that is broken.
        """
        if broken := list(violations(parameters, operation.input_shape)):
            raise ApiError(self.invalid, report(broken))


def checked_answer(operation: OperationModel, answer: dict[str, Any]) -> dict[str, Any]:
    """The answer, if the service could give it.

    Raises:
        ResponseViolatesModelError: it could not.
    """
    if broken := list(violations(answer, operation.output_shape)):
        raise ResponseViolatesModelError(f"{operation.name}: {report(broken)}")
    return answer


def pruned_answer(operation: OperationModel, answer: dict[str, Any]) -> dict[str, Any]:
    """The same for an answer that the emulator had a part in: what clients would drop is left out.

    Raises:
        ResponseViolatesModelError: what is left is none that the service could give.
    """
    return checked_answer(operation, without_unknown(answer, operation.output_shape))
