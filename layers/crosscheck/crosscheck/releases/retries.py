"""Which stages of a release are worth a retry: pure."""

from crosscheck.contracts.verdicts import Verdict
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.states import RollbackState, State
from crosscheck.releases.deployments import deployments, rollback_of

_RETRYABLE = frozenset({State.FAILED, State.STOPPED})


def retryable_stages(known: KnownFacts) -> tuple[str, ...]:
    """The stages that failed or were stopped, once the release has; without those that a retry can only fail again.

    CodePipeline runs failed actions again and no others. A gate that found a region bad would look for a deployment
    that was taken back since, or that something else has replaced.
    """
    run = known.execution.run if known.execution else None
    if run is None or run.state not in _RETRYABLE:
        return ()
    hopeless = _gates_of_regions_taken_back(known)
    return tuple(name for name, stage in known.stages.items() if stage.run.state in _RETRYABLE and name not in hopeless)


def _gates_of_regions_taken_back(known: KnownFacts) -> frozenset[str]:
    """The stages whose gates have failed a region of which somebody has begun to take back what was brought, or which
    runs something else by now."""
    found = set()
    for deployment in deployments(known):
        rollback = rollback_of(deployment, known)
        if rollback and rollback.state is not RollbackState.SUGGESTED and not rollback.untouched:
            said = known.verdicts_on(deployment.stage, deployment.region)
            failed = (each for each in said if each.final and each.judged.verdict is Verdict.FAIL)
            found |= {each.judge.partition("/")[0] for each in failed if each.judge}
    return frozenset(found)
