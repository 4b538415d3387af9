"""What a look at a CodeDeploy deployment proves: pure rules over what was seen.

What is evidently broken comes first, then what is under way, then what cannot be known. A deployment that succeeded
proves nothing while a newer one has taken its place.
"""

from collections import Counter
from collections.abc import Sequence

from crosscheck.contracts.check import Outcome, gave_way
from crosscheck.contracts.verdicts import Verdict
from crosscheck.services.codedeploy.deployments import GroupDeployment, Target

# The description of a deployment by which Crosscheck takes another one back: this, and the other one's id.
MARKER = "crosscheck:"
ACTIVE = frozenset({"Created", "Queued", "InProgress", "Baking", "Ready"})
_BROKEN = frozenset({"Failed", "Skipped"})
_MOVING = frozenset({"Pending", "InProgress", "Ready"})
# Deployments that nobody asked for: to instances that join, which get what the group had last, and to those that leave.
JOINING = frozenset({"autoscaling", "CodeDeployAutoUpdate"})
FOLLOWERS = JOINING | {"autoscalingTermination"}


def took_over(ours: GroupDeployment, newest: GroupDeployment) -> bool:
    """Whether the newest deployment that somebody asked for came after ours.

    What the group names as its last attempted one may be older: it is read apart from ours, and may lag behind.
    """
    return newest.id != ours.id and newest.created >= ours.created and newest.creator not in FOLLOWERS


def takes_back(deployment: GroupDeployment, undone: str) -> bool:
    """Whether a deployment says that it takes another one back: as CodeDeploy's own rollback, or as Crosscheck's."""
    return bool(undone) and (deployment.undoes == undone or deployment.description == f"{MARKER}{undone}")


def judge_deployment(
    ours: GroupDeployment, newest: GroupDeployment, application: str, group: str, *, taken_back: bool = False
) -> Outcome | None:
    """What the deployment itself says; None where it succeeded and is what the group has now. ``taken_back`` says that
    the newest one is the way back from ours."""
    if (ours.application, ours.group) != (application, group):
        return Outcome(Verdict.FAIL, f"{ours.id} is a deployment of {ours.application}/{ours.group}")
    return _replaced(ours, newest, taken_back) or _status(ours)


def judge_targets(targets: Sequence[Target]) -> Outcome | None:
    """What the targets say; None where every one of them succeeded."""
    broken = [target for target in targets if target.status in _BROKEN]
    if broken:
        return Outcome(Verdict.FAIL, f"{status_counts(targets)}; {described(broken[0])}")
    if not targets:
        return Outcome(Verdict.INCONCLUSIVE, "no instance matched the group: nothing is deployed, nothing is proven")
    if any(target.status in _MOVING for target in targets):
        return Outcome(Verdict.PENDING, status_counts(targets))
    if any(target.status != "Succeeded" for target in targets):
        return Outcome(Verdict.INCONCLUSIVE, f"{status_counts(targets)}: CodeDeploy does not say what became of it")
    return None


def described(target: Target) -> str:
    """What became of a target: its id, its status, and where it failed."""
    where = f" in {target.event}" if target.event else ""
    return f"{target.id} {target.status}{where}{f' ({target.error})' if target.error else ''}"


def status_counts(targets: Sequence[Target]) -> str:
    """The numbers: ``3 of 3 instances Succeeded``, and how many are in which other state."""
    counted = Counter(target.status for target in targets)
    what = targets[0].what if targets else "target"
    others = "".join(f", {count} {status}" for status, count in sorted(counted.items()) if status != "Succeeded")
    return f"{counted['Succeeded']} of {len(targets)} {what}s Succeeded{others}"


def _ended(ours: GroupDeployment) -> str:
    return f"{ours.id} {ours.status}{f' ({ours.error})' if ours.error else ''}"


def _replaced(ours: GroupDeployment, newest: GroupDeployment, taken_back: bool) -> Outcome | None:
    ended, replaced = _ended(ours), took_over(ours, newest)
    if replaced and taken_back and newest.undoes != ours.id:
        return Outcome(Verdict.FAIL, f"{ended} was taken back by {newest.id} ({newest.status})")
    if ours.rolled_back_by or (replaced and newest.undoes == ours.id):
        auto = ours.rolled_back_by or newest.id
        return Outcome(Verdict.FAIL, f"CodeDeploy rolled back: {ended}, auto-rollback {auto}")
    if replaced:
        reason = f"{newest.id} ({newest.status}) came after {ended}"
        return gave_way(reason) if ours.status == "Succeeded" else Outcome(Verdict.FAIL, f"moved on: {reason}")
    return None


def _status(ours: GroupDeployment) -> Outcome | None:
    match ours.status:
        case "Succeeded":
            return None
        case "Failed" | "Stopped":
            return Outcome(Verdict.FAIL, _ended(ours))
        case "Ready":
            return Outcome(Verdict.PENDING, f"{ours.id} is Ready: it waits for its traffic to be moved")
        case status if status in ACTIVE:
            return Outcome(Verdict.PENDING, f"{ours.id} is {status}")
        case status:
            return Outcome(Verdict.INCONCLUSIVE, f"{ours.id} is in a state that this version does not know: {status}")
