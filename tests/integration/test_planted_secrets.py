"""Every secret that a function holds is a word that is found wherever it may get to: logs, Slack, ledger, queues."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

import boto3
import pytest

from crosscheck.decisions.request import DecisionRequest
from crosscheck.ledger.decision_facts import DecisionKind
from handle_interaction import handler as clicks
from local.server import Server
from local.slack import SlackWorkspace
from provision_regions import serve as serving
from provision_regions.handler import handler as provision
from record_events import handler as recording
from tests.builders import events, interactions, lambdas, tables
from tests.builders.releases import SUBJECT
from tests.fakes.codepipeline import FakeJob
from tests.fakes.codepipeline_decisions import FakeDecisions
from tests.fakes.codepipeline_release import context
from tests.fakes.json_protocol import RefusedError
from tests.fakes.regions.inbox import inbox
from tests.fakes.regions.requests import event as custom_resource
from tests.fakes.regions.requests import properties
from tests.fakes.regions.world import World as Regions
from tests.integration.conftest import CHANNEL, TEAM, SlackStand
from tests.integration.record_events.test_handler import Queues
from tests.integration.update_card.test_publisher import Function as Cards
from tests.unit.apply_decision.conftest import World as Decisions
from tests.unit.apply_decision.conftest import world as decisions  # noqa: F401 - a fixture
from tests.unit.gate_stage.conftest import Account, account  # noqa: F401 - account is a fixture
from update_card import handler as showing

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from mypy_boto3_dynamodb import DynamoDBClient

# Of letters that occur together nowhere else; an approval's token and a URL's query have to look like theirs.
MARK = "-".join(("qzjx", "vkwq", "jzxq"))
APPROVAL = str(uuid.uuid5(uuid.NAMESPACE_URL, MARK))
SIGNED_AT = interactions.NOW
REFUSALS = ("invalid_auth", "token_revoked", "internal_error", "invalid_blocks", "channel_not_found", "a_new_error")


class Sinks:
    """Everything to which a text may get, read once a test has run."""

    def __init__(self, written: pytest.CaptureFixture[str], log: pytest.LogCaptureFixture) -> None:
        self.written, self.log = written, log
        self.seen: list[object] = []

    def tries(self, call: Any) -> None:
        """Call a function; what it returns or raises is seen by somebody, in Lambda's own log at least."""
        try:
            self.seen.append(call())
        except Exception as error:
            self.seen.append(f"{error!r} {error.__cause__!r}")

    def text(self) -> str:
        """All that was written, and what the test saw."""
        logged = [vars(record) for record in self.log.records]
        return f"{''.join(self.written.readouterr())} {self.log.text} {logged!r} {self.seen!r}"


@pytest.fixture
def sinks(capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Sinks:
    caplog.set_level("DEBUG", "update_card")
    return Sinks(capsys, caplog)


def table(client: DynamoDBClient) -> str:
    """The whole table, cards included."""
    return str(client.scan(TableName=tables.NAME)["Items"])


def queued(url: str) -> str:
    """What a queue holds, with attributes."""
    client = boto3.client("sqs", region_name="us-east-1")
    asked: Any = {"MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"]}
    return str(client.receive_message(QueueUrl=url, **asked).get("Messages", []))


@pytest.fixture
def slack_with_marked_token() -> Iterator[SlackStand]:
    server = Server(SlackWorkspace(MARK, {CHANNEL: "releases", TEAM: "team"}).app, "slack", threads=4)
    yield SlackStand(server.url, MARK)
    server.close()


@pytest.mark.parametrize("fault", [*({"error": each} for each in REFUSALS), {"drop": True}, {"status": 500}, {}])
def test_f50_slacks_token_gets_nowhere_however_slack_refuses_the_card(
    ledger_table: DynamoDBClient,
    slack_with_marked_token: SlackStand,
    sinks: Sinks,
    monkeypatch: pytest.MonkeyPatch,
    fault: dict[str, Any],
) -> None:
    slack, made = slack_with_marked_token, Cards(ledger_table, slack_with_marked_token)
    given = {"CARD_QUEUE_URL": made.queue, "CARD_DEAD_LETTERS_URL": made.dead, "SLACK_SECRET": "crosscheck/slack"}
    for name, value in {**given, "SLACK_API_URL": slack.api_url, "GATE_FUNCTION": "gate"}.items():
        monkeypatch.setenv(name, value)
    for cached in (showing._clients, showing._showing):
        cached.cache_clear()
    made.keep_secret(MARK)
    for method in ("chat.postMessage", "chat.update"):
        if fault:
            slack.fault(method, times=2, **fault)
    for event in (events.pipeline("STARTED"), events.stage("Source", "STARTED", 3), events.pipeline("FAILED", 9)):
        made.happen(event)
        sinks.tries(made.run)
    assert any(call["method"] == "chat.postMessage" for call in slack.calls())
    assert MARK not in f"{sinks.text()} {table(ledger_table)} {queued(made.queue)} {queued(made.dead)} {slack.calls()}"


def test_f50_slacks_secrets_get_nowhere_however_a_click_comes(
    ledger_table: DynamoDBClient, sinks: Sinks, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = boto3.client("sqs", region_name="us-east-1")
    queue = client.create_queue(QueueName="decisions.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    given = {"SLACK_SECRET": "crosscheck/slack", "SLACK_API_URL": "http://127.0.0.1:1/", "DECISIONS_QUEUE_URL": queue}
    for name, value in {**given, "APPROVERS": interactions.USER}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("time.time", lambda: SIGNED_AT)
    clicks._interactions.cache_clear()
    secrets = boto3.client("secretsmanager", region_name="us-east-1")
    whole = {"bot_token": MARK, "signing_secret": f"{MARK}-signs"}
    secrets.create_secret(Name="crosscheck/slack", SecretString=json.dumps({"bot_token": MARK}))

    def answer(request: dict[str, Any]) -> Any:
        return clicks.handler(request, cast("LambdaContext", lambdas.Context()))

    bodies = [
        *(interactions.form(interactions.pressed(_request(kind))) for kind in DecisionKind),
        interactions.form("no json"),
        b"payload=%ff",
    ]
    for body in bodies:
        sinks.tries(lambda body=body: answer(interactions.event(body, secret=whole["signing_secret"])))
    secrets.put_secret_value(SecretId="crosscheck/slack", SecretString=json.dumps(whole))
    clicks._interactions.cache_clear()
    for body in bodies:
        for secret in (whole["signing_secret"], "another"):
            sinks.tries(lambda body=body, secret=secret: answer(interactions.event(body, secret=secret)))
    held = queued(queue)
    assert interactions.USER in held
    client.delete_queue(QueueUrl=queue)
    sinks.tries(lambda: answer(interactions.event(bodies[0], secret=whole["signing_secret"])))
    assert MARK not in f"{sinks.text()} {held} {table(ledger_table)}"
    clicks._interactions.cache_clear()


def _request(kind: DecisionKind) -> DecisionRequest:
    return DecisionRequest(kind, SUBJECT, "Release", "Go", 1)


@pytest.mark.parametrize("refusal", ["", "InvalidApprovalTokenException", "ApprovalAlreadyCompletedException"])
def test_f50_the_token_of_an_approval_gets_nowhere(
    decisions: Decisions,  # noqa: F811 - the fixture
    ledger_table: DynamoDBClient,
    sinks: Sinks,
    refusal: str,
) -> None:
    fake: FakeDecisions = decisions.codepipeline
    fake.token = APPROVAL
    waits = events.action("Release", "Go", "STARTED", 5, category="Approval", provider="Manual")
    decisions.happen(events.pipeline("STARTED"), waits)
    if refusal:
        fake.refuse("PutApprovalResult", RefusedError(refusal))
    (request,) = decisions.offered(DecisionKind.APPROVE)
    sinks.tries(lambda: decisions.decide(request))
    assert fake.called("PutApprovalResult")[0]["token"] == APPROVAL
    assert decisions.known.decisions
    assert APPROVAL not in f"{sinks.text()} {table(ledger_table)} {decisions.told} {vars(decisions.cards)}"


def test_f50_credentials_and_tokens_of_a_job_get_nowhere(
    account: Account,  # noqa: F811 - the fixture
    sinks: Sinks,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    genuine = account.event

    def planted(name: str = "codepipeline_job", **changes: Any) -> dict[str, Any]:
        event = genuine(name, **changes)
        credentials = dict.fromkeys(("accessKeyId", "secretAccessKey", "sessionToken"), MARK)
        event["CodePipeline.job"]["data"]["artifactCredentials"] = credentials
        return event

    monkeypatch.setattr(account, "event", planted)
    jobs = account.release.codepipeline.jobs

    def invoke(number: int, **changes: Any) -> dict[str, Any]:
        job = f"aaaaaaaa-bbbb-4ccc-8ddd-{number:012x}"
        jobs[job] = FakeJob(context("ValidateSecondary", "Validate-Secondary"))
        return account.invoke(job=job, **changes)

    answers = [invoke(1), invoke(2, token=MARK), invoke(3, parameters={"planted": MARK})]
    account.release.codepipeline.refuse("GetPipeline", ZeroDivisionError(MARK))
    answers.append(invoke(4))
    assert [each["outcome"] for each in answers] == ["succeeded", "failed", "failed", "failed"]
    assert MARK not in f"{sinks.text()} {answers} {account.ledger()} {account.cards()}"


def test_f50_the_address_of_an_answer_gets_nowhere(sinks: Sinks, monkeypatch: pytest.MonkeyPatch) -> None:
    regions = Regions()
    monkeypatch.setattr(serving, "_clients", lambda: regions.clients)
    monkeypatch.setenv("ARTIFACT_STORE_PREFIX", "pipeline-artifacts")
    content = custom_resource("Create", properties("nowhere-9"))
    for statuses in ((), (403, 403, 403, 403, 403, 403), (500, 200)):
        with inbox(*statuses) as box:
            monkeypatch.setenv("CROSSCHECK_RESPONSE_HOST", box.host)
            for host in (box.host, "elsewhere.example"):
                url = f"http://{host}/answer?X-Amz-Signature={MARK}"
                context = cast("Any", lambdas.Context(remaining_milliseconds=20_000))
                sinks.tries(lambda url=url, context=context: provision({**content, "ResponseURL": url}, context))
            assert box.puts
            sinks.seen.append(box.puts)
    assert MARK not in sinks.text()


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("codepipeline_action_failed", ("execution-result", "external-execution-summary")),
        ("codepipeline_action_failed", ("execution-result", "external-execution-url")),
        ("codepipeline_pipeline_started", ("execution-trigger", "commit-message")),
    ],
)
def test_f50_credentials_in_a_text_of_an_event_get_nowhere(
    ledger_table: DynamoDBClient, sinks: Sinks, monkeypatch: pytest.MonkeyPatch, name: str, place: tuple[str, str]
) -> None:
    made, planted = Queues(monkeypatch), events.load(name)
    for cached in (recording._clients, recording._recorder):
        cached.cache_clear()
    part, text = place
    planted["detail"][part][text] = f"https://user:{MARK}@host.example/builds/7?X-Amz-Signature={MARK}"
    lambdas.send_event(made.client, made.events, planted)
    sinks.tries(made.run)
    held = table(ledger_table)
    assert "https://host.example/builds/7?X-Amz-Signature=REDACTED" in held
    assert MARK not in f"{sinks.text()} {held} {queued(made.cards)} {queued(made.dead)}"
