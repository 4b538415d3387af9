"""A world with registries, and requests for `Custom::ReplicationRules` in it."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from botocore.hooks import HierarchicalEmitter

from crosscheck.clients import Clients
from provision_regions.custom_resource.request import Status
from tests.fakes.regions.ecr import FakeEcr
from tests.fakes.regions.requests import Told, event, provider_context, sent
from tests.fakes.regions.session import Call, FakeClient, FakeSession
from tests.fakes.regions.world import World

if TYPE_CHECKING:
    import boto3

HOME, EU, ASIA = "us-east-1", "eu-west-1", "ap-southeast-1"


class RegistrySession(FakeSession):
    """With clients that have events to register for; no answer of this world holds what botocore does not know."""

    def client(
        self, service: str, *, region_name: str | None = None, config: object = None, verify: object = None
    ) -> FakeClient:
        found = super().client(service, region_name=region_name, config=config)
        found.__dict__["meta"] = SimpleNamespace(events=HierarchicalEmitter())
        return found


class RegistryWorld(World):
    def __post_init__(self) -> None:
        super().__post_init__()
        self.ecr = FakeEcr(self.account, self.home_region)

    @property
    def clients(self) -> Clients:
        call: Call = self.call
        return Clients(cast("boto3.Session", RegistrySession(self.home_region, call)))

    @property
    def record(self) -> str | None:
        """The value of the one record that there may be."""
        values = [value for name, value in self.ssm.values(self.home_region).items() if name.endswith("Rules")]
        assert len(values) <= 1
        return values[0] if values else None

    def _served(self, service: str, region: str, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        if service != "ecr":
            return super()._served(service, region, operation, params)
        for fault in self._faults:
            if fault.operation == operation and fault.times > 0:
                fault.times -= 1
                raise fault.error
        return cast("dict[str, Any]", getattr(self.ecr, operation)(region, **params))


def rule(*regions: str, prefixes: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    """A rule of the account's own registries, as ECR writes it."""
    filters = [{"filter": prefix, "filterType": "PREFIX_MATCH"} for prefix in prefixes]
    destinations = [{"region": region, "registryId": "111122223333"} for region in regions]
    return {"destinations": destinations} | ({"repositoryFilters": filters} if filters else {}) | more


def properties(*regions: str, prefixes: tuple[str, ...] = ("my-service",), **changes: object) -> dict[str, object]:
    return {
        "ServiceToken": "arn",
        "ServiceTimeout": "300",
        "Destinations": list(regions) or [""],
        "RepositoryPrefixes": list(prefixes) or [""],
        **changes,
    }


def run(
    world: World, kind: str, wanted: Mapping[str, object], old: Mapping[str, object] | None = None, **changes: Any
) -> Told:
    """One run of the function, with the answers that it gives to what AWS refuses."""
    named = {"ResourceType": "Custom::ReplicationRules", "LogicalResourceId": "Replication"}
    return sent(world, event(kind, wanted, old, **(named | changes)), provider_context(world))


def succeed(world: World, kind: str, wanted: Mapping[str, object], **changes: Any) -> Told:
    answer = run(world, kind, wanted, **changes)
    assert answer.status is Status.SUCCESS, answer.reason
    return answer
