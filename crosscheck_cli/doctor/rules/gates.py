"""The gates of the account's pipelines: whether CodePipeline may invoke them."""

from collections.abc import Iterable, Iterator
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


def judge_gates(gates: Iterable[SeenGate], policy: str) -> Iterator[Defect]:
    """Which roles may not invoke the gates' function; ``policy`` is the ARN of the managed policy that lets them."""
    by_role: dict[tuple[str, str, str, bool | None], list[str]] = {}
    for gate in gates:
        place = (gate.pipeline, gate.region, gate.role, gate.allowed)
        by_role.setdefault(place, []).append(f"{gate.stage} / {gate.name}")
    for (pipeline, region, role, allowed), names in by_role.items():
        if not allowed:
            yield _refused(f"{pipeline} ({region})", ", ".join(names), role, policy, foreign=allowed is None)


def _refused(where: str, names: str, role: str, policy: str, *, foreign: bool) -> Defect:
    if foreign:
        problem = f"{names} runs under {role}, a role of another account"
        return Defect(Severity.UNKNOWN, where, problem, "look in that account whether it may lambda:InvokeFunction")
    name = role.rpartition("/")[2]
    problem = f"a gate will fail, as the role {name} may not lambda:InvokeFunction: {names}"
    return Defect(
        Severity.ERROR, where, problem, f"aws iam attach-role-policy --role-name {name} --policy-arn {policy}"
    )
