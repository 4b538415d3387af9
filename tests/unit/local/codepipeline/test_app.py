"""The HTTP endpoint."""

import json
import urllib.error
import urllib.request
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.codepipeline.api import OPERATIONS
from tests.unit.local.codepipeline.harness import Account

AUTHORIZATION = "AWS4-HMAC-SHA256 Credential=111122223333/20260101/us-east-1/codepipeline/aws4_request, Signature=x"
ELSEWHERE = AUTHORIZATION.replace("/codepipeline/", "/ecs/")
NOWHERE = AUTHORIZATION.replace("/us-east-1/", "/eu-nowhere-9/")


def post(account: Account, target: str, body: bytes, **headers: str) -> tuple[int, Any]:
    sent = {"X-Amz-Target": target, "Authorization": AUTHORIZATION} | headers
    request = urllib.request.Request(account.url, body, {key: value for key, value in sent.items() if value})  # noqa: S310 - loopback
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - loopback
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


@pytest.mark.parametrize(
    ("target", "body", "headers", "code"),
    [
        ("CodePipeline_20150709.GetPipeline", b"{}", {}, "ValidationException"),
        ("CodePipeline_20150709.GetPipeline", b"{", {}, "SerializationException"),
        ("CodePipeline_20150709.MakeCoffee", b"{}", {}, "UnknownOperationException"),
        ("Other_20150709.ListPipelines", b"{}", {}, "UnknownOperationException"),
        ("CodePipeline_20150709.ListPipelines", b"{}", {"Authorization": ""}, "MissingAuthenticationTokenException"),
        ("CodePipeline_20150709.ListPipelines", b"{}", {"Authorization": ELSEWHERE},
         "MissingAuthenticationTokenException"),
        ("CodePipeline_20150709.ListPipelines", b"{}", {"Authorization": NOWHERE},
         "InvalidSignatureException"),
    ],
)  # fmt: skip
def test_refused(account: Account, target: str, body: bytes, headers: dict[str, str], code: str) -> None:
    status, answer = post(account, target, body, **headers)
    assert (status, answer["__type"]) == (400, code)


def test_a_good_call_is_answered(account: Account) -> None:
    assert post(account, "CodePipeline_20150709.ListPipelines", b"") == (200, {"pipelines": []})


def test_what_the_local_account_lacks_is_said(account: Account) -> None:
    with pytest.raises(ClientError, match="ListActionTypes is not in the local account"):
        account.api().list_action_types()


def test_a_response_that_violates_the_model_blows_up(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = {"pipelines": [{"version": "one"}]}
    monkeypatch.setitem(OPERATIONS, "ListPipelines", lambda _call, _parameters: broken)
    with pytest.raises(ClientError, match="InternalFailure"):
        account.api().list_pipelines()
