"""What a region served before the release reached it, as preflight saw it."""

from collections.abc import Iterable, Mapping

from crosscheck.contracts.check import PlannedCheck
from crosscheck.ledger.verdict_facts import PreflightSeen
from crosscheck.services.ecs.check import EcsService
from crosscheck.services.ecs.image_replication import ImageReplication

# Preflight looks at a service's images, and so at the task definition that it runs.
_SEEN_BY = {EcsService.kind: ImageReplication.kind}


def baselines(
    preflight: PreflightSeen | None, checks: Iterable[PlannedCheck], before: float
) -> dict[str, Mapping[str, str]]:
    """The values that preflight saw of what ``checks`` look at, by ``<kind> <target>``.

    What was read at or after ``before``, when the region's deployment began (epoch seconds), may be the release's own
    doing already: then there is no baseline.
    """
    if preflight is None or preflight.at >= before:
        return {}
    seen = {(finding.kind, finding.target): finding.values for finding in preflight.judged.findings}
    looks = {f"{check.kind} {check.target}": (_SEEN_BY.get(check.kind, check.kind), check.target) for check in checks}
    return {name: seen[look] for name, look in looks.items() if look in seen}
