"""ECR's registry API: the configuration is replaced as a whole, within the model's limits and the quotas."""

from copy import deepcopy
from typing import Any

import botocore.session

from local.aws_json.constraints import violations
from local.regions import is_region
from tests.fakes.regions.errors import refusal

MAX_RULES = 10
MAX_DESTINATIONS = 25
OPERATION = "PutReplicationConfiguration"


class FakeEcr:
    """The registries of one account, by region. ``rules`` is what is configured in the home region."""

    def __init__(self, account: str, home_region: str) -> None:
        self._account, self._home = account, home_region
        self._configured: dict[str, list[dict[str, Any]]] = {}
        self._model = botocore.session.get_session().get_service_model("ecr").operation_model(OPERATION).input_shape

    @property
    def rules(self) -> list[dict[str, Any]]:
        return deepcopy(self._configured.get(self._home, []))

    @rules.setter
    def rules(self, rules: list[dict[str, Any]]) -> None:
        """Somebody else writes: ECR refuses him, too."""
        self.PutReplicationConfiguration(self._home, {"rules": rules})

    def DescribeRegistry(self, region: str) -> dict[str, Any]:  # noqa: N802 - named as the operation
        rules = deepcopy(self._configured.get(region, []))
        return {"registryId": self._account, "replicationConfiguration": {"rules": rules}}

    def PutReplicationConfiguration(self, region: str, replicationConfiguration: dict[str, Any]) -> dict[str, Any]:  # noqa: N802, N803
        broken = list(violations({"replicationConfiguration": replicationConfiguration}, self._model))
        if broken:
            raise refusal("InvalidParameterException", "; ".join(broken), OPERATION)
        rules = replicationConfiguration["rules"]
        places = {(entry["region"], entry["registryId"]) for rule in rules for entry in rule["destinations"]}
        if len(rules) > MAX_RULES or len(places) > MAX_DESTINATIONS:
            raise refusal("ValidationException", "The replication configuration exceeds a limit.", OPERATION)
        if (region, self._account) in places or not all(is_region(place) for place, _ in places):
            raise refusal("InvalidParameterException", "Invalid replication destination.", OPERATION)
        self._configured[region] = deepcopy(rules)
        return {"replicationConfiguration": deepcopy(replicationConfiguration)}
