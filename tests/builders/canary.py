"""The releases that people look at: six stages, a primary, three secondaries behind gates of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crosscheck.contracts.verdicts import Finding, RegionVerdict, Verdict, judge
from tests.builders import events
from tests.builders.releases import Facts, deploys

if TYPE_CHECKING:
    from crosscheck.ledger.states import RollbackState

PRIMARY = "us-east-1"
SECONDARIES = ("eu-west-1", "ap-southeast-1", "sa-east-1")
STAGES = ("Source", "Build", "DeployPrimary", "ValidatePrimary", "DeploySecondary", "ValidateSecondary")
WHY = "my-service: 0 of 2 tasks run; last task stopped with exit code 1: Essential container in task exited"
RUNS = "my-service: 2 of 2 tasks run my-service@sha256:dc1b4de9f6f1 (task definition my-service:3)"
PUSH = {
    "execution-trigger": {
        "author-display-name": "release-bot",
        "commit-id": "7741d123958d9956",
        "commit-message": "Cache the product list",
        "branch-name": "main",
    }
}


def gate(region: str) -> str:
    """The gate that proves a secondary region; it runs at home."""
    return f"ValidateSecondary/Validate-{region}"


def well(region: str) -> RegionVerdict:
    """A region in which two checks passed."""
    page = f"https://{region}.shop.example/health"
    seen = {"status": "200", "milliseconds": "31"}
    return judge(
        region,
        [
            Finding("ecs-service", "my-service", Verdict.PASS, RUNS),
            Finding("http", page, Verdict.PASS, f"{page} answers 200 in 31 ms", seen),
        ],
    )


def primary_proven() -> Facts:
    """The primary is deployed and proven, and the secondaries begin."""
    facts = Facts().event(events.pipeline("STARTED", 0, **PUSH))
    facts.outline(
        *((name, _actions(name)) for name in STAGES),
        gates={"DeployPrimary": ["ValidatePrimary/Validate"], "DeploySecondary": [*map(gate, SECONDARIES)]},
    )
    for name, begin, end in zip(STAGES, (0, 5, 80, 130), (4, 79, 129, 190), strict=False):
        facts.event(events.stage(name, "STARTED", begin)).event(events.stage(name, "SUCCEEDED", end))
    facts.event(_deployed("DeployPrimary", PRIMARY, 80, 128))
    facts.verdict("DeployPrimary", well(PRIMARY), 189, judge="ValidatePrimary/Validate")
    facts.event(events.stage("DeploySecondary", "STARTED", 191))
    for region in SECONDARIES:
        facts.event(events.action("DeploySecondary", f"Deploy-{region}", "STARTED", 191, region=region))
    return facts


def ended(*broken: str) -> Facts:
    """Its end: well, or with regions for which their gates failed."""
    facts = primary_proven().event(events.stage("DeploySecondary", "SUCCEEDED", 240))
    facts.event(events.stage("ValidateSecondary", "STARTED", 241))
    for region in SECONDARIES:
        facts.event(_deployed("DeploySecondary", region, 191, 235))
        failed = judge(region, [Finding("ecs-service", "my-service", Verdict.FAIL, WHY)])
        facts.verdict("DeploySecondary", failed if region in broken else well(region), 300, judge=gate(region))
        if region in broken:
            facts.event(_gate_failed(region))
    state = "FAILED" if broken else "SUCCEEDED"
    return facts.event(events.stage("ValidateSecondary", state, 302)).event(events.pipeline(state, 303))


def taken_back(region: str, state: RollbackState) -> Facts:
    """A region failed, and this is how far its rollback is."""
    runs = "my-service: 2 of 2 tasks run my-service@sha256:fa78d12cd01d (task definition my-service:2)"
    return ended(region).rollback("DeploySecondary", region, state, runs, 320, target="my-service:2")


def _actions(stage: str) -> list[dict[str, str]]:
    regions = {"DeployPrimary": (PRIMARY,), "DeploySecondary": SECONDARIES}.get(stage, ())
    return [deploys(f"Deploy-{region}", region) for region in regions]


def _deployed(stage: str, region: str, begin: int, end: int) -> events.Event:
    return events.action(stage, f"Deploy-{region}", "SUCCEEDED", end, region=region, more=_since(begin))


def _gate_failed(region: str) -> events.Event:
    result = {"external-execution-summary": f"FAIL regions={region}: {region}: {WHY}"}
    more = {**_since(241), "execution-result": result}
    stage, action = gate(region).split("/")
    return events.action(stage, action, "FAILED", 301, category="Invoke", provider="Lambda", more=more)


def _since(second: int) -> dict[str, Any]:
    return {"start-time": events.pipeline("STARTED", second)["time"]}
