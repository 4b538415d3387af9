"""A way back without AWS: deployments to services, of which a test says how they stand."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from crosscheck.contracts.rollback import Feasibility, RollbackProposal, RollbackStarted, SupersededError

if TYPE_CHECKING:
    from crosscheck.clients import Clients
    from crosscheck.contracts.check import PlannedCheck


def refused(operation: str, code: str) -> ClientError:
    """AWS's refusal; its text holds what must never be told."""
    return ClientError({"Error": {"Code": code, "Message": "secret text"}}, operation)


@dataclass
class FakeUndo:
    """As strict as the contract: what was begun is BACK from then on; only a READY way may be begun.

    ``standing`` is that of every service not named in ``standings``. ``moved`` services move on between proposal and
    act. ``errors`` come out of ``begin``, one at each call; with ``lost`` the first call has its effect and then
    raises, as when the answer is lost. ``keeps`` are the seconds for which services go on once they are back.
    """

    standing: Feasibility = Feasibility.READY
    standings: dict[str, Feasibility] = field(default_factory=dict)
    moved: set[str] = field(default_factory=set)
    errors: list[Exception] = field(default_factory=list)
    lost: bool = False
    keeps: dict[str, float] = field(default_factory=dict)
    begun: list[str] = field(default_factory=list)
    baselines: list[str] = field(default_factory=list)

    def propose(self, planned: PlannedCheck, baseline: str, aws: Clients) -> RollbackProposal:
        """As the test says."""
        self.baselines.append(baseline)
        service = planned.parameters["service"]
        standing = self.standings.get(service, self.standing)
        proven = standing in {Feasibility.READY, Feasibility.ALREADY_BACK}
        told = {**planned.parameters, "task_definition": f"{service}:7"}
        proof = replace(planned, parameters=told, run=None) if proven else None
        target, keeps = f"{service}:7" if proof else "", self.keeps.get(service, 0.0)
        return RollbackProposal(standing, f"{service} is {standing}", target, {}, proof, keeps)

    def execute(self, planned: PlannedCheck, way: RollbackProposal, baseline: str, aws: Clients) -> RollbackStarted:
        """Take it back, unless it moved on."""
        if way.feasibility is not Feasibility.READY or way.verification is None:
            raise AssertionError("only what is ready may be begun")
        service = planned.parameters["service"]
        if service in self.moved:
            raise SupersededError(f"{service} changed meanwhile")
        if self.errors and not self.lost:
            raise self.errors.pop(0)
        self.begun.append(service)
        self.standings[service] = Feasibility.ALREADY_BACK
        if self.errors:
            raise self.errors.pop(0)
        return RollbackStarted(f"took {service} back", way.verification)
