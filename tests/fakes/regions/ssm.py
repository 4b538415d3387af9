"""SSM parameters: 4 KB of text, tags only on new ones, ten names at once, ten of a path on a page."""

import re
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.regions.errors import refusal

NAME = re.compile(r"(/[a-zA-Z0-9_.-]+){1,15}")
TAG = re.compile(r"[\w\s.:/=+@-]{0,256}")
MAX_BYTES = 4096
MAX_NAMES = 10


@dataclass
class FakeParameter:
    value: str
    tags: dict[str, str] = field(default_factory=dict)


class FakeSsm:
    def __init__(self) -> None:
        self.parameters: dict[tuple[str, str], FakeParameter] = {}

    def values(self, region: str) -> dict[str, str]:
        return {name: parameter.value for (where, name), parameter in self.parameters.items() if where == region}

    def PutParameter(self, region: str, Name: str, Value: str, **params: Any) -> dict[str, Any]:  # noqa: N802, N803
        tags = {tag["Key"]: tag["Value"] for tag in params.get("Tags", [])}
        overwrite = params.get("Overwrite", False)
        if not NAME.fullmatch(Name) or re.match(r"/(aws|ssm)", Name, re.IGNORECASE) or params["Type"] != "String":
            raise refusal("ValidationException")
        if len(Value.encode()) > MAX_BYTES or (tags and overwrite) or not all(map(TAG.fullmatch, tags.values())):
            raise refusal("ValidationException")
        found = self.parameters.get((region, Name))
        if found and not overwrite:
            raise refusal("ParameterAlreadyExists")
        self.parameters[region, Name] = FakeParameter(Value, found.tags if found else tags)
        return {"Version": 1}

    def GetParameters(self, region: str, Names: list[str]) -> dict[str, Any]:  # noqa: N802, N803
        self._refuse_many(Names)
        found = {name: self.parameters.get((region, name)) for name in Names}
        present = [{"Name": name, "Value": entry.value} for name, entry in found.items() if entry]
        return {"Parameters": present, "InvalidParameters": [name for name, entry in found.items() if not entry]}

    def GetParametersByPath(self, region: str, Path: str, **params: Any) -> dict[str, Any]:  # noqa: N802, N803
        if not NAME.fullmatch(Path) or not 0 < params.get("MaxResults", MAX_NAMES) <= MAX_NAMES:
            raise refusal("ValidationException")
        levels = r"[^/]+(/[^/]+)*" if params.get("Recursive") else "[^/]+"
        below = re.compile(f"{re.escape(Path)}/{levels}")
        values = sorted(self.values(region).items())
        found = [{"Name": name, "Value": value} for name, value in values if below.fullmatch(name)]
        start = int(params.get("NextToken", "0"))
        end = start + params.get("MaxResults", MAX_NAMES)
        return {"Parameters": found[start:end], **({"NextToken": str(end)} if end < len(found) else {})}

    def DeleteParameters(self, region: str, Names: list[str]) -> dict[str, Any]:  # noqa: N802, N803
        self._refuse_many(Names)
        for name in Names:
            self.parameters.pop((region, name), None)
        return {"DeletedParameters": Names}

    def ListTagsForResource(self, region: str, ResourceType: str, ResourceId: str) -> dict[str, Any]:  # noqa: N802, N803
        found = self.parameters.get((region, ResourceId))
        if found is None:
            raise refusal("InvalidResourceId")
        return {"TagList": [{"Key": key, "Value": value} for key, value in found.tags.items()]}

    def _refuse_many(self, names: list[str]) -> None:
        if not 0 < len(names) <= MAX_NAMES:
            raise refusal("ValidationException")
