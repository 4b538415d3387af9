"""The names of the facts in the ledger, and the facts that more than one function writes.

============================== ==============================================================
``pipeline``                   the execution itself: state, trigger, author
``stage/<stage>``              a stage's state
``action/<stage>/<action>``    an action's state, region, provider, error
``outline``                    the pipeline's definition, as far as a card needs it
``revision``                   what is released: commit, message, link
``verdict/<stage>/<region>``   what the only judge of that stage says of that region
``verdict/…/<region>/<judge>`` what one of its judges says: the gate action ``<stage>/<action>``
``rollback/<stage>/<region>``  what became of taking back what that stage brought to that region
``preflight/<region>``         what would break the release in that region, seen when it started
``plan``                       what is wrong with the plan that the pipeline's tags name
``claim/…``                    who may do something that must be done once
``image``                      an image: its tag, when it was pushed
``destinations``               an image: the regions in which it has to arrive
``release/<key>``              an image: a release that deploys it
``deploys/<key>``              a release: an image that it deploys
============================== ==============================================================

An image's regions have verdicts, too: of the judge ``REPLICATION``, where a release has its stages.

``/`` cannot occur in the name of a stage or an action (AWS allows ``[A-Za-z0-9.@_-]``), so names are unambiguous.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from crosscheck.contracts.verdicts import Finding, RegionVerdict, Verdict
from crosscheck.ledger.rollback_states import RollbackState
from crosscheck.ledger.table import Fact, Order

PIPELINE = "pipeline"
OUTLINE = "outline"
REVISION = "revision"
IMAGE = "image"
DESTINATIONS = "destinations"
REPLICATION = "replication"
PLAN = "plan"
VERDICTS = "verdict/"
PREFLIGHTS = "preflight/"

# An item holds at most 400 KB; what a person reads on a card is far shorter.
REASON_LIMIT = 2_000
FINDINGS_LIMIT = 50
FINDINGS_BYTES = 300_000


def stage(name: str) -> str:
    """The fact of a stage."""
    return f"stage/{name}"


def action(stage_name: str, name: str) -> str:
    """The fact of an action."""
    return f"action/{stage_name}/{name}"


def verdict_name(stage_name: str, region: str, judge: str = "") -> str:
    """The fact of what a judge says of a region in a stage.

    Several gates may judge the same region: each has its own fact, so that none hides another's verdict. A judge who
    is the only one, or does not know his name, has none.
    """
    name = f"{VERDICTS}{stage_name}/{region}"
    return f"{name}/{judge}" if judge else name


def is_verdict_on(name: str, stage_name: str, region: str) -> bool:
    """Whether a fact is the verdict of any judge on this region in this stage."""
    known = verdict_name(stage_name, region)
    return name == known or name.startswith(f"{known}/")


def rollback_name(stage_name: str, region: str) -> str:
    """The fact of a rollback."""
    return f"rollback/{stage_name}/{region}"


def rollback_claim(stage_name: str, region: str, attempt: int) -> str:
    """The claim to the rollback of one attempt."""
    return f"claim/rollback/{stage_name}/{region}/{attempt}"


def rollback(
    stage_name: str, region: str, attempt: int, state: RollbackState, reason: str, *, now: float, target: str = ""
) -> Fact:
    """What became of a rollback. ``target`` is what the region goes back to, for people, or empty."""
    moment = datetime.fromtimestamp(now, UTC)
    return Fact(
        name=rollback_name(stage_name, region),
        order=Order(attempt=attempt, rank=state.rank, time=moment, tie_break=state.value),
        latest={
            "stage": stage_name,
            "region": region,
            "attempt": attempt,
            "state": state.value,
            "target": target[:REASON_LIMIT],
            "reason": reason[:REASON_LIMIT],
            "at": moment.isoformat(),
        },
    )


def preflight(judged: RegionVerdict, *, now: float) -> Fact:
    """What was seen of a region when the execution started."""
    moment = datetime.fromtimestamp(now, UTC)
    return Fact(
        name=f"{PREFLIGHTS}{judged.region}",
        order=Order(attempt=0, rank=0, time=moment),
        latest={"region": judged.region, "verdict": judged.verdict.value, "at": moment.isoformat(), **_seen(judged)},
    )


def deploys(image_key: str) -> str:
    """The fact that the release deploys an image."""
    return f"deploys/{image_key}"


def deployed_by(release_key: str) -> str:
    """The fact that a release deploys the image."""
    return f"release/{release_key}"


def verdict(
    stage_name: str,
    judged: RegionVerdict,
    *,
    judge_since: float,
    look: int,
    now: float,
    final: bool,
    judge: str = "",
) -> Fact:
    """What a judge saw of a region in one look.

    ``judge_since`` (epoch seconds) is when this judge began: the same judge begun later, as after a retry, prevails.
    ``look`` counts from 1. ``final`` marks the verdict as the judge's last word.
    """
    state = judged.verdict if final or judged.verdict is not Verdict.PASS else Verdict.PENDING
    moment = datetime.fromtimestamp(now, UTC)
    return Fact(
        name=verdict_name(stage_name, judged.region, judge),
        order=Order(attempt=int(judge_since * 1000), rank=int(final), time=moment, tie_break=f"{look:06d}"),
        latest={
            "stage": stage_name,
            "region": judged.region,
            "verdict": state.value,
            "final": final,
            "look": look,
            "at": moment.isoformat(),
            **_seen(judged),
        },
    )


def _seen(judged: RegionVerdict) -> dict[str, Any]:
    found = [_found(finding) for finding in judged.findings[:FINDINGS_LIMIT]]
    return {"reason": judged.reason[:REASON_LIMIT], "findings": _within(FINDINGS_BYTES, found)}


def _found(finding: Finding) -> dict[str, Any]:
    return {
        "kind": finding.kind,
        "target": finding.target[:REASON_LIMIT],
        "verdict": finding.verdict.value,
        "reason": finding.reason[:REASON_LIMIT],
        "values": {name[:REASON_LIMIT]: value[:REASON_LIMIT] for name, value in finding.values.items()},
        **(
            {"images": [{"reference": each.reference, "digest": each.digest} for each in finding.images]}
            if finding.images
            else {}
        ),
        **({"baselines": dict(finding.baselines)} if finding.baselines else {}),
        **({"warning": finding.warning[:REASON_LIMIT]} if finding.warning else {}),
    }


def _within(budget: int, found: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that fit, in their order: a verdict is worth more than everything that was seen."""
    kept = []
    for each in found:
        size = len(json.dumps(each))
        if size <= budget:
            kept.append(each)
            budget -= size
    return kept
