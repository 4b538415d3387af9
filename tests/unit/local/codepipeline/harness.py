"""A local CodePipeline on a loopback port, with moto behind it, and pipelines to run in it."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botocore.config import Config
from werkzeug.serving import make_server

from local.aws_json.authorization import Decides
from local.clients import ACCOUNT_ID
from local.clock import Clock
from local.codepipeline import CodePipeline, zips
from local.outcomes import Outcomes
from tests.unit.local.codepipeline.fakes import SESSION, FakeAws, RecordedEvents

HOME = "us-east-1"
SECOND = "eu-west-1"
PATIENCE = 30.0

Wire = dict[str, Any]


def wait_for[Value](look: Callable[[], Value | None], what: str) -> Value:
    """The first value that a look gives; the time limit only ends a test that would hang."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        value = look()
        if value:
            return value
        time.sleep(0.005)
    raise AssertionError(f"waited in vain for {what}")


@dataclass
class Account:
    """What a test works with."""

    service: CodePipeline
    url: str
    aws: FakeAws
    events: RecordedEvents
    outcomes: Outcomes
    clock: Clock
    clients: dict[str, Any] = field(default_factory=dict)

    def api(self, region: str = HOME, *, validate: bool = True) -> Any:
        """A CodePipeline client; without ``validate`` it sends what boto3 would refuse by itself."""
        key = f"{region}-{validate}"
        if key not in self.clients:
            self.clients[key] = SESSION.client(
                "codepipeline",
                region_name=region,
                endpoint_url=self.url,
                aws_access_key_id=ACCOUNT_ID,
                aws_secret_access_key="local",  # noqa: S106 - nobody checks it
                config=Config(retries={"total_max_attempts": 1}, parameter_validation=validate),
            )
        return self.clients[key]

    def bucket(self, name: str, region: str = HOME, *, versioned: bool = True) -> str:
        s3 = self.aws.client("s3", region)
        location = {} if region == HOME else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=name, **location)
        if versioned:
            s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        return name

    def upload(self, bucket: str, key: str, files: dict[str, bytes]) -> str:
        return str(self.aws.client("s3", HOME).put_object(Bucket=bucket, Key=key, Body=zips.pack(files))["VersionId"])

    def create(self, wire: Wire, region: str = HOME, **more: Any) -> str:
        """Create a pipeline; the id of the execution that this starts."""
        self.api(region).create_pipeline(pipeline=wire, **more)
        found = self.api(region).list_pipeline_executions(pipelineName=wire["name"])["pipelineExecutionSummaries"]
        return str(found[0]["pipelineExecutionId"])

    def start(self, pipeline: str, region: str = HOME, **more: Any) -> str:
        return str(self.api(region).start_pipeline_execution(name=pipeline, **more)["pipelineExecutionId"])

    def execution(self, pipeline: str, execution: str, region: str = HOME) -> Any:
        answer = self.api(region).get_pipeline_execution(pipelineName=pipeline, pipelineExecutionId=execution)
        return answer["pipelineExecution"]

    def ended(self, pipeline: str, execution: str, region: str = HOME) -> str:
        """The status of an execution once it ended and its last event is out."""

        def look() -> str | None:
            status = self.execution(pipeline, execution, region)["status"]
            last = [change for change in self.changes(execution) if change.startswith("Pipeline")][-1:]
            over = last and last[0].split()[-1] not in {"STARTED", "RESUMED", "STOPPING"}
            return status if over and status not in {"InProgress", "Stopping"} else None

        return wait_for(look, f"the end of {pipeline}")

    def actions(self, pipeline: str, execution: str, region: str = HOME) -> dict[str, Any]:
        """The newest run of each action, by the action's name."""
        listed = self.api(region).list_action_executions(
            pipelineName=pipeline, filter={"pipelineExecutionId": execution}
        )["actionExecutionDetails"]
        return {run["actionName"]: run for run in reversed(listed)}

    def running(self, pipeline: str, execution: str, action: str) -> Any:
        """An action once it is in progress."""

        def look() -> Any:
            run = self.actions(pipeline, execution).get(action)
            return run if run and run["status"] == "InProgress" else None

        return wait_for(look, f"{action} to run")

    def told(self, execution: str, change: str, times: int = 1) -> None:
        """Wait until an event was out so many times."""
        wait_for(lambda: self.changes(execution).count(change) >= times, change)

    def rule_statuses(self, pipeline: str = "my-pipeline") -> list[str]:
        """The statuses of all runs of rules, the newest first."""
        listed = self.api().list_rule_executions(pipelineName=pipeline)["ruleExecutionDetails"]
        return [run["status"] for run in listed]

    def changes(self, execution: str) -> list[str]:
        """The events of an execution in words: ``Action Build SUCCEEDED``."""
        told = []
        for _, detail_type, _, detail in list(self.events.events):
            if detail["execution-id"] == execution:
                name = detail.get("action") or detail.get("stage") or ""
                told.append(" ".join(filter(None, (detail_type.split()[1], name, detail["state"]))))
        return told

    def details(self, execution: str, kind: str, name: str, state: str) -> Wire:
        """The detail of the one event of that kind."""
        found = [
            detail
            for _, detail_type, _, detail in list(self.events.events)
            if detail["execution-id"] == execution
            and detail_type.split()[1] == kind
            and detail["state"] == state
            and name == (detail.get("action") or detail.get("stage") or "")
        ]
        assert len(found) == 1, found
        return found[0]

    def unzip(self, location: dict[str, str], region: str) -> dict[str, bytes]:
        """The files of an artifact, straight from its bucket."""
        answer = self.aws.client("s3", region).get_object(Bucket=location["bucket"], Key=location["key"])
        return zips.unpack(answer["Body"].read())


def open_account(speed: float = 10_000, decide: Decides | None = None) -> tuple[Account, Callable[[], None]]:
    aws, clock, events, outcomes = FakeAws(), Clock(speed), RecordedEvents(), Outcomes()
    service = CodePipeline(aws, clock, events, outcomes, ACCOUNT_ID, decide)
    server = make_server("127.0.0.1", 0, service.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()

    def close() -> None:
        service.close()
        server.shutdown()
        thread.join()
        server.server_close()

    return Account(service, f"http://127.0.0.1:{server.port}", aws, events, outcomes, clock), close
