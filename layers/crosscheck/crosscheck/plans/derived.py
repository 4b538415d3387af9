"""The check that follows from a deploy action: its provider says what is looked at, its configuration where."""

from collections.abc import Iterable, Iterator

from crosscheck.contracts.check import PlannedCheck
from crosscheck.pipelines.definition import ActionDefinition
from crosscheck.pipelines.runs import ActionRun
from crosscheck.registry.services import DEPLOY_PROVIDERS
from crosscheck.services.artifacts.parity_check import SourceParity


def derive(action: ActionDefinition, run: ActionRun | None, account: str) -> PlannedCheck | None:
    """The check of a deploy action, unsupported if this version cannot look; None if the action deploys nothing.

    ``run`` is its latest run in the execution, whose configuration has its variables resolved; ``account`` is the
    pipeline's, empty where unknown.
    """
    # Whoever may make a custom action type chooses its provider's name, and its worker says what it deployed.
    ours = action.owner == "AWS"
    provider = DEPLOY_PROVIDERS.get(action.provider) if ours else None
    if provider is None:
        named = action.provider if ours else f"{action.provider} of owner {action.owner}"
        unsupported = f"no check for provider {named} in this version (action {action.name})"
        return PlannedCheck(action.provider, action.region, {"action": action.name}, run, unsupported)
    given = run.configuration if run and run.configuration else action.configuration
    if not provider.deploys(given):
        return None
    unsupported = _unknown(action, run, account) or provider.unsupported(action, given)
    return PlannedCheck(provider.check, action.region, provider.parameters(given), run, unsupported)


def deployed_by(runs: Iterable[ActionRun]) -> Iterator[PlannedCheck]:
    """The checks of whatever these runs deployed, as far as their provider is known."""
    for run in runs:
        provider = DEPLOY_PROVIDERS.get(run.provider)
        if provider and provider.deploys(run.configuration):
            yield PlannedCheck(provider.check, run.region, provider.parameters(run.configuration), run)


def derive_parity(
    action: ActionDefinition, run: ActionRun | None, runs: Iterable[ActionRun], home_region: str
) -> Iterator[PlannedCheck]:
    """For each artifact that a deploy action got straight from a source: that its region was given the same.

    ``runs`` are those of the whole execution; ``home_region`` hosts the pipeline, and so all its sources: they cannot
    be cross-region actions.
    """
    sources = {name: each for each in runs if not each.inputs for name in each.produced}
    for name, copy in run.inputs.items() if run else ():
        if name in sources:
            source, given = sources[name], sources[name].produced[name]
            parameters = {
                **({"revision": source.external} if source.external else {}),
                "artifact": name,
                "bucket": copy.bucket,
                "key": copy.key,
                "source_region": home_region,
                "source_bucket": given.bucket,
                "source_key": given.key,
            }
            # Without the run: what an action was given is known of one that failed as well, and is not what goes back.
            yield PlannedCheck(SourceParity.kind, action.region, parameters)


def _unknown(action: ActionDefinition, run: ActionRun | None, account: str) -> str:
    """Why what an action deployed cannot be known. A definition may be another one than the run's: its version may be
    gone, or that of a pipeline made anew. What such a run's worker says of itself is nothing that AWS says."""
    if run is None:
        return f"action {action.name} has not run in this execution"
    if (run.provider or action.provider, run.region or action.region) != (action.provider, action.region):
        return f"action {action.name} is defined otherwise than it ran: what it deployed is unknown"
    theirs = run.account or action.account
    if account and theirs and theirs != account:
        return f"action {action.name} deploys to account {theirs}: no check across accounts in this version"
    return ""
