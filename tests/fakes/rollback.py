"""A rollback without AWS: deployments to services, of which a test says how they stand."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from botocore.exceptions import ClientError

from crosscheck.clients import Clients
from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.rollback import Feasibility, Rollback, RollbackProposal, RollbackStarted


def refused(operation: str, code: str) -> ClientError:
    """AWS's refusal; its text holds what must never be told."""
    return ClientError({"Error": {"Code": code, "Message": "secret text"}}, operation)


@dataclass
class FakeRollback(Rollback[PlannedCheck, RollbackProposal]):
    """What was begun is ALREADY_BACK from then on. Comparing and acting once is the contract's own.

    ``feasibility`` is that of every service not named in ``feasibilities``. Services in ``moved`` move on after the
    first reading. ``errors`` come out of ``act``, one at each call; with ``lost`` the first call has its effect and
    then raises, as when the answer is lost. ``refusals`` are what is refused for a service whenever it is asked.
    ``settle_seconds`` are those of services that go on once they are back.
    ``hotfixes`` are what somebody else had deployed in the moment of the rollback, by service.
    """

    permissions = frozenset[str]()

    feasibility: Feasibility = Feasibility.READY
    feasibilities: dict[str, Feasibility] = field(default_factory=dict)
    moved: set[str] = field(default_factory=set)
    errors: list[Exception] = field(default_factory=list)
    lost: bool = False
    refusals: Mapping[str, Exception] = field(default_factory=dict)
    settle_seconds: Mapping[str, float] = field(default_factory=dict)
    hotfixes: Mapping[str, str] = field(default_factory=dict)
    begun: list[str] = field(default_factory=list)
    baselines: list[str] = field(default_factory=list)

    def propose(self, target: PlannedCheck, baseline: str, aws: Clients) -> RollbackProposal:
        """As the test says."""
        self.baselines.append(baseline)
        service = target.parameters["service"]
        feasibility = self.feasibilities.get(service, self.feasibility)
        if service in self.moved:
            self.feasibilities[service] = Feasibility.SUPERSEDED
        if feasibility not in {Feasibility.READY, Feasibility.ALREADY_BACK}:
            return RollbackProposal(feasibility, f"{service} is {feasibility}")
        parameters = {**target.parameters, "task_definition": f"{service}:7"}
        verification = replace(target, parameters=parameters, run=None)
        seconds = self.settle_seconds.get(service, 0.0)
        return RollbackProposal(
            feasibility, f"{service} is {feasibility}", f"{service}:7", {}, verification, settle_seconds=seconds
        )

    def act(self, target: PlannedCheck, proposal: RollbackProposal, aws: Clients) -> RollbackStarted:
        """Roll it back."""
        service = target.parameters["service"]
        if service in self.refusals:
            raise self.refusals[service]
        if self.errors and not self.lost:
            raise self.errors.pop(0)
        self.begun.append(service)
        self.feasibilities[service] = Feasibility.ALREADY_BACK
        if self.errors:
            raise self.errors.pop(0)
        return RollbackStarted(f"rolled {service} back", proposal.verified)

    def changed(self, target: PlannedCheck, proposal: RollbackProposal, aws: Clients) -> str:
        """Nothing: what moves on does so between two readings."""
        return ""

    def replaced(self, target: PlannedCheck, proposal: RollbackProposal, started: RollbackStarted, aws: Clients) -> str:
        """As the test says, once it was begun."""
        service = target.parameters["service"]
        return self.hotfixes.get(service, "") if service in self.begun else ""
