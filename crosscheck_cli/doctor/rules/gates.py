"""The gates of the account's pipelines: whether CodePipeline may invoke them."""

from collections.abc import Iterator
from dataclasses import dataclass

from crosscheck_cli.doctor.defect import Defect, Severity


@dataclass(frozen=True)
class SeenGate:
    """A gate of a pipeline, and the role that invokes it. ``allowed`` is None for a role of another account."""

    pipeline: str
    region: str
    stage: str
    name: str
    role: str
    allowed: bool | None


def judge_gate(gate: SeenGate, policy: str) -> Iterator[Defect]:
    """Whether the role may invoke the gate's function; ``policy`` is the ARN of the managed policy that lets it."""
    where, role = f"{gate.pipeline} ({gate.region})", gate.role.rpartition("/")[2]
    place = f"the gate {gate.stage} / {gate.name}"
    if gate.allowed is None:
        problem = f"{place} runs under {gate.role}, a role of another account"
        yield Defect(Severity.UNKNOWN, where, problem, "look in that account whether it may lambda:InvokeFunction")
    elif not gate.allowed:
        problem = f"{place} will fail: the role {role} may not lambda:InvokeFunction"
        yield Defect(
            Severity.ERROR, where, problem, f"aws iam attach-role-policy --role-name {role} --policy-arn {policy}"
        )
