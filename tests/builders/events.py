"""CodePipeline's state-change events."""

import itertools
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "events"
PIPELINE = "multi-region-service"
EXECUTION = "01234567-89ab-cdef-0123-456789abcdef"
BEGAN = datetime(2026, 3, 4, 10, 0, 0, tzinfo=UTC)

type Event = dict[str, Any]

SECOND_ATTEMPT = {"pipeline-execution-attempt": 2.0}

_ids = itertools.count(1)


def load(name: str) -> Event:
    """An event of the folder ``events``."""
    event: Event = json.loads((FOLDER / f"{name}.json").read_text())
    return event


def state_change(kind: str, state: str, second: int = 0, **detail: Any) -> Event:
    """An event of ``kind`` Pipeline, Stage or Action, so many seconds after the release began."""
    moment = BEGAN + timedelta(seconds=second)
    return {
        "version": "0",
        "id": f"00000000-0000-4000-8000-{next(_ids):012d}",
        "detail-type": f"CodePipeline {kind} Execution State Change",
        "source": "aws.codepipeline",
        "account": "111122223333",
        "time": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": "us-east-1",
        "resources": [f"arn:aws:codepipeline:us-east-1:111122223333:{PIPELINE}"],
        "detail": {
            "pipeline": PIPELINE,
            "execution-id": EXECUTION,
            "state": state,
            "version": 3.0,
            # As AWS counts: on an execution's first run stages say 0.0.
            "pipeline-execution-attempt": 0.0 if kind == "Stage" else 1.0,
            **detail,
        },
    }


def pipeline(state: str, second: int = 0, **detail: Any) -> Event:
    """A pipeline event."""
    return state_change("Pipeline", state, second, **detail)


def stage(name: str, state: str, second: int = 0, **detail: Any) -> Event:
    """A stage event."""
    return state_change("Stage", state, second, stage=name, **detail)


def action(
    stage_name: str,
    name: str,
    state: str,
    second: int = 0,
    *,
    category: str = "Deploy",
    provider: str = "ECS",
    region: str = "us-east-1",
    more: Mapping[str, Any] | None = None,
) -> Event:
    """An action event."""
    kind = {"owner": "AWS", "provider": provider, "category": category, "version": "1"}
    return state_change(
        "Action", state, second, stage=stage_name, action=name, type=kind, region=region, **(more or {})
    )


def release_with_retry() -> list[Event]:
    """A release whose second region fails, is retried and succeeds; in the order in which it happened."""
    return [
        pipeline("STARTED", 0, **{"execution-trigger": {"trigger-type": "StartPipelineExecution"}}),
        stage("Source", "STARTED", 0),
        action("Source", "Source", "STARTED", 0, category="Source", provider="S3"),
        action("Source", "Source", "SUCCEEDED", 2, category="Source", provider="S3"),
        stage("Source", "SUCCEEDED", 2),
        stage("Deploy", "STARTED", 3),
        action("Deploy", "One", "STARTED", 3, region="us-east-1"),
        action("Deploy", "Two", "STARTED", 3, region="eu-west-1"),
        action("Deploy", "One", "SUCCEEDED", 9, region="us-east-1"),
        action(
            "Deploy",
            "Two",
            "FAILED",
            9,
            region="eu-west-1",
            more={"execution-result": {"external-execution-summary": "no capacity", "error-code": "JobFailed"}},
        ),
        stage("Deploy", "FAILED", 9),
        pipeline("FAILED", 9),
        pipeline("RESUMED", 20, **SECOND_ATTEMPT),
        stage("Deploy", "RESUMED", 20, **SECOND_ATTEMPT),
        action("Deploy", "Two", "STARTED", 20, region="eu-west-1", more=SECOND_ATTEMPT),
        action("Deploy", "Two", "SUCCEEDED", 25, region="eu-west-1", more=SECOND_ATTEMPT),
        stage("Deploy", "SUCCEEDED", 25, **SECOND_ATTEMPT),
        pipeline("SUCCEEDED", 25, **SECOND_ATTEMPT),
    ]
