"""The function that the Lambda deploy action changes: its code, its versions, its alias."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from local.codepipeline.actions.base import ActionContext
from local.codepipeline.errors import ActionError, FailureType

POLL_SECONDS = 5
# Lambda ends an update of a function's code within minutes.
TIMEOUT_SECONDS = 15 * 60
_MISSING = "ResourceNotFoundException"


@dataclass(frozen=True)
class Alias:
    """An alias as it was found; ``revision`` changes with every update of it."""

    name: str
    version: str
    revision: str


@dataclass(frozen=True)
class Function:
    """The function of one action run."""

    context: ActionContext
    name: str

    def version(self, version: str) -> str:
        """The version, which must be published.

        Raises:
            ActionError: there is no such version or no such function.
        """
        return str(self._configuration(f"version {version} of the function {self.name}", Qualifier=version)["Version"])

    def publish(self, code: bytes) -> str:
        """A version of that code.

        Raises:
            ActionError: there is no such function, or its update fails.
        """
        self._configuration(f"function {self.name}")
        self._client.update_function_code(FunctionName=self.name, ZipFile=code)
        self._await_update()
        return str(self._client.publish_version(FunctionName=self.name)["Version"])

    def alias(self, name: str) -> Alias:
        """The alias before anything changes.

        Raises:
            ActionError: there is none, or more than one version stands behind it.
        """
        try:
            found = self._client.get_alias(FunctionName=self.name, Name=name)
        except ClientError as error:
            if error.response["Error"]["Code"] != _MISSING:
                raise
            raise self._missing(f"alias {name} of the function {self.name}") from error
        if found.get("RoutingConfig", {}).get("AdditionalVersionWeights"):
            text = f"The alias {name} of the function {self.name} must have one version behind it."
            raise ActionError(FailureType.CONFIGURATION, text)
        return Alias(name, found["FunctionVersion"], found["RevisionId"])

    def route(self, alias: Alias, version: str, weights: Mapping[str, float]) -> Alias:
        """Let the alias point to a version, and to others by weight; refused where somebody else changed it."""
        told = self._client.update_alias(
            FunctionName=self.name,
            Name=alias.name,
            FunctionVersion=version,
            RoutingConfig={"AdditionalVersionWeights": dict(weights)},
            RevisionId=alias.revision,
        )
        return Alias(alias.name, told["FunctionVersion"], told["RevisionId"])

    @property
    def _client(self) -> Any:
        return self.context.client("lambda")

    def _await_update(self) -> None:
        waited = 0
        while (found := self._configuration(f"function {self.name}"))["LastUpdateStatus"] == "InProgress":
            if waited >= TIMEOUT_SECONDS:
                text = f"The update of the function {self.name} did not end within 15 minutes."
                raise ActionError(FailureType.JOB_FAILED, text)
            self.context.pause(POLL_SECONDS)
            waited += POLL_SECONDS
        if found["LastUpdateStatus"] != "Successful":
            reason = found.get("LastUpdateStatusReason", "")
            raise ActionError(
                FailureType.JOB_FAILED, f"The update of the function {self.name} failed. {reason}".strip()
            )

    def _configuration(self, what: str, **more: str) -> Mapping[str, Any]:
        try:
            found: Mapping[str, Any] = self._client.get_function_configuration(FunctionName=self.name, **more)
        except ClientError as error:
            if error.response["Error"]["Code"] != _MISSING:
                raise
            raise self._missing(what) from error
        return found

    def _missing(self, what: str) -> ActionError:
        return ActionError(FailureType.CONFIGURATION, f"The AWS Lambda {what} does not exist in {self.context.region}.")
