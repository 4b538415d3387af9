"""What to look at when an execution starts: whatever in its definition would break it in some region."""

from crosscheck.contracts.check import PlannedCheck
from crosscheck.pipelines.definition import PipelineDefinition
from crosscheck.registry.services import EVERY_CHECK


def plan_preflight(definition: PipelineDefinition) -> tuple[PlannedCheck, ...]:
    """The checks, each in its region and each once, as every check asks for them.

    Actions that run in another account are looked at as far as this account can see: their stores are.
    """
    checks = (planned for check in EVERY_CHECK.values() for planned in check.preflight(definition))
    return tuple({planned.key: planned for planned in checks}.values())
