"""What each function makes in Lambda's init phase: the clients that every first invocation needs, and no others."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
# In one process, as it is quicker; a client that an earlier function made is made again by the next.
SCRIPT = """
import gc, importlib, json, sys
import boto3
made, create = [], boto3.Session.client
def client(session, service, **more):
    made.append(service)
    return create(session, service, **more)
boto3.Session.client = client
found, collecting = {}, []
for function in sys.argv[1:]:
    made.clear()
    gc.disable()
    importlib.import_module(function + ".handler")
    found[function] = sorted(made)
    collecting.append(gc.isenabled())
print(json.dumps(found))
sys.exit(not all(collecting))
"""
TOLD = ["dynamodb", "sqs"]
MADE = {
    "apply_decision": ["codepipeline", "dynamodb", "secretsmanager", "sqs", "stepfunctions"],
    "check_region": TOLD,
    "conclude_checks": TOLD,
    "gate_stage": ["codepipeline", *TOLD],
    "handle_interaction": ["dynamodb", "secretsmanager", "sqs"],
    "plan_checks": ["codepipeline", *TOLD],
    "provision_regions": ["cloudformation", "ssm"],
    "reconcile": ["codepipeline", "codepipeline", *TOLD],  # of two regions
    "record_events": [*TOLD, "stepfunctions"],
    "render_widget": ["dynamodb"],
    "roll_back": TOLD,
    "update_card": ["dynamodb", "secretsmanager"],
}
SETTINGS = {
    "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
    "AWS_DEFAULT_REGION": "us-east-1",
    "PYTHONPATH": os.pathsep.join((str(ROOT / "functions"), str(ROOT / "layers/crosscheck"))),
    "REGIONS": "eu-west-1",
    "LEDGER_TABLE": "ledger",
    "LEDGER_RETENTION_DAYS": "90",
    "ROLLBACK_MODE": "suggest",
    **dict.fromkeys(("CARD_QUEUE_URL", "EVENTS_QUEUE_URL", "DECISIONS_QUEUE_URL", "STATE_MACHINE"), "x"),
    **dict.fromkeys(("SLACK_SECRET", "SLACK_CHANNEL", "SLACK_API_URL", "APPROVERS", "ARTIFACT_STORE_PREFIX"), "x"),
}


def made(**settings: str) -> dict[str, list[str]]:
    """The clients of each function, all of which collect garbage in the end."""
    command = [sys.executable, "-c", SCRIPT, *MADE]
    answer = subprocess.run(command, env={**os.environ, **settings}, check=True, capture_output=True, text=True)  # noqa: S603 - our own code
    return dict(json.loads(answer.stdout))


def test_every_function_has_its_clients_before_the_first_event() -> None:
    assert {path.parent.name for path in (ROOT / "functions").glob("*/handler.py")} == set(MADE)
    assert made(**SETTINGS) == MADE


def test_f12_f21_a_function_without_its_settings_is_imported_all_the_same() -> None:
    assert set(made(**SETTINGS | {"LEDGER_TABLE": "", "ARTIFACT_STORE_PREFIX": ""})) == set(MADE)
