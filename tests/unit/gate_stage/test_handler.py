from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

import gate_stage.bootstrap
import gate_stage.handler
from crosscheck.errors import MissingSettingError
from gate_stage.handler import handler
from tests.fakes.codepipeline_release import JOB
from tests.fakes.json_protocol import RefusedError

if TYPE_CHECKING:
    from tests.unit.gate_stage.conftest import Account

FUNCTIONS = Path(__file__).parents[3] / "functions"
PLANTED = ("planted-secret-access-key", "planted-session-token", "EXAMPLE-ACCESS-KEY-ID")


def own_client(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client that the handler makes without the layer."""
    client = account.release.aws.client("codepipeline")
    monkeypatch.setattr(boto3, "client", lambda _service: client)


def test_f12_the_entry_point_needs_nothing_but_the_standard_library() -> None:
    code = "import sys; sys.path.insert(0, sys.argv[1]); import gate_stage.handler"
    subprocess.run([sys.executable, "-I", "-S", "-c", code, str(FUNCTIONS)], check=True)  # noqa: S603 - our own code


def test_f12_a_missing_layer_is_answered(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    own_client(account, monkeypatch)
    monkeypatch.setitem(sys.modules, "gate_stage.bootstrap", None)
    details = account.invoke()["failureDetails"]
    assert details["type"] == "JobFailed"
    assert "the gate cannot start: import of gate_stage.bootstrap halted" in details["message"]


def test_f12_a_missing_setting_is_answered(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    own_client(account, monkeypatch)

    def prepare() -> object:
        raise MissingSettingError("LEDGER_TABLE")

    monkeypatch.setattr(gate_stage.bootstrap, "runner", prepare)
    assert "the environment variable LEDGER_TABLE is missing" in account.invoke()["failureDetails"]["message"]


def test_f12_any_other_error_at_the_start_is_answered_with_its_class_only(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_client(account, monkeypatch)

    def prepare() -> object:
        raise KeyError("planted-session-token")

    monkeypatch.setattr(gate_stage.bootstrap, "runner", prepare)
    message = account.invoke()["failureDetails"]["message"]
    assert message.startswith("the gate cannot start: KeyError.")
    assert "planted" not in message


def test_f12_f15_a_job_that_is_over_needs_no_answer_from_a_gate_that_cannot_start(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.invoke()
    own_client(account, monkeypatch)
    monkeypatch.setitem(sys.modules, "gate_stage.bootstrap", None)
    assert account.invoke()["outcome"] == "succeeded"


def test_f12_f50_a_crash_is_answered_with_its_class_and_without_its_text(
    account: Account, log: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    account.release.codepipeline.refuse("GetPipeline", ZeroDivisionError("planted-session-token"))
    details = account.invoke()["failureDetails"]
    assert details["type"] == "JobFailed"
    assert "crashed with ZeroDivisionError" in details["message"]
    written = log.getvalue() + "".join(capfd.readouterr()) + details["message"]
    assert "the gate crashed" in written
    assert not [secret for secret in PLANTED if secret in written]


@pytest.mark.parametrize("event", [{}, [], None, {"CodePipeline.job": {}}, {"CodePipeline.job": {"id": 5}}])
def test_f12_an_event_without_a_job_is_an_error(account: Account, event: Any) -> None:
    with pytest.raises(ValueError, match="no CodePipeline job"):
        handler(event, account.context)


def test_f12_a_job_with_nothing_but_an_id_is_answered(account: Account) -> None:
    handler({"CodePipeline.job": {"id": JOB, "data": "?"}}, account.context)
    assert account.answer()["outcome"] == "succeeded"


def test_f14_a_throttled_answer_is_given_again(account: Account) -> None:
    account.release.codepipeline.refuse_once("PutJobSuccessResult", RefusedError("ThrottlingException"))
    assert account.invoke()["outcome"] == "succeeded"
    assert len(account.release.codepipeline.called("PutJobSuccessResult")) == 2


def test_f14_an_answer_that_is_not_taken_now_makes_lambda_invoke_again(account: Account) -> None:
    account.release.codepipeline.refuse("PutJobSuccessResult", RefusedError("AccessDeniedException"))
    with pytest.raises(ClientError):
        account.invoke()
    account.release.codepipeline.refuse_once("PutJobSuccessResult")
    assert account.invoke()["outcome"] == "succeeded"


def test_f14_an_answer_that_is_never_taken_becomes_a_failure_with_a_reason(account: Account) -> None:
    account.release.codepipeline.refuse("PutJobSuccessResult", RefusedError("OutputVariablesSizeExceededException"))
    assert "OutputVariablesSizeExceededException" in account.invoke()["failureDetails"]["message"]


@pytest.mark.parametrize("code", ["ValidationException", "InvalidParameterValue"])
def test_f14_a_success_is_given_once_more_without_variables_before_it_becomes_a_failure(
    account: Account, code: str
) -> None:
    account.release.codepipeline.refuse_once("PutJobSuccessResult", RefusedError(code))
    answer = account.invoke()
    assert answer["outcome"] == "succeeded"
    assert "outputVariables" not in answer
    assert account.release.codepipeline.called("PutJobFailureResult") == []


def test_no_output_variable_is_ever_empty(account: Account) -> None:
    variables = account.invoke()["outputVariables"]
    assert variables["regions_failed"] == "none"
    assert all(variables.values())


@pytest.mark.parametrize("code", ["InvalidJobStateException", "JobNotFoundException"])
def test_f14_a_late_answer_is_taken_as_done(account: Account, code: str) -> None:
    account.release.codepipeline.refuse("PutJobSuccessResult", RefusedError(code))
    assert account.invoke() == {}
    assert account.release.codepipeline.called("PutJobFailureResult") == []


def test_f15_the_same_job_twice_changes_nothing(account: Account) -> None:
    first = account.invoke("codepipeline_job_continued", job=JOB)
    before = account.ledger()
    assert account.invoke("codepipeline_job_continued", job=JOB) == first
    assert account.ledger() == before
    assert len(account.cards()) == 1


@pytest.mark.parametrize("service", ["dynamodb", "sqs"])
def test_a_ledger_or_a_queue_out_of_reach_does_not_change_the_answer(
    account: Account, service: str, capfd: pytest.CaptureFixture[str]
) -> None:
    client = account.release.aws.client("dynamodb") if service == "dynamodb" else account.release.aws.client("sqs")

    def refuse(**_kwargs: Any) -> None:
        raise RefusedError("no ledger, no queue")

    client.meta.events.register_first("before-send", refuse)
    assert account.invoke()["outcome"] == "succeeded"
    assert "GateRecordFailures" in capfd.readouterr().out


def test_f50_the_event_is_never_logged(
    account: Account, monkeypatch: pytest.MonkeyPatch, log: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POWERTOOLS_LOGGER_LOG_EVENT", "true")
    account.invoke()
    written = log.getvalue() + "".join(capfd.readouterr())
    assert '"looked"' in written
    assert not [secret for secret in PLANTED if secret in written]


def test_the_environment_is_read_when_a_job_comes() -> None:
    """The genuine composition, in a process of its own: nothing of it runs at import."""
    code = "import gate_stage.bootstrap as e; print(callable(e.runner()))"
    root = FUNCTIONS.parent
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{FUNCTIONS}:{root / 'layers' / 'crosscheck'}",
        "AWS_DEFAULT_REGION": "us-east-1",
        "LEDGER_TABLE": "t",
        "LEDGER_RETENTION_DAYS": "90",
        "CARD_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/111122223333/cards.fifo",
    }
    done = subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True)  # noqa: S603 - our own code
    assert done.stdout.strip() == b"True"


def test_the_example_events_hold_parameters_that_codepipeline_takes(account: Account) -> None:
    for name in ("codepipeline_job", "codepipeline_job_continued"):
        configuration = account.event(name)["CodePipeline.job"]["data"]["actionConfiguration"]["configuration"]
        assert len(configuration["UserParameters"]) <= 1_000
        assert json.loads(configuration["UserParameters"])
