"""What people and later actions read of a decision."""

from collections.abc import Mapping

from crosscheck.contracts.verdicts import RegionVerdict, Verdict, worst
from crosscheck.verification.engine import Decision
from gate_stage.answers import MESSAGE_LIMIT

# Room for the prefix and the names of 33 regions, twice
RESERVED = 1_500


def failure_message(decision: Decision) -> str:
    """``FAIL regions=<failed>: `` and the reason of each region that failed or is unknown.

    A region that could not be looked at is named as unknown and is not among the failed ones: nothing is proven
    against it, so nothing may be rolled back there.
    """
    failed = decision.named(Verdict.FAIL)
    told = [region for region in decision.regions if region.verdict is not Verdict.PASS]
    room = (MESSAGE_LIMIT - RESERVED) // max(1, len(told))
    clauses = [_clause(region, room) for region in sorted(told, key=lambda region: region.verdict is not Verdict.FAIL)]
    passed = decision.named(Verdict.PASS)
    clauses += [f"passed: {', '.join(passed)}"] if passed else []
    return f"FAIL regions={','.join(failed)}: {'; '.join(clauses)}"[:MESSAGE_LIMIT]


def outputs(decision: Decision) -> Mapping[str, str]:
    """The output variables. An unknown region stands in neither list; with none passed, the verdict is no PASS."""
    passed = decision.named(Verdict.PASS)
    return {
        "verdict": (Verdict.PASS if passed else Verdict.INCONCLUSIVE).value,
        "regions_passed": ",".join(passed),
        "regions_failed": ",".join(decision.named(Verdict.FAIL)),
    }


def preview_outputs(decision: Decision) -> Mapping[str, str]:
    """A dry run's output variables: the verdict is the worst of all regions."""
    return {**outputs(decision), "verdict": worst(region.verdict for region in decision.regions).value}


def summary(decision: Decision) -> str:
    """One line for the action's details in CodePipeline."""
    states = ", ".join(f"{region.region} {region.verdict.value}" for region in decision.regions)
    return f"look {decision.progress.look}: {decision.reason} ({states})"


def _clause(region: RegionVerdict, room: int) -> str:
    unknown = "" if region.verdict is Verdict.FAIL else "unknown "
    clause = f"{unknown}{region.region}: {region.reason}"
    return clause if len(clause) <= room else clause[: room - 1] + "…"
