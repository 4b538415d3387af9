"""A stand-in for Lambda's code, versions and aliases, with the states and refusals of the service."""

import io
import uuid
import zipfile
from typing import Any

from tests.unit.local.codepipeline.refusals import refusal

LATEST = "$LATEST"

Wire = dict[str, Any]


class LambdaVersions:
    """Functions of one region. An update of the code is over at the second look, as ``update_ends`` says."""

    def __init__(self) -> None:
        self.update_ends = "Successful"
        self.versions: dict[str, list[bytes]] = {}
        self.aliases: dict[tuple[str, str], Wire] = {}
        self.routed: list[tuple[str, dict[str, float]]] = []
        self._latest: dict[str, Wire] = {}

    def create_function(self, name: str, code: bytes, *aliases: str) -> None:
        """A function with a version 1, to which the aliases point."""
        self._latest[name] = {"FunctionName": name, "Version": LATEST, "LastUpdateStatus": "Successful", "code": code}
        self.versions[name] = [code]
        for alias in aliases:
            self.aliases[name, alias] = {"Name": alias, "FunctionVersion": "1", "RevisionId": str(uuid.uuid4())}

    def get_function_configuration(self, *, FunctionName: str, Qualifier: str = LATEST) -> Wire:  # noqa: N803 - boto3's names, here and below
        latest = self._function(FunctionName)
        if Qualifier != LATEST:
            self._require_version(FunctionName, Qualifier)
            return {"FunctionName": FunctionName, "Version": Qualifier, "LastUpdateStatus": "Successful"}
        shown = {key: value for key, value in latest.items() if key not in {"code", "Next"}}
        latest["LastUpdateStatus"] = latest.pop("Next", latest["LastUpdateStatus"])
        return shown

    def update_function_code(self, *, FunctionName: str, ZipFile: bytes) -> None:  # noqa: N803
        latest = self._settled(FunctionName)
        if not zipfile.is_zipfile(io.BytesIO(ZipFile)):
            raise refusal("InvalidParameterValueException", "UpdateFunctionCode")
        latest |= {"code": ZipFile, "LastUpdateStatus": "InProgress", "Next": self.update_ends}

    def publish_version(self, *, FunctionName: str) -> Wire:  # noqa: N803
        code = self._settled(FunctionName)["code"]
        published = self.versions[FunctionName]
        if published[-1] != code:  # else Lambda answers with the version that it has
            published.append(code)
        return {"FunctionName": FunctionName, "Version": str(len(published))}

    def get_alias(self, *, FunctionName: str, Name: str) -> Wire:  # noqa: N803
        self._function(FunctionName)
        if (FunctionName, Name) not in self.aliases:
            raise refusal("ResourceNotFoundException", "GetAlias")
        return dict(self.aliases[FunctionName, Name])

    def update_alias(self, *, FunctionName: str, Name: str, **more: Any) -> Wire:  # noqa: N803
        alias, weights = self.aliases[FunctionName, Name], more["RoutingConfig"]["AdditionalVersionWeights"]
        if more["RevisionId"] != alias["RevisionId"]:
            raise refusal("PreconditionFailedException", "UpdateAlias")
        for version in (more["FunctionVersion"], *weights):
            self._require_version(FunctionName, version)
        if more["FunctionVersion"] in weights or not all(0 <= weight <= 1 for weight in weights.values()):
            raise refusal("InvalidParameterValueException", "UpdateAlias")
        alias |= {"FunctionVersion": more["FunctionVersion"], "RevisionId": str(uuid.uuid4())}
        alias["RoutingConfig"] = {"AdditionalVersionWeights": weights}
        self.routed.append((more["FunctionVersion"], weights))
        return dict(alias)

    def _function(self, name: str) -> Wire:
        if name not in self._latest:
            raise refusal("ResourceNotFoundException", "GetFunctionConfiguration")
        return self._latest[name]

    def _settled(self, name: str) -> Wire:
        if self._function(name)["LastUpdateStatus"] == "InProgress":
            raise refusal("ResourceConflictException", "PublishVersion")
        return self._latest[name]

    def _require_version(self, name: str, version: str) -> None:
        if version not in {str(number + 1) for number in range(len(self.versions[name]))}:
            raise refusal("ResourceNotFoundException", "GetFunctionConfiguration")
