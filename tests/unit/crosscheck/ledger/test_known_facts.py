"""Every fact comes back from the table as it was written, and nothing but the ledger looks into its records."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from crosscheck.contracts.verdicts import Finding, RegionVerdict, ReleasedImage, Verdict
from crosscheck.errors import ConfigurationError
from crosscheck.ledger.decision_facts import DecisionKind, DecisionState, RefusedClick, SkippedCheck, TakenDecision
from crosscheck.ledger.execution_facts import (
    ActionState,
    ExecutionState,
    Outline,
    OutlineAction,
    OutlineStage,
    RecordedRevision,
    ReportedRun,
    StageState,
    Trigger,
)
from crosscheck.ledger.image_facts import (
    REPLICATION,
    DeployedRepository,
    ImageDestinations,
    ImageLink,
    PushedImage,
    ReleaseLink,
)
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.rollback_facts import RollbackProgress
from crosscheck.ledger.states import RollbackState, State
from crosscheck.ledger.subjects import ImageSubject, Subject
from crosscheck.ledger.table import Fact, Ledger, Record
from crosscheck.ledger.verdict_facts import EarlierRemarks, JudgeVerdict, PlanProblem, PreflightSeen, RegionJudge
from tests.builders import tables

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ROOT = Path(__file__).resolve().parents[4]
RELEASE = Subject("us-east-1", "multi-region-service", "3f1c2b9a-0000-4000-8000-000000000001")
IMAGE = ImageSubject("us-east-1", "team/app", "sha256:" + "1" * 64)
EARLY, NOW = 1772618404.208, 1772618440.0
RUN = ReportedRun(State.FAILED, 2, NOW, EARLY, {2: EARLY})

PLAIN = Finding("http", "https://page.example/", Verdict.PASS, "answers", {"status": "200"})
FULL = Finding(
    "ecs-service",
    "c/web",
    Verdict.FAIL,
    "0 of 2 tasks run",
    {"running": "0"},
    images=(ReleasedImage("111122223333.dkr.ecr.us-east-1.amazonaws.com/team/app:v1", IMAGE.digest),),
    baselines={"ecs-service c/s": "web:7"},
    warning="pulls from another region",
)
JUDGED = RegionVerdict("eu-west-1", Verdict.FAIL, "0 of 2 tasks run", (PLAIN, FULL))
EXECUTION = ExecutionState(RUN, Trigger(commit="4f1e2d3", message="Cache", author="bot", branch="main", repository="r"))
ACTION = ActionState("Deploy", "EU", RUN, "eu-west-1", "Deploy", "ECS", "https://x.example/", "no capacity", "Failed")
OUTLINE = Outline(
    7, (OutlineStage("Deploy", (OutlineAction("EU", "Deploy", "ECS", "eu-west-1"),)), OutlineStage("Prove", ()))
)
VERDICT = JudgeVerdict("Deploy", JUDGED, NOW, final=True, judge="Prove/Gate", look=3)
FAN_OUT = JudgeVerdict("Deploy", JUDGED, NOW, final=False)
JUDGE = RegionJudge("Deploy", "eu-west-1", ("Prove/Gate", "Prove/Other", "Deploy/Gate"))
PREFLIGHT = PreflightSeen(JUDGED, NOW)
ROLLBACK = RollbackProgress("Deploy", "eu-west-1", 2, RollbackState.RUNNING, "rolling back", NOW, "web:7")
DECISION = TakenDecision(
    "approval/Deploy/Go/1/0", DecisionKind.REJECT, DecisionState.DONE, "U0123456789", NOW, "Deploy / Go", "why", "done"
)
REFUSED = RefusedClick("U0123456789", DecisionKind.STOP, "stop/1/0", "T0123456789", "C0123456789", "a stranger", NOW)
SKIPPED = SkippedCheck("Deploy", "eu-west-1", "0123456789ab", "http", "page", 1, "U0123456789", NOW, "being mended")

WRITTEN: dict[str, tuple[Any, Fact]] = {
    "pipeline": (EXECUTION, EXECUTION.to_fact("event")),
    "stage/Deploy": (StageState("Deploy", RUN), StageState("Deploy", RUN).to_fact("event")),
    "action/Deploy/EU": (ACTION, ACTION.to_fact("event")),
    "outline": (OUTLINE, OUTLINE.to_fact(NOW)),
    "revision": (RecordedRevision("c", "m", "u"), RecordedRevision("c", "m", "u").to_fact(NOW)),
    "verdict/Deploy/eu-west-1/Prove/Gate": (VERDICT, VERDICT.to_fact(EARLY)),
    "verdict/Deploy/eu-west-1": (FAN_OUT, FAN_OUT.to_fact(EARLY)),
    "judge/Deploy/eu-west-1": (JUDGE, JUDGE.to_fact(NOW)),
    "preflight/eu-west-1": (PREFLIGHT, PREFLIGHT.to_fact()),
    "plan": (PlanProblem("no such parameter"), PlanProblem("no such parameter").to_fact(NOW)),
    "remarks": (EarlierRemarks(("not versioned",)), EarlierRemarks(("not versioned",)).to_fact(NOW)),
    "rollback/Deploy/eu-west-1": (ROLLBACK, ROLLBACK.to_fact()),
    "decision/approval/Deploy/Go/1/0": (DECISION, DECISION.to_fact()),
    "refused_click/U0123456789/stop": (REFUSED, REFUSED.to_fact()),
    "skipped/Deploy/eu-west-1/0123456789ab": (SKIPPED, SKIPPED.to_fact()),
    "image": (PushedImage(NOW, {"v1": NOW}), PushedImage(NOW, {"v1": NOW}).to_fact("event")),
    "destinations": (ImageDestinations(("eu-west-1",)), ImageDestinations(("eu-west-1",)).to_fact(NOW)),
    "deployed": (DeployedRepository("shop"), DeployedRepository("shop").to_fact(NOW)),
    f"deploys/{IMAGE.key}": (ImageLink(IMAGE), ImageLink(IMAGE).to_fact()),
    f"release/{RELEASE.key}": (ReleaseLink(RELEASE), ReleaseLink(RELEASE).to_fact()),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_a_fact_comes_back_from_the_table_as_it_was_written(ledger_table: DynamoDBClient, name: str) -> None:
    written, fact = WRITTEN[name]
    ledger = Ledger(ledger_table, tables.NAME, 90)
    assert fact.name == name
    assert ledger.merge(RELEASE, fact)
    assert type(written).from_record(ledger.read(RELEASE)[name]) == written


@pytest.mark.parametrize("trigger", [None, Trigger(), Trigger(type="StartPipelineExecution")])
def test_a_trigger_that_tells_nothing_is_another_one_than_none(trigger: Trigger | None) -> None:
    fact = ExecutionState(RUN, trigger).to_fact("event")
    assert ExecutionState.from_record(Record("pipeline", 1, fact.latest, fact.once)).trigger == trigger


def test_what_is_not_known_is_none_or_nothing() -> None:
    known = KnownFacts({})
    assert (known.version, known.execution, known.trigger, known.outline, known.revision) == (
        0,
        None,
        Trigger(),
        None,
        None,
    )
    assert (known.stages, known.actions, known.verdicts, known.judges, known.preflights) == ({}, (), (), {}, ())
    assert (known.state_of("Deploy"), known.attempt_of("Deploy")) == (None, -1)
    assert (known.rollback("Deploy", "eu-west-1"), known.preflight("eu-west-1"), known.plan_problem) == (
        None,
        None,
        None,
    )
    assert (known.image, known.destinations, known.deploys, known.deployed_by) == (None, None, (), ())


def test_each_fact_is_found_by_what_it_is_about() -> None:
    records = {name: Record(name, 1, fact.latest, fact.once) for name, (_, fact) in WRITTEN.items()}
    known = KnownFacts(records)
    assert known.version == len(WRITTEN)
    assert (known.execution, known.outline, known.revision) == (EXECUTION, OUTLINE, RecordedRevision("c", "m", "u"))
    assert (known.state_of("Deploy"), known.attempt_of("Deploy")) == (State.FAILED, 2)
    assert known.actions == (ACTION,)
    assert known.verdicts_on("Deploy", "eu-west-1") == (FAN_OUT, VERDICT)
    assert known.verdicts_on("Deploy", "eu-west-10") == known.verdicts_on(REPLICATION, "eu-west-1") == ()
    assert known.judges == {("Deploy", "eu-west-1"): JUDGE}
    assert JUDGE.gate_stages == ("Prove", "Deploy")
    assert known.rollback("Deploy", "eu-west-1") == ROLLBACK
    assert (known.decisions, known.refused_clicks, known.skipped) == ((DECISION,), (REFUSED,), (SKIPPED,))
    assert known.preflights == (PREFLIGHT,)
    assert known.preflight("eu-west-1") == PREFLIGHT
    assert known.plan_problem == PlanProblem("no such parameter")
    assert known.earlier_remarks == {"not versioned"}
    assert (known.image, known.destinations) == (PushedImage(NOW, {"v1": NOW}), ImageDestinations(("eu-west-1",)))
    assert (known.deploys, known.deployed_by) == ((IMAGE,), (RELEASE,))


def test_the_form_of_stored_facts_stays_as_it_is() -> None:
    """Stacks are updated while releases run: what one version wrote, the next one reads."""
    verdict = VERDICT.to_fact(EARLY)
    assert verdict.order.key == "1772618404208/01/2026-03-04T10:00:40.000000/000003"
    assert json.loads(json.dumps(verdict.latest)) == {
        "stage": "Deploy",
        "judged": {
            "region": "eu-west-1",
            "verdict": "FAIL",
            "reason": "0 of 2 tasks run",
            "findings": [
                {
                    "kind": "http",
                    "target": "https://page.example/",
                    "verdict": "PASS",
                    "reason": "answers",
                    "values": {"status": "200"},
                    "waits": False,
                    "moved_on": False,
                    "images": [],
                    "baselines": {},
                    "warning": "",
                    "skipped": False,
                },
                {
                    "kind": "ecs-service",
                    "target": "c/web",
                    "verdict": "FAIL",
                    "reason": "0 of 2 tasks run",
                    "values": {"running": "0"},
                    "waits": False,
                    "moved_on": False,
                    "images": [
                        {
                            "reference": "111122223333.dkr.ecr.us-east-1.amazonaws.com/team/app:v1",
                            "digest": IMAGE.digest,
                        }
                    ],
                    "baselines": {"ecs-service c/s": "web:7"},
                    "warning": "pulls from another region",
                    "skipped": False,
                },
            ],
        },
        "at": NOW,
        "final": True,
        "judge": "Prove/Gate",
        "look": 3,
    }
    action = ACTION.to_fact("event")
    assert action.order.key == "000000000002/03/2026-03-04T10:00:40.000000/FAILED/event"
    assert action.once == {"started_2": EARLY}
    assert action.latest == {
        "stage": "Deploy",
        "action": "EU",
        "run": {"state": "FAILED", "attempt": 2, "at": NOW, "started": EARLY, "starts": {2: EARLY}, "word": ""},
        "region": "eu-west-1",
        "category": "Deploy",
        "provider": "ECS",
        "url": "https://x.example/",
        "summary": "no capacity",
        "error_code": "Failed",
        "id": "",
    }
    deployed = {"name": "EU", "category": "Deploy", "provider": "ECS", "region": "eu-west-1", "note": "", "topic": ""}
    assert json.loads(json.dumps(OUTLINE.to_fact(NOW).latest)) == {
        "version": 7,
        "stages": [
            {
                "name": "Deploy",
                "actions": [deployed],
            },
            {"name": "Prove", "actions": []},
        ],
    }
    assert ROLLBACK.to_fact().order.key == "000000000002/00/2026-03-04T10:00:40.000000/running"
    assert ImageLink(IMAGE).to_fact().order.key == "000000000000/00/1970-01-01T00:00:00.000000/"


def test_a_field_of_a_later_version_is_ignored() -> None:
    fact = ROLLBACK.to_fact()
    later = Record(fact.name, 1, {**fact.latest, "cause": "a field that this version does not know"}, {})
    assert RollbackProgress.from_record(later) == ROLLBACK


def test_a_pass_that_is_not_final_is_stored_as_pending() -> None:
    passed = RegionVerdict("eu-west-1", Verdict.PASS, "2 of 2", ())
    assert JudgeVerdict("Deploy", passed, NOW, final=False).to_fact(NOW).latest["judged"]["verdict"] == "PENDING"
    assert JudgeVerdict("Deploy", passed, NOW, final=True).to_fact(NOW).latest["judged"]["verdict"] == "PASS"


@pytest.mark.parametrize(
    ("link", "name", "latest"),
    [
        (ImageLink, "deploys/x", {}),
        (ImageLink, f"deploys/{RELEASE.key}", {"image": asdict(RELEASE)}),
        (ReleaseLink, f"release/{IMAGE.key}", {"release": asdict(IMAGE)}),
        (PlanProblem, "plan", {"problem": 5}),
        (StageState, "stage/Deploy", {"stage": "Deploy"}),
    ],
)
def test_a_record_of_another_form_is_refused(link: Any, name: str, latest: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=f"the fact {name} is not what this version wrote"):
        link.from_record(Record(name, 1, latest, {}))


def test_nobody_but_the_ledger_looks_into_records_or_builds_facts() -> None:
    raw = re.compile(r"\.(latest|once)\s*(\[|\.get\b)|\bFact\(|\bOrder\(")
    sources = [
        path
        for folder in ("functions", "layers/crosscheck/crosscheck")
        for path in (ROOT / folder).rglob("*.py")
        if path.parent != ROOT / "layers/crosscheck/crosscheck/ledger"
    ]
    assert len(sources) > 150
    assert [str(path.relative_to(ROOT)) for path in sources if raw.search(path.read_text())] == []


def test_only_one_module_turns_ledger_times_into_text() -> None:
    """The services hand datetimes to AWS; everything that the ledger and the cards hold goes through ``times``.

    The board holds nothing, and draws in its reader's zone.
    """
    folders = ("ledger", "releases", "cards", "pipelines", "registry", "plans")
    sources = [path for name in folders for path in (ROOT / "layers/crosscheck/crosscheck" / name).rglob("*.py")]
    sources += [path for path in (ROOT / "functions").rglob("*.py") if path.parent.name != "render_widget"]
    uses = re.compile(r"import datetime|from datetime|fromisoformat|fromtimestamp|isoformat")
    assert [str(path.relative_to(ROOT)) for path in sources if uses.search(path.read_text())] == []
