"""From the ledger to Slack, with the queue's answers, on moto and a strict Slack."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import boto3
import pytest
from botocore.exceptions import ClientError, InvalidRegionError, ParamValidationError

from crosscheck.contracts.verdicts import Finding, RegionVerdict, ReleasedImage, Verdict, judge
from crosscheck.errors import RetryLaterError
from crosscheck.ledger.card_queue import CardQueue
from crosscheck.ledger.image_facts import REPLICATION, DeployedRepository, ImageDestinations
from crosscheck.ledger.pipeline_channels import PipelineChannels
from crosscheck.ledger.subjects import ImageSubject, Repository, Subject, card_key
from crosscheck.ledger.table import Ledger
from crosscheck.ledger.verdict_facts import JudgeVerdict
from crosscheck.pipelines.parameters import Tags
from tests.builders import events, lambdas, tables
from tests.builders.changes import parse
from tests.builders.releases import SUBJECT
from tests.fakes.killed import KilledError
from tests.integration.conftest import TEAM
from update_card import handler as module
from update_card.loader import CardLoader
from update_card.pipeline_lookup import PipelineLookup
from update_card.posted_messages import CLAIM_SECONDS, PostedMessage, PostedMessages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aws_lambda_powertools.utilities.typing import LambdaContext
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sqs import SQSClient

    from crosscheck.cards.layout import Card
    from tests.integration.conftest import SlackStand
    from update_card.loader import Drawing

CHANNEL = "C0RELEASES"
SECRET = "crosscheck/slack"  # noqa: S105 - the name of the secret


class Function:
    """The function with its queue, its ledger and its Slack."""

    def __init__(self, table: DynamoDBClient, slack: SlackStand) -> None:
        self.client: SQSClient = boto3.client("sqs", region_name="us-east-1")
        self.secrets = boto3.client("secretsmanager", region_name="us-east-1")
        self.slack = slack
        self.ledger = Ledger(table, tables.NAME, 90)
        attributes: Any = {"FifoQueue": "true", "VisibilityTimeout": "180"}
        self.queue = self.client.create_queue(QueueName="cards.fifo", Attributes=attributes)["QueueUrl"]
        dead = {"FifoQueue": "true"}
        self.dead = self.client.create_queue(QueueName="dead.fifo", Attributes=cast("Any", dead))["QueueUrl"]
        self.channels = PipelineChannels(table, tables.NAME, 90)
        self.cards = CardQueue(self.client, self.queue, CHANNEL, self.channels)

    def keep_secret(self, token: str) -> None:
        """Store a bot token."""
        self.secrets.create_secret(Name=SECRET, SecretString=json.dumps({"bot_token": token}))

    def happen(self, *happened: events.Event) -> None:
        """What record_events does with events."""
        for event in happened:
            change = parse(event)
            self.ledger.merge(change.subject, change.fact)
            self.cards.changed(change.subject, change.event_id)

    def judge(self, verdict: Verdict, *images: ReleasedImage, look: int) -> None:
        """What a gate does with a look."""
        judged = judge("us-east-1", [Finding("ecs-service", "web", verdict, "as the test says", images=images)])
        now = events.BEGAN.timestamp() + 10 + look
        self.ledger.merge(SUBJECT, JudgeVerdict("Deploy", judged, now, final=True, look=look).to_fact(now))
        self.cards.changed(SUBJECT, f"look {look}")

    def run(self) -> tuple[int, int]:
        """One batch through the function: how many messages came, how many were given back."""
        delivered = lambdas.receive(self.client, self.queue)
        answer: dict[str, Any] = module.handler(delivered, cast("LambdaContext", lambdas.Context()))
        lambdas.settle(self.client, self.queue, delivered, answer)
        return len(delivered["Records"]), len(answer["batchItemFailures"])

    def hidden(self) -> str:
        """How many messages the queue holds back until their time comes."""
        name: Any = "ApproximateNumberOfMessagesNotVisible"
        answer: Any = self.client.get_queue_attributes(QueueUrl=self.queue, AttributeNames=[name])
        return str(answer["Attributes"][name])


@pytest.fixture
def function(ledger_table: DynamoDBClient, slack: SlackStand, monkeypatch: pytest.MonkeyPatch) -> Iterator[Function]:
    made = Function(ledger_table, slack)
    settings = {
        "CARD_QUEUE_URL": made.queue,
        "CARD_DEAD_LETTERS_URL": made.dead,
        "SLACK_SECRET": SECRET,
        "SLACK_API_URL": slack.api_url,
        "GATE_FUNCTION": "gate",
        "NOTIFY_ON_FAILURE": "U0ONCALL",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    for cached in (module._clients, module._showing):
        cached.cache_clear()
    yield made
    for cached in (module._clients, module._showing):
        cached.cache_clear()


@pytest.fixture
def ready(function: Function) -> Function:
    function.keep_secret(function.slack.token)
    return function


def test_a_burst_of_events_is_one_call(ready: Function) -> None:
    ready.happen(events.pipeline("STARTED"), events.stage("Source", "STARTED"), events.stage("Source", "SUCCEEDED", 3))
    assert ready.run() == (3, 0)
    assert [call["method"] for call in ready.slack.calls()] == ["chat.postMessage"]


def test_later_events_update_the_same_message(ready: Function) -> None:
    ready.happen(events.pipeline("STARTED"))
    ready.run()
    ready.happen(events.pipeline("FAILED", 30))
    ready.run()
    (shown,) = ready.slack.messages()
    assert shown["metadata"]["event_payload"]["state"] == "FAILED"
    assert [call["method"] for call in ready.slack.calls()] == ["chat.postMessage", "chat.update"]


def test_what_changes_nothing_on_the_card_is_not_sent(ready: Function) -> None:
    ready.happen(events.pipeline("STARTED"))
    ready.run()
    ready.happen(events.pipeline("STARTED", 0, **{"start-time": "2026-03-04T10:00:00Z"}))
    assert ready.run() == (1, 0)
    assert len(ready.slack.calls()) == 1


def test_f06_f07_two_that_handle_the_first_two_events_at_once_post_one_card(
    ready: Function, ledger_table: DynamoDBClient
) -> None:
    """The other one has claimed the card, and its call of Slack is on its way."""
    PostedMessages(ledger_table, tables.NAME, 90).claim(SUBJECT)
    ready.happen(events.pipeline("STARTED"), events.stage("Source", "STARTED"))
    assert ready.run() == (2, 2)
    assert ready.slack.calls() == []


def test_f07_after_a_crash_between_posting_and_saving_updates_go_to_the_one_card_that_is_posted_anew(
    ready: Function, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KilledError

    function = module._showing()
    ready.happen(events.pipeline("STARTED"))
    with monkeypatch.context() as crash:
        crash.setattr(PostedMessages, "save", killed)
        with pytest.raises(KilledError):
            function.show(SUBJECT, CHANNEL)
    with pytest.raises(RetryLaterError):  # whoever has claimed may be alive
        function.show(SUBJECT, CHANNEL)
    later = replace(function.messages, clock=lambda: time.time() + CLAIM_SECONDS + 1)
    for event in (events.stage("Source", "STARTED"), events.pipeline("FAILED", 30)):
        ready.happen(event)
        replace(function, messages=later).show(SUBJECT, CHANNEL)
    methods = [call["method"] for call in ready.slack.calls() if "thread_ts" not in call["payload"]]
    assert methods == ["chat.postMessage", "chat.postMessage", "chat.update"]
    lost, shown = (message["metadata"]["event_payload"]["state"] for message in ready.slack.messages())
    assert (lost, shown) == ("STARTED", "FAILED")


def test_f38_a_busy_slack_gives_everything_back_without_sleeping(ready: Function) -> None:
    ready.slack.fault("chat.postMessage", status=429, retry_after=30)
    ready.happen(events.pipeline("STARTED"), events.stage("Source", "STARTED"))
    assert ready.run() == (2, 2)
    assert ready.hidden() == "2"
    assert ready.slack.messages() == []


def test_f40_a_permanent_refusal_never_blocks_the_channel(ready: Function, capsys: pytest.CaptureFixture[str]) -> None:
    ready.slack.fault("chat.postMessage", error="msg_too_long")
    ready.happen(events.pipeline("STARTED"))
    assert ready.run() == (1, 0)
    assert '"CardsRefused":[1.0]' in capsys.readouterr().out
    assert {item["sk"]["S"]: item["refused"]["S"] for item in ready.ledger.items(card_key(SUBJECT))} == {
        "card": "msg_too_long"
    }
    ready.happen(events.stage("Source", "STARTED"))
    ready.run()
    assert len(ready.slack.messages()) == 1


@pytest.mark.parametrize(
    "error", ["not_in_channel", "is_archived", "invalid_auth", "missing_scope", "ekm_access_denied"]
)
def test_f40_what_a_person_has_to_mend_for_every_card_loses_none_and_rings_the_alarm(
    ready: Function, error: str, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    ready.slack.fault("chat.postMessage", error=error, times=2)
    ready.happen(events.pipeline("STARTED"))
    assert ready.run() == (1, 1)
    assert ready.hidden() == "1"
    assert '"CardsRefused":[1.0]' in capsys.readouterr().out
    waits = next(record for record in caplog.records if record.message == "the card has to wait")
    assert vars(waits)["reason"].startswith(f"Slack refuses with {error}: ")


def test_f39_a_lost_answer_delays_the_next_try(ready: Function) -> None:
    ready.slack.fault("chat.postMessage", drop=True)
    ready.happen(events.pipeline("STARTED"))
    assert ready.run() == (1, 1)
    ready.happen(events.stage("Source", "STARTED"))
    ready.run()
    assert len(ready.slack.messages()) == 1


def test_a_failing_look_never_freezes_the_card(ready: Function) -> None:
    """The images of a release are known from a passing look only; a failing one must still be shown."""
    image = ImageSubject("us-east-1", "my-service", "sha256:" + "1" * 64)
    ready.ledger.merge(image, ImageDestinations(("eu-west-1",)).to_fact(1.0))
    for look in range(9):
        seen = RegionVerdict("eu-west-1", Verdict.PENDING, f"look {look}", ())
        ready.ledger.merge(image, JudgeVerdict(REPLICATION, seen, 2.0 + look, final=False, look=look).to_fact(1.0))
    released = ReleasedImage("111122223333.dkr.ecr.us-east-1.amazonaws.com/my-service:v1", image.digest)
    ready.happen(events.pipeline("STARTED"), events.action("Deploy", "One", "SUCCEEDED", 3))
    ready.judge(Verdict.PASS, released, look=1)
    ready.run()
    assert "my-service@sha256:111111111111" in str(ready.slack.messages()[0]["blocks"])
    ready.judge(Verdict.FAIL, look=2)
    ready.happen(events.pipeline("FAILED", 30))
    ready.run()
    shown, told, measured = ready.slack.messages()
    assert "failed: as the test says" in told["text"]
    assert "as the test says" in str(measured["blocks"])
    assert shown["metadata"]["event_payload"]["state"] == "FAILED"
    assert shown["metadata"]["event_payload"]["regions"] == {"us-east-1": "failed"}
    assert "my-service@sha256:111111111111" in str(shown["blocks"])


IMAGE = ImageSubject("us-east-1", "my-service", "sha256:" + "1" * 64)


def _arrives(ready: Function, verdict: Verdict, look: int) -> None:
    """A look at the image in its only destination."""
    ready.ledger.merge(IMAGE, ImageDestinations(("eu-west-1",)).to_fact(1.0))
    seen = RegionVerdict("eu-west-1", verdict, f"look {look}", ())
    final = verdict is not Verdict.PENDING
    ready.ledger.merge(IMAGE, JudgeVerdict(REPLICATION, seen, 2.0 + look, final=final, look=look).to_fact(1.0))
    ready.cards.changed(IMAGE, f"look {look}")
    ready.run()


def test_an_image_that_no_release_deploys_has_a_message(ready: Function) -> None:
    _arrives(ready, Verdict.PENDING, 1)
    _arrives(ready, Verdict.PASS, 2)
    assert [call["method"] for call in ready.slack.calls()] == ["chat.postMessage", "chat.update"]


def test_an_image_of_a_repository_that_releases_deploy_has_one_only_if_it_fails(ready: Function) -> None:
    repository = Repository(IMAGE.region, IMAGE.repository)
    ready.ledger.merge(repository, DeployedRepository("multi-region-service").to_fact(1.0))
    _arrives(ready, Verdict.PENDING, 1)
    _arrives(ready, Verdict.PASS, 2)
    assert ready.slack.calls() == []
    _arrives(ready, Verdict.FAIL, 3)
    assert [message["metadata"]["event_payload"]["state"] for message in ready.slack.messages()] == ["failed"]
    _arrives(ready, Verdict.PASS, 4)
    assert [message["metadata"]["event_payload"]["state"] for message in ready.slack.messages()] == ["passed"]


def test_a_release_that_deploys_an_image_silences_it_and_the_next_of_its_repository(ready: Function) -> None:
    ready.ledger.merge(IMAGE, ImageDestinations(("eu-west-1",)).to_fact(1.0))
    released = ReleasedImage("111122223333.dkr.ecr.us-east-1.amazonaws.com/my-service:v1", IMAGE.digest)
    ready.happen(events.pipeline("STARTED"), events.action("Deploy", "One", "SUCCEEDED", 3))
    ready.judge(Verdict.PASS, released, look=1)
    ready.run()
    _arrives(ready, Verdict.PASS, 2)
    following = replace(IMAGE, digest="sha256:" + "2" * 64)
    ready.ledger.merge(following, ImageDestinations(("eu-west-1",)).to_fact(1.0))
    ready.cards.changed(following, "plan")
    ready.run()
    kinds = {message["metadata"]["event_type"] for message in ready.slack.messages() if message["metadata"]}
    assert kinds == {"crosscheck_release"}


@pytest.mark.parametrize("body", ["no subject", "image#a"])
def test_f08_a_message_that_cannot_be_drawn_is_buried_and_blocks_nothing(
    ready: Function, body: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ready.client.send_message(
        QueueUrl=ready.queue, MessageBody=body, MessageGroupId=CHANNEL, MessageDeduplicationId="1"
    )
    delivered = lambdas.receive(ready.client, ready.queue)
    delivered["Records"][0]["attributes"]["ApproximateReceiveCount"] = "5"
    answer = module.handler(delivered, cast("LambdaContext", lambdas.Context()))
    assert answer == {"batchItemFailures": []}
    assert '"CardFailures":[1.0]' in capsys.readouterr().out
    assert [record["body"] for record in lambdas.receive(ready.client, ready.dead)["Records"]] == [body]


@pytest.mark.parametrize(
    ("key", "error"),
    [
        ("execution#not a region#shop#1", None),
        ("execution#us-east-1#shop#1", ClientError({"Error": {"Code": "ValidationException"}}, "Query")),
        ("execution#us-east-1#shop#1", ParamValidationError(report="x")),
        ("execution#us-east-1#shop#1", InvalidRegionError(region_name="x")),
    ],
)
def test_what_aws_will_never_take_is_buried_after_a_few_receives(
    ready: Function, key: str, error: Exception | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RECEIVES_OF_A_FAILURE", 1)
    if error:
        monkeypatch.setattr(module, "_showing", cache(lambda: raising(error)))
    ready.client.send_message(
        QueueUrl=ready.queue, MessageBody=key, MessageGroupId=CHANNEL, MessageDeduplicationId="wrong"
    )
    assert ready.run() == (1, 0)
    assert [record["body"] for record in lambdas.receive(ready.client, ready.dead)["Records"]] == [key]


@pytest.mark.parametrize("code", ["InternalServerError", "AccessDeniedException", "ThrottlingException"])
def test_what_aws_may_take_later_is_never_buried(ready: Function, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    error = ClientError({"Error": {"Code": code}}, "Query")
    monkeypatch.setattr(module, "RECEIVES_OF_A_FAILURE", 1)
    monkeypatch.setattr(module, "_showing", cache(lambda: raising(error)))
    ready.happen(events.pipeline("STARTED"))
    assert ready.run() == (1, 1)
    assert lambdas.receive(ready.client, ready.dead)["Records"] == []


def raising(error: Exception) -> Any:
    """A publisher that AWS refuses."""

    class Refused:
        def channel_of(self, _subject: object) -> str:
            raise error

    return Refused()


def test_f54_a_refusing_ledger_is_waited_for(ready: Function, ledger_table: DynamoDBClient) -> None:
    ready.happen(events.pipeline("STARTED"))
    ledger_table.delete_table(TableName=tables.NAME)
    assert ready.run() == (1, 1)


def test_a_subject_of_which_a_batch_tells_twice_is_shown_once(ready: Function, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    draw = CardLoader.release

    def counting(loader: CardLoader, subject: Subject) -> Drawing | None:
        asked.append(subject)
        return draw(loader, subject)

    monkeypatch.setattr(CardLoader, "release", counting)
    ready.happen(events.pipeline("STARTED"), events.stage("Source", "STARTED"), events.pipeline("SUCCEEDED", 9))
    assert ready.run() == (3, 0)
    assert len(asked) == 1
    assert lambdas.receive(ready.client, ready.queue)["Records"] == []


def test_a_subject_that_has_to_wait_is_not_taken_for_shown(ready: Function, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_showing", cache(lambda: raising(ClientError({"Error": {"Code": "slow"}}, "Query"))))
    ready.happen(events.pipeline("STARTED"), events.stage("Source", "STARTED"))
    assert ready.run() == (2, 2)


def test_f13_near_the_timeout_the_rest_goes_back(ready: Function) -> None:
    another: dict[str, Any] = {"execution-id": "ffffffff-89ab-cdef-0123-456789abcdef"}
    ready.happen(events.pipeline("STARTED"), events.pipeline("STARTED", **another))
    delivered = lambdas.receive(ready.client, ready.queue)
    hurried = cast("LambdaContext", lambdas.Context(remaining_milliseconds=10_000))
    assert len(module.handler(delivered, hurried)["batchItemFailures"]) == 1


@pytest.mark.parametrize("error", ["message_not_found", "cant_update_message", "edit_window_closed"])
def test_f70_a_card_that_cannot_be_edited_is_posted_anew_and_says_which_it_continues(
    ready: Function, error: str
) -> None:
    ready.happen(events.pipeline("STARTED"))
    ready.run()
    ready.slack.fault("chat.update", error=error)
    ready.happen(events.stage("Source", "STARTED", 3))
    assert ready.run() == (1, 0)
    before, card = ready.slack.messages()
    assert before["ts"] in str(card["blocks"][-1])
    ready.happen(events.pipeline("SUCCEEDED", 30))
    ready.run()
    unedited, card = ready.slack.messages()
    assert unedited == before
    assert card["metadata"]["event_payload"]["state"] == "SUCCEEDED"
    assert before["ts"] in str(card["blocks"][-1])
    ready.happen(events.pipeline("SUCCEEDED", 30))
    ready.run()
    methods = [call["method"] for call in ready.slack.calls()]
    assert methods == ["chat.postMessage", "chat.update", "chat.postMessage", "chat.update"]


def test_f70_where_nothing_can_be_edited_for_long_a_card_is_posted_anew_for_news_only(ready: Function) -> None:
    ready.happen(events.pipeline("STARTED"))
    ready.run()
    ready.slack.fault("chat.update", error="edit_window_closed", times=20)
    for second in range(3, 13):
        ready.happen(events.stage(f"Stage{second}", "STARTED", second))
        assert ready.run() == (1, 0)
    assert len(ready.slack.messages()) == 2
    ready.happen(events.pipeline("SUCCEEDED", 30))
    ready.run()
    assert ready.slack.messages()[-1]["metadata"]["event_payload"]["state"] == "SUCCEEDED"
    assert len(ready.slack.messages()) == 3


def test_f39_f70_a_lost_answer_to_a_card_that_is_posted_anew_leaves_one_live_card(ready: Function) -> None:
    ready.happen(events.pipeline("STARTED"))
    ready.run()
    ready.slack.fault("chat.update", error="edit_window_closed", times=2)
    ready.slack.fault("chat.postMessage", drop=True)
    ready.happen(events.stage("Source", "STARTED", 3))
    assert ready.run() == (1, 1)
    ready.happen(events.pipeline("SUCCEEDED", 30))
    ready.run()
    assert [call["method"] for call in ready.slack.calls()].count("chat.postMessage") == 2


def test_f70_a_card_that_cannot_be_posted_anew_either_rings_the_alarm(
    ready: Function, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    ready.happen(events.pipeline("STARTED"))
    ready.run()
    ready.slack.fault("chat.update", error="edit_window_closed")
    ready.slack.fault("chat.postMessage", error="msg_too_long")
    ready.happen(events.pipeline("SUCCEEDED", 30))
    assert ready.run() == (1, 0)
    assert '"CardsRefused":[1.0]' in capsys.readouterr().out
    refused = next(record for record in caplog.records if record.message == "Slack refused the card")
    assert vars(refused)["error"] == "msg_too_long"
    assert "report it" in vars(refused)["advice"]
    ready.happen(events.pipeline("SUCCEEDED", 31))
    ready.run()
    assert ready.slack.messages()[-1]["metadata"]["event_payload"]["state"] == "SUCCEEDED"


@pytest.mark.parametrize("error", ["channel_not_found", "is_archived", "not_in_channel"])
def test_f40_a_channel_that_the_stack_has_left_holds_up_no_card(
    ready: Function, error: str, ledger_table: DynamoDBClient
) -> None:
    PostedMessages(ledger_table, tables.NAME, 90).save(
        SUBJECT, PostedMessage("C0FORMER", "1700000000.000100", "an older card")
    )
    ready.slack.fault("chat.update", error=error)
    ready.happen(events.pipeline("FAILED", 30))
    for _ in range(2):  # the second time in the group of the card's channel
        assert ready.run() == (1, 0)
    (shown,) = ready.slack.messages()
    assert shown["metadata"]["event_payload"]["state"] == "FAILED"
    ready.happen(events.stage("Source", "STARTED"))
    assert ready.run() == (1, 0)
    assert len(ready.slack.messages()) == 1


def test_f40_the_channel_in_use_is_waited_for_by_updates_as_well(ready: Function) -> None:
    ready.happen(events.pipeline("STARTED"))
    ready.run()
    ready.slack.fault("chat.update", error="is_archived")
    ready.happen(events.pipeline("FAILED", 30))
    assert ready.run() == (1, 1)
    assert len(ready.slack.messages()) == 1


def test_a_missing_secret_is_counted_and_loses_no_card(
    function: Function, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    function.happen(events.pipeline("STARTED"))
    assert function.run() == (1, 1)
    assert '"CardsDelayed":[1.0]' in capsys.readouterr().out
    assert "the card has to wait" in caplog.text
    assert function.hidden() == "1"


@pytest.mark.parametrize("secret", ["no json", "{}", '{"bot_token": ""}', '{"bot_token": 5}', "[]"])
def test_an_unusable_secret_is_waited_for_and_never_shown(
    function: Function, secret: str, caplog: pytest.LogCaptureFixture
) -> None:
    function.secrets.create_secret(Name=SECRET, SecretString=secret)
    function.happen(events.pipeline("STARTED"))
    assert function.run() == (1, 1)
    assert secret not in caplog.text or len(secret) < 3


@pytest.mark.parametrize("token", ["secret-word\n", "secret\nword", "secret word", "secret-w\xf6rd", "\tsecret-word"])
def test_a_token_that_no_header_can_hold_is_told_by_its_form_and_never_shown(
    function: Function, token: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    function.keep_secret(token)
    function.happen(events.pipeline("STARTED"))
    assert function.run() == (1, 1)
    said = "".join(capsys.readouterr()) + str([vars(record) for record in caplog.records])
    assert "holds a space, a line break or another character that no token has" in said
    assert "secret-w" not in said
    assert "secret\\n" not in said


def test_f52_a_rotated_token_is_read_anew(ready: Function) -> None:
    ready.happen(events.pipeline("STARTED"))
    ready.run()
    ready.slack.fault("chat.update", error="invalid_auth")  # the token that the function still holds
    ready.happen(events.pipeline("FAILED", 30))
    assert ready.run() == (1, 0)
    (shown,) = ready.slack.messages()
    assert shown["metadata"]["event_payload"]["state"] == "FAILED"


def test_a_subject_of_which_nothing_is_known_any_more_is_skipped(ready: Function) -> None:
    ready.cards.changed(SUBJECT, "an old message")
    assert ready.run() == (1, 0)
    assert ready.slack.calls() == []


def asking(second: int = 5) -> events.Event:
    """A manual approval is asked for."""
    return events.action("Approve", "Sign-off", "STARTED", second, category="Approval", provider="Manual")


def replies(function: Function) -> list[dict[str, Any]]:
    """What was told in threads."""
    return [message for message in function.slack.messages() if "thread_ts" in message]


def test_an_approval_is_told_once_in_the_thread_and_in_the_channel(ready: Function) -> None:
    ready.happen(events.pipeline("STARTED"), asking())
    ready.run()
    for second in (6, 7):
        ready.happen(asking(), events.stage("Approve", "STARTED", second))
        ready.run()
    (card,) = [message for message in ready.slack.messages() if message["metadata"]]
    (reply,) = replies(ready)
    assert (reply["thread_ts"], reply["subtype"]) == (card["ts"], "thread_broadcast")
    assert reply["text"].startswith("<@U0ONCALL> *multi-region-service*")
    assert "Approve / Sign-off" in reply["text"]


def test_a_release_that_needs_nobody_has_no_reply(ready: Function) -> None:
    for event in events.release_with_retry()[:8]:
        ready.happen(event)
    ready.happen(events.pipeline("SUCCEEDED", 30))
    ready.run()
    assert [call["method"] for call in ready.slack.calls()] == ["chat.postMessage"]


def _release_of(ready: Function, verdict: Verdict) -> None:
    """A release with two regions, from its start to its end."""
    ready.happen(events.pipeline("STARTED"), events.stage("Deploy", "STARTED", 1))
    ready.run()
    for region in ("us-east-1", "eu-west-1"):
        ready.happen(events.action("Deploy", region, "SUCCEEDED", 3, region=region))
        judged = judge(region, [Finding("ecs-service", "web", verdict, f"{verdict} in {region}", {"tasks": "2"})])
        now = events.BEGAN.timestamp() + 9
        ready.ledger.merge(SUBJECT, JudgeVerdict("Deploy", judged, now, final=True).to_fact(now))
    ready.happen(events.stage("Deploy", "SUCCEEDED", 10), events.pipeline("SUCCEEDED", 11))
    ready.run()


def test_what_was_measured_is_one_reply_at_the_end_which_the_channel_does_not_see(ready: Function) -> None:
    _release_of(ready, Verdict.PASS)
    (reply,) = replies(ready)
    assert "subtype" not in reply
    assert all(f"PASS in {region} (tasks: 2)" in str(reply["blocks"]) for region in ("us-east-1", "eu-west-1"))
    assert [call["method"] for call in ready.slack.calls()] == ["chat.postMessage", "chat.update", "chat.postMessage"]


def test_a_burst_of_twenty_six_events_is_two_calls_its_details_included(ready: Function) -> None:
    happened = [events.pipeline("STARTED"), events.pipeline("SUCCEEDED", 99)]
    for number in range(4):
        stage, began = f"Stage{number}", number * 20
        happened += [events.stage(stage, "STARTED", began), events.stage(stage, "SUCCEEDED", began + 9)]
        for region in ("us-east-1", "eu-west-1"):
            action = f"To-{region}"
            happened.append(events.action(stage, action, "STARTED", began, region=region))
            happened.append(events.action(stage, action, "SUCCEEDED", began + 5, region=region))
            judged = judge(region, [Finding("ecs-service", "web", Verdict.PASS, f"{stage} runs")])
            now = events.BEGAN.timestamp() + began + 7
            ready.ledger.merge(SUBJECT, JudgeVerdict(stage, judged, now, final=True).to_fact(now))
    assert len(happened) == 26
    ready.happen(*happened)
    while ready.run()[0]:
        pass
    assert [call["method"] for call in ready.slack.calls()] == ["chat.postMessage", "chat.postMessage"]
    assert ready.slack.messages()[0]["metadata"]["event_payload"]["state"] == "SUCCEEDED"


def test_a_final_card_stays_as_it_is_and_its_details_are_told_once(ready: Function) -> None:
    _release_of(ready, Verdict.PASS)
    calls = len(ready.slack.calls())
    for late in (events.pipeline("STARTED"), events.stage("Deploy", "STARTED", 1), events.pipeline("SUCCEEDED", 11)):
        ready.happen(late)
        ready.run()
    assert len(ready.slack.calls()) == calls


def test_broken_regions_are_told_in_detail_beside_the_reply_that_calls_a_person(ready: Function) -> None:
    _release_of(ready, Verdict.FAIL)
    called, measured = replies(ready)
    assert called["subtype"] == "thread_broadcast"
    assert "FAIL in eu-west-1 (tasks: 2)" in str(measured["blocks"])


@pytest.mark.parametrize("fault", [{"status": 429, "retry_after": 1}, {"drop": True}])
def test_f38_f39_details_come_once_whatever_slack_does(ready: Function, fault: dict[str, Any]) -> None:
    ready.happen(events.pipeline("STARTED"))
    ready.run()
    ready.slack.fault("chat.postMessage", **fault)
    _release_of(ready, Verdict.PASS)
    module._showing().show(SUBJECT, CHANNEL)
    module._showing().show(SUBJECT, CHANNEL)
    assert len(replies(ready)) == 1


@pytest.mark.parametrize("error", ["cannot_reply_to_message", "restricted_action_thread_locked"])
def test_f40_a_thread_that_takes_no_reply_goes_without_details(ready: Function, error: str) -> None:
    ready.happen(events.pipeline("STARTED"))
    ready.run()
    ready.slack.fault("chat.postMessage", error=error)
    _release_of(ready, Verdict.PASS)
    assert replies(ready) == []
    assert [message["metadata"]["event_payload"]["state"] for message in ready.slack.messages()] == ["SUCCEEDED"]


def test_regions_that_fail_together_are_one_reply(ready: Function) -> None:
    ready.happen(events.pipeline("STARTED"))
    for region in ("us-east-1", "eu-west-1"):
        ready.happen(events.action("Deploy", region, "FAILED", 9, region=region))
    ready.run()
    (reply,) = replies(ready)
    assert reply["text"].count("failed: the deploy action failed") == 2


def test_f39_a_lost_answer_calls_nobody_twice(ready: Function) -> None:
    ready.happen(events.pipeline("STARTED"))
    ready.run()
    ready.slack.fault("chat.postMessage", drop=True)
    ready.happen(asking())
    assert ready.run() == (1, 0)
    ready.happen(events.stage("Approve", "STARTED", 6))
    ready.run()
    assert len(replies(ready)) == 1


@pytest.mark.parametrize("fault", [{"status": 429, "retry_after": 1}, {"error": "not_in_channel"}])
def test_f38_who_could_not_be_told_is_told_later(ready: Function, fault: dict[str, Any]) -> None:
    ready.happen(events.pipeline("STARTED"))
    ready.run()
    ready.slack.fault("chat.postMessage", **fault)
    ready.happen(asking())
    assert ready.run() == (1, 1)
    assert replies(ready) == []
    module._showing().show(SUBJECT, CHANNEL)  # what the queue does once its message is visible again
    module._showing().show(SUBJECT, CHANNEL)
    assert len(replies(ready)) == 1


@pytest.mark.parametrize("error", ["cannot_reply_to_message", "restricted_action_thread_locked"])
def test_f40_where_a_thread_takes_no_reply_the_channel_is_told(ready: Function, error: str) -> None:
    ready.happen(events.pipeline("STARTED"))
    ready.run()
    ready.slack.fault("chat.postMessage", error=error)
    ready.happen(asking())
    assert ready.run() == (1, 0)
    assert replies(ready) == []
    assert "Approve / Sign-off" in ready.slack.messages()[-1]["text"]


def test_f40_a_thread_in_a_channel_that_the_stack_has_left_holds_up_nobody(
    ready: Function, ledger_table: DynamoDBClient
) -> None:
    ready.happen(events.pipeline("STARTED"), asking())
    ready.run()
    messages = PostedMessages(ledger_table, tables.NAME, 90)
    shown = messages.find(SUBJECT)
    assert shown
    change = parse(events.action("Deploy", "One", "FAILED", 9))
    ready.ledger.merge(change.subject, change.fact)
    messages.save(SUBJECT, replace(shown, channel="C0FORMER", digest=_drawn().digest))
    module._showing().show(SUBJECT, CHANNEL)
    assert "failed: the deploy action failed" in ready.slack.messages()[-1]["text"]


def _drawn() -> Card:
    """The card of the subject as it is now."""
    drawing = module._showing().drawing.release(SUBJECT)
    assert drawing
    return drawing.card


def tag(monkeypatch: pytest.MonkeyPatch, **tags: str) -> None:
    """The pipeline ``multi-region-service`` has these tags, every other one has none."""

    def tags_of(_lookup: PipelineLookup, subject: Subject) -> Tags:
        return Tags(**tags) if subject.pipeline == events.PIPELINE else Tags()  # type: ignore[arg-type]  # texts only

    monkeypatch.setattr(PipelineLookup, "tags", tags_of)


def of_another_pipeline(event: events.Event) -> events.Event:
    """The same event of a pipeline without tags."""
    return {**event, "detail": {**event["detail"], "pipeline": "untagged"}}


def groups(function: Function) -> list[str]:
    """The groups of the messages that the queue holds; they stay there."""
    delivered = lambdas.receive(function.client, function.queue)
    for record in delivered["Records"]:
        function.client.change_message_visibility(
            QueueUrl=function.queue, ReceiptHandle=record["receiptHandle"], VisibilityTimeout=0
        )
    return [record["attributes"]["MessageGroupId"] for record in delivered["Records"]]


def test_a_pipelines_tag_names_the_channel_of_its_cards(ready: Function, monkeypatch: pytest.MonkeyPatch) -> None:
    tag(monkeypatch, channel=TEAM)
    ready.happen(events.pipeline("STARTED"), asking())
    while ready.run() != (0, 0):
        pass
    card, reply = ready.slack.messages(TEAM)
    assert card["metadata"]["event_payload"]["pipeline"] == events.PIPELINE
    assert reply["thread_ts"] == card["ts"]
    assert ready.slack.messages() == []
    ready.happen(events.pipeline("FAILED", 30))
    assert groups(ready) == [TEAM]  # from its first card on, whoever tells of a change knows the channel
    assert ready.run() == (1, 0)
    card, _ = ready.slack.messages(TEAM)
    assert card["metadata"]["event_payload"]["state"] == "FAILED"


def test_f38_a_channel_that_makes_us_wait_holds_up_no_other(ready: Function, monkeypatch: pytest.MonkeyPatch) -> None:
    tag(monkeypatch, channel=TEAM)
    ready.happen(events.pipeline("STARTED"))
    assert ready.run() == (1, 0)  # handed over to its channel's group
    ready.slack.fault("chat.postMessage", error="not_in_channel")
    ready.happen(of_another_pipeline(events.pipeline("STARTED")))
    assert ready.run() == (2, 1)
    assert ready.hidden() == "1"
    assert ready.slack.messages(TEAM) == []
    (other,) = ready.slack.messages()
    assert other["metadata"]["event_payload"]["pipeline"] == "untagged"


@pytest.mark.parametrize("wrong", ["#releases", "releases", "c0team", "<!channel>", "U0123456789"])
def test_a_tag_that_is_no_channels_id_leaves_the_card_where_it_is(
    ready: Function, monkeypatch: pytest.MonkeyPatch, wrong: str, caplog: pytest.LogCaptureFixture
) -> None:
    tag(monkeypatch, channel=wrong)
    ready.happen(events.pipeline("STARTED"))
    assert ready.run() == (1, 0)
    assert len(ready.slack.messages()) == 1
    assert "the tag crosscheck:channel is no channel's id" in caplog.text


def test_a_card_stays_where_it_is_when_the_tag_changes(ready: Function, monkeypatch: pytest.MonkeyPatch) -> None:
    ready.happen(events.pipeline("STARTED"))
    ready.run()
    tag(monkeypatch, channel=TEAM)
    ready.channels.save(SUBJECT, TEAM)
    ready.happen(events.pipeline("FAILED", 30))
    assert [ready.run(), ready.run()] == [(1, 0), (1, 0)]
    (shown,) = ready.slack.messages()
    assert shown["metadata"]["event_payload"]["state"] == "FAILED"
    assert ready.slack.messages(TEAM) == []


def test_where_codepipeline_does_not_tell_the_tags_the_channel_is_as_before(ready: Function) -> None:
    ready.channels.save(SUBJECT, TEAM)
    ready.happen(events.pipeline("STARTED"))
    assert ready.run() == (1, 0)
    assert len(ready.slack.messages(TEAM)) == 1


def test_the_tag_names_whom_a_reply_mentions(ready: Function, monkeypatch: pytest.MonkeyPatch) -> None:
    tag(monkeypatch, notify="S0TEAM")
    ready.happen(events.pipeline("STARTED"), asking())
    ready.run()
    (reply,) = replies(ready)
    assert reply["text"].startswith("<!subteam^S0TEAM> ")


def retried(*, failure_was_told: bool, function: Function) -> None:
    """A release whose second region fails, and is well after a retry."""
    happened = events.release_with_retry()
    function.happen(*happened[:12])
    if failure_was_told:
        function.run()
        function.run()
    function.happen(*happened[12:])
    judged = judge("eu-west-1", [Finding("ecs-service", "web", Verdict.PASS, "2 of 2 tasks run")])
    now = events.BEGAN.timestamp() + 30
    function.ledger.merge(SUBJECT, JudgeVerdict("Deploy", judged, now, final=True).to_fact(now))
    while function.run() != (0, 0):
        pass


def test_a_region_that_is_well_again_is_told_once_and_mentions_nobody(ready: Function) -> None:
    retried(failure_was_told=True, function=ready)
    failed, recovered = replies(ready)
    assert failed["text"].startswith("<@U0ONCALL> ")
    assert "passed in attempt 2" in recovered["text"]
    assert "<" not in recovered["text"]


def test_a_region_is_not_called_well_again_where_nobody_was_told_that_it_was_not(ready: Function) -> None:
    retried(failure_was_told=False, function=ready)
    assert replies(ready) == []


def test_f70_after_an_edit_that_slack_took_only_what_is_newer_is_posted_anew(ready: Function) -> None:
    ready.happen(events.pipeline("STARTED"))
    ready.run()
    ready.slack.fault("chat.update", error="edit_window_closed")
    ready.happen(events.stage("Source", "STARTED", 3))
    ready.run()
    ready.happen(events.pipeline("FAILED", 30))
    ready.run()
    shown = ready.slack.messages()
    assert [each["metadata"]["event_payload"]["state"] for each in shown] == ["STARTED", "FAILED"]
    ready.slack.fault("chat.update", error="edit_window_closed", times=20)
    ready.happen(events.stage("Source", "FAILED", 29))
    assert ready.run() == (1, 0)
    assert ready.slack.messages() == shown
