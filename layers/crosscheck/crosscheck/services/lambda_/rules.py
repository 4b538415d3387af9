"""What an alias of a Lambda function proves: pure rules over what was seen and which version was meant.

States: "Lambda function states" in Lambda's developer guide. A test holds the table against botocore's model.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from crosscheck.contracts.check import Outcome, PlannedCheck, gave_way
from crosscheck.contracts.verdicts import Verdict
from crosscheck.pipelines.runs import ActionRun
from crosscheck.text import shortened

# What a version's State says by itself. The first call of an inactive version is refused and wakes it up.
STATES: Mapping[str, Verdict] = {
    "Active": Verdict.PASS,
    "Pending": Verdict.PENDING,
    "Deactivating": Verdict.PENDING,
    "Inactive": Verdict.INCONCLUSIVE,
    "Failed": Verdict.FAIL,
    "Deactivated": Verdict.FAIL,
    "ActiveNonInvocable": Verdict.FAIL,
    "Deleting": Verdict.FAIL,
}
UPDATES: Mapping[str, Verdict] = {
    "Successful": Verdict.PASS,
    "InProgress": Verdict.PENDING,
    "Failed": Verdict.FAIL,
}
PROVISIONING: Mapping[str, Verdict] = {
    "READY": Verdict.PASS,
    "IN_PROGRESS": Verdict.PENDING,
    "FAILED": Verdict.FAIL,
}


@dataclass(frozen=True)
class Alias:
    """An alias: its version, and the share (0 to 1) of other versions that get calls."""

    version: str
    weights: Mapping[str, float] = field(default_factory=dict)
    revision: str = ""

    @property
    def shares(self) -> str:
        """Who gets which part of the calls, in words."""
        rest = 1.0 - sum(self.weights.values())
        shares = {self.version: rest} | dict(self.weights)
        return ", ".join(f"{share:.0%} to version {version}" for version, share in shares.items())


@dataclass(frozen=True)
class Version:
    """A published version. The codes are Lambda's; empty where it gives none. ``published`` is in epoch seconds."""

    number: str
    state: str
    state_code: str = ""
    update: str = ""
    update_code: str = ""
    published: float = 0.0


@dataclass(frozen=True)
class Provisioned:
    """The provisioned concurrency of an alias."""

    status: str
    reason: str
    available: int
    requested: int


def brought_version(run: ActionRun) -> str:
    """The version that a deploy action says it deployed; empty if it says none.

    What its configuration wanted is no proof: an action that failed may have been refused it.
    """
    return run.outputs.get("FunctionVersion", "")


def intended_version(planned: PlannedCheck) -> str:
    """The version that the alias was meant to serve; empty where nothing tells it.

    ``FunctionVersion`` and ``PublishedTargetVersion`` are the output variable and the setting of CodePipeline's Lambda
    deploy action ("AWS Lambda deploy action reference" in its user guide). An alias that a stack holds is moved by the
    stack, whose action names no version.
    """
    run = planned.run
    asked = planned.parameters.get("version", "")
    if asked or run is None or planned.held_by:
        return asked
    return brought_version(run) or run.configuration.get("PublishedTargetVersion", "")


def judge_alias(alias: Alias, meant: str) -> Outcome | None:
    """What the routing says; None where one version gets every call, and no other one was meant."""
    if meant and meant != alias.version and meant not in alias.weights:
        return Outcome(Verdict.FAIL, f"serves version {alias.version}, not the intended {meant}")
    if alias.weights:
        return Outcome(Verdict.PENDING, f"traffic is being shifted: {alias.shares}")
    return None


def later_versions(alias: Alias, meant: str) -> list[str]:
    """What the alias serves, wholly or in part, that has a higher number than the version that was meant.

    Lambda numbers the versions of a function as they are published, and uses no number twice.
    """
    if not meant.isdecimal():
        return []
    return [each for each in (alias.version, *alias.weights) if each.isdecimal() and int(each) > int(meant)]


def judge_later(alias: Alias, versions: Iterable[Version], started: float) -> Outcome | None:
    """Whether one of these versions came since a deploy action started, in epoch seconds; an action may as well bring a
    version back that is older than what was there before."""
    later = [version for version in versions if not version.published or version.published >= started]
    if not later:
        return None
    serves = f"serves {alias.shares}" if alias.weights else f"serves version {alias.version}"
    return gave_way(f"{serves}; version {later[-1].number} was published since")


def judge_version(version: Version) -> Outcome | None:
    """What the state of the version says; None for one that can be called."""
    state = STATES.get(version.state, Verdict.INCONCLUSIVE)
    if state is not Verdict.PASS:
        reason = f"version {version.number} is {version.state or 'of no state'}{_code(version.state_code)}"
        return Outcome(state, reason)
    update = UPDATES.get(version.update, Verdict.PASS)
    if update is not Verdict.PASS:
        reason = f"the last update of version {version.number} is {version.update}{_code(version.update_code)}"
        return Outcome(update, reason)
    return None


def judge_provisioned(provisioned: Provisioned | None) -> Outcome | None:
    """What provisioned concurrency says; None where there is none, or all of it is there."""
    if provisioned is None:
        return None
    verdict = PROVISIONING.get(provisioned.status, Verdict.INCONCLUSIVE)
    if verdict is Verdict.PASS:
        return None
    cause = f" ({shortened(provisioned.reason)})" if provisioned.reason else ""
    there = f"{provisioned.available} of {provisioned.requested} there"
    return Outcome(verdict, f"provisioned concurrency is {provisioned.status}: {there}{cause}")


def served(alias: Alias, provisioned: Provisioned | None) -> Outcome:
    """The PASS of an alias that serves what it should."""
    extra = f", {provisioned.available} of {provisioned.requested} provisioned" if provisioned else ""
    return Outcome(Verdict.PASS, f"serves version {alias.version}{extra}")


def _code(code: str) -> str:
    return f" ({code})" if code else ""
