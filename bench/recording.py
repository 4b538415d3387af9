"""Releases through the deployed stack in a local account, with everything that its functions were asked and called.

    python -m bench.recording

writes ``build/bench/recording.json``: every invocation, for ``bench.functions`` to replay, and
what every release of 1, 4 and 16 regions called, for ``bench.calls`` and ``bench.costs`` to count.
"""

from __future__ import annotations

import json
import shutil
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests

from bench.timing import BUILT
from local.account import APPROVER, CHANNEL, HOME_REGION, Account
from local.cards import cards
from local.polling import poll
from local.scenarios.canary_service import CanaryService
from local.scenarios.ecs_service import EcsService, push_image, wait_until_steady

if TYPE_CHECKING:
    from local.cards import Card

OBSERVER = Path(__file__).with_name("observed.py")
RECORDING = BUILT / "recording.json"
OTHERS = (
    "eu-west-1",
    "ap-southeast-1",
    "us-west-2",
    "us-east-2",
    "us-west-1",
    "eu-west-2",
    "eu-west-3",
    "eu-central-1",
    "eu-north-1",
    "ap-southeast-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-south-1",
    "sa-east-1",
    "ca-central-1",
)
SIZES = (1, 4, 16)
MINUTES = 15
GATE = {"execution": "#{codepipeline.PipelineExecutionId}", "soak_minutes": 0.02, "deadline_minutes": 10}
ENDED = {"SUCCEEDED", "FAILED", "STOPPED"}


class WideService(CanaryService):
    """A service in so many regions, deployed to all of them in one stage, with one gate for all of them behind it."""

    def __init__(self, account: Account, size: int) -> None:
        super().__init__(account)
        self.size = size
        self.pipeline = f"wide-{size}"  # type: ignore[misc]  # one class, several pipelines
        self.repository = f"my-org/wide-{size}"  # a push releases this pipeline alone
        self.services = [EcsService(region, f"wide-{size}", f"wide-{size}") for region in (HOME_REGION, *OTHERS)[:size]]

    @property
    def stores(self) -> dict[str, Any]:
        """Those of the regions that the pipeline touches."""
        client, path = self.account.aws.client("ssm", self.home), self.account.outputs["ArtifactStores"]
        wanted = [f"{path.removeprefix('ssm:')}/{region}" for region in (each.region for each in self.services)]
        found = [client.get_parameter(Name=name)["Parameter"] for name in wanted]
        return {each["Name"].rpartition("/")[2]: json.loads(each["Value"]) for each in found}

    def definition(self) -> dict[str, Any]:
        """Source and Build of release A, then the regions."""
        definition = super().definition() | {"name": self.pipeline}
        source, build, deploy, validate, *_ = definition["stages"]
        [action] = deploy["actions"]
        deploy["name"], validate["name"] = "Deploy", "Validate"
        deploy["actions"] = [
            action
            | {
                "name": f"Deploy-{service.region}",
                "region": service.region,
                "configuration": {"ClusterName": service.cluster, "ServiceName": service.name},
            }
            for service in self.services
        ]
        validate["actions"][0]["configuration"]["UserParameters"] = json.dumps(GATE)
        source["actions"][0]["configuration"]["FullRepositoryId"] = self.repository
        build["actions"][0]["configuration"]["ProjectName"] = f"{self.pipeline}-build"
        definition["stages"] = [source, build, deploy, validate]
        return definition

    def prepare(self) -> None:
        """Create the services, and the role that the pipeline runs under."""
        aws = self.account.aws
        image = push_image(aws, self.account.account_id, self.home, self.services[0].name, "initial")
        for service in self.services:
            service.create(aws, image)
        for service in self.services:
            wait_until_steady(aws.client("ecs", service.region), service.cluster, service.name)
        self.create_pipeline_role()


class Recorder:
    """Reads what the functions' processes wrote. ``phase`` is what happens now, for whoever reads it later."""

    def __init__(self, directory: Path, account: Account) -> None:
        self._directory, self._account = directory, account
        self._read: Counter[str] = Counter()
        self._slack_calls = 0
        self._invocations: list[dict[str, Any]] = []

    def new(self, phase: str) -> dict[str, Any]:
        """What was called since the last time, which was for this: ``{"functions": {name: {"invocations": number,
        "service:operation": number}}, "slack": {method: number}}``."""
        found: dict[str, Counter[str]] = {}
        for path in sorted(self._directory.glob("*.jsonl")):
            lines = path.read_text().splitlines()
            if not lines:
                continue
            environment = json.loads(lines[0])["environment"]
            name, invocation = environment["POWERTOOLS_SERVICE_NAME"], None
            counted = found.setdefault(name, Counter())
            for document in map(json.loads, lines[self._read[path.name] :]):
                match document["kind"]:
                    case "event":
                        counted["invocations"] += 1
                        invocation = {"phase": phase, "function": name, "environment": environment, "answers": []}
                        invocation |= document
                        self._invocations.append(invocation)
                    case "call":
                        counted[f"{document['service']}:{document['operation']}"] += 1
                    case "answer" if self._invocations and invocation:
                        invocation["answers"].append(document)
            self._read[path.name] = len(lines)
        history = requests.get(f"{self._account.slack_url}/history", timeout=60).json()
        slack = Counter(call["method"] for call in history[self._slack_calls :])
        self._slack_calls = len(history)
        return {"functions": found, "slack": slack}

    @property
    def invocations(self) -> list[dict[str, Any]]:
        """Every invocation so far: ``phase``, ``function``, ``environment``, ``event``, ``arn`` and ``answers``."""
        return self._invocations


@contextmanager
def observed_account() -> Iterator[tuple[Account, Recorder]]:
    """An account whose functions are observed, with the stack deployed in 16 regions."""
    directory = BUILT / "observed"
    shutil.rmtree(BUILT, ignore_errors=True)
    directory.mkdir(parents=True)
    observe = {"OBSERVER": str(OBSERVER), "OBSERVE": str(directory), "OBSERVE_CALLS": "true"}
    variables = {f"CROSSCHECK_{name}": value for name, value in observe.items()}
    with Account(BUILT / "account", function_variables=variables) as account:
        account.deploy(Regions=",".join(OTHERS), ReplicateRepositories="wide")
        yield account, Recorder(directory, account)


def settled(account: Account, execution: str) -> Card:
    """The release's card, once the release has ended and nothing runs any more."""
    client = account.aws.client("stepfunctions", HOME_REGION)
    machine = account.outputs["VerifyStateMachineArn"]

    def look() -> Card:
        running = client.list_executions(stateMachineArn=machine, statusFilter="RUNNING")["executions"]
        found = [card for card in cards(account.slack_url, execution) if _payload(card).get("state") in ENDED]
        return found[0] if found and not running else {}

    card = poll(look, MINUTES * 60)
    if not card:
        raise TimeoutError(f"the release {execution} did not end within {MINUTES} minutes")
    time.sleep(10)  # the last change of the card, which the queue holds back
    return card


def _payload(card: Card) -> Mapping[str, Any]:
    found: Mapping[str, Any] = card.get("metadata", {}).get("event_payload", {})
    return found


def approve(account: Account, execution: str) -> None:
    """Click on the card's button to approve with, once it is there."""

    def button() -> tuple[str, str] | None:
        for card in cards(account.slack_url, execution):
            for block in card["blocks"]:
                for element in block.get("elements", []):
                    if str(element.get("action_id", "")).startswith("approve"):
                        return card["ts"], element["action_id"]
        return None

    found = poll(button, MINUTES * 60)
    if found is None:
        raise TimeoutError("nobody was asked")
    body = {"channel": CHANNEL, "ts": found[0], "action_id": found[1], "user": APPROVER}
    requests.post(f"{account.slack_url}/click", json=body, timeout=60).raise_for_status()


def transitions(account: Account) -> int:
    """The states that every execution of the state machine entered so far."""
    client = account.aws.client("stepfunctions", HOME_REGION)
    pages = client.get_paginator("list_executions").paginate(stateMachineArn=account.outputs["VerifyStateMachineArn"])
    total = 0
    for execution in (each["executionArn"] for page in pages for each in page["executions"]):
        history = client.get_paginator("get_execution_history").paginate(executionArn=execution)
        total += sum(event["type"].endswith("StateEntered") for page in history for event in page["events"])
    return total


def record() -> dict[str, Any]:
    """Run the releases; what is in ``recording.json``."""
    releases: dict[str, Any] = {}
    with observed_account() as (account, recorder):
        recorder.new("deployment")
        for size in SIZES:
            service = WideService(account, size)
            service.prepare()
            recorder.new("preparation")
            before = transitions(account)
            ended = _payload(settled(account, service.create_pipeline()))["state"]
            if ended != "SUCCEEDED":
                raise RuntimeError(f"the release to {size} regions, which nothing was to break, ended {ended}")
            releases[str(size)] = recorder.new(f"{size} regions") | {"transitions": transitions(account) - before}
            if size == SIZES[1]:
                _unhappy(account, service)
                for function in ("RenderWidget", "Reconcile"):
                    _invoke(account, function)
                recorder.new("unhappy")
        return {"releases": releases, "invocations": recorder.invocations}


def _unhappy(account: Account, service: WideService) -> None:
    """A release that a person approves, and one of whose regions is taken back."""
    service.ask_before("Deploy", "May it?")
    body = {"region": OTHERS[0], "provider": "ECS", "outcome": "unhealthy"}
    requests.post(f"{account.control_url}/deployments", json=body, timeout=60).raise_for_status()
    execution = service.push("Cache the product list")
    approve(account, execution)
    settled(account, execution)
    requests.post(f"{account.control_url}/reset", json={}, timeout=60).raise_for_status()


def _invoke(account: Account, logical_id: str) -> None:
    client = account.aws.client("cloudformation", HOME_REGION)
    found = client.describe_stack_resource(StackName="crosscheck", LogicalResourceId=logical_id)
    name = found["StackResourceDetail"]["PhysicalResourceId"]
    event = {"RenderWidget": "widget_board", "Reconcile": "reconcile_schedule"}[logical_id]
    payload = (Path(__file__).parents[1] / "events" / f"{event}.json").read_bytes()
    account.aws.client("lambda", HOME_REGION).invoke(FunctionName=name, Payload=payload)


def main() -> None:
    """Record, and write the file."""
    RECORDING.write_text(json.dumps(record()))


if __name__ == "__main__":
    main()
