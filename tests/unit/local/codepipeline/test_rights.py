"""What IAM is asked for requests to CodePipeline."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from local.codepipeline.api import OPERATIONS
from local.codepipeline.rights import KINDS, Kind, needed
from local.codepipeline.service import SERVICE
from tests.unit.local.callers import Allowing, request
from tests.unit.local.codepipeline.harness import Account, open_account
from tests.unit.local.reference import resource_types

PIPELINE = "arn:aws:codepipeline:us-west-2:111122223333:fleet"


def asked(operation: str, **parameters: Any) -> list[tuple[str, str]]:
    return [(right.action, right.resource) for right in needed(request(SERVICE, operation, **parameters))]


def test_every_operation_of_the_local_account_has_a_kind() -> None:
    assert KINDS.keys() == OPERATIONS.keys()


@pytest.mark.parametrize(("operation", "kind"), KINDS.items())
def test_the_kinds_are_those_of_the_service_authorization_reference(operation: str, kind: Kind) -> None:
    types = resource_types("codepipeline", operation)
    match kind:
        case Kind.NONE:
            assert types == set()
        case Kind.TAGGED:
            assert types == {"actiontype", "pipeline", "webhook"}
        case _:
            assert types == {kind}


@pytest.mark.parametrize(
    ("operation", "parameters", "resource"),
    [
        ("GetPipeline", {"name": "fleet"}, PIPELINE),
        ("ListActionExecutions", {"pipelineName": "fleet"}, PIPELINE),
        ("CreatePipeline", {"pipeline": {"name": "fleet"}}, PIPELINE),
        ("RollbackStage", {"pipelineName": "fleet", "stageName": "Deploy"}, f"{PIPELINE}/Deploy"),
        ("PutApprovalResult", {"pipelineName": "fleet", "stageName": "Deploy", "actionName": "Ask"},
         f"{PIPELINE}/Deploy/Ask"),
        ("ListTagsForResource", {"resourceArn": PIPELINE}, PIPELINE),
        ("PutJobSuccessResult", {"jobId": "x"}, "*"),
        ("ListPipelines", {}, "*"),
    ],
)  # fmt: skip
def test_a_request_is_authorised_for_what_it_is_about(
    operation: str, parameters: dict[str, Any], resource: str
) -> None:
    assert asked(operation, **parameters) == [(f"codepipeline:{operation}", resource)]


@pytest.fixture
def strict() -> Iterator[Account]:
    """An account where everybody may list pipelines, and that is all."""
    with mock_aws():
        opened, close = open_account(decide=Allowing({"codepipeline:ListPipelines *"}))
        yield opened
        close()


def test_f17_who_may_is_answered_and_who_may_not_is_refused(strict: Account) -> None:
    assert strict.api().list_pipelines()["pipelines"] == []
    with pytest.raises(
        ClientError, match=r"AccessDeniedException.*not authorized to perform: codepipeline:GetPipeline"
    ):
        strict.api().get_pipeline(name="fleet")
