"""What clients get from a service of the query protocol."""

import pytest
from botocore.exceptions import ClientError

from local.aws_json.errors import ApiError, ResponseViolatesModelError
from local.aws_json.messages import Answer, Json, Request, success
from local.aws_json.model import Service
from local.aws_query import create_app
from local.clients import ACCOUNT_ID
from tests.unit.local.served import serve


def answered(answer: Json | Exception) -> Json:
    """What boto3 makes of an answer, or of a refusal."""

    def handler(_request: Request) -> Answer:
        if isinstance(answer, Exception):
            raise answer
        return success(answer)

    with serve("elasticbeanstalk") as (served,):
        served.app = create_app(Service("elasticbeanstalk"), ACCOUNT_ID, handler)
        client = served.aws.client("elasticbeanstalk", "eu-west-1")
        found: Json = client.describe_environments(EnvironmentNames=["my-env"])
        return found


def test_an_answer_arrives_as_it_was_given() -> None:
    environment = {"EnvironmentName": "my-env", "DateCreated": 1767225600.25, "AbortableOperationInProgress": False}
    answer = answered({"Environments": [environment, {"Description": "a < b & c"}]})
    first, second = answer["Environments"]
    assert first["DateCreated"].isoformat() == "2026-01-01T00:00:00.250000+00:00"
    assert (first["EnvironmentName"], first["AbortableOperationInProgress"]) == ("my-env", False)
    assert second == {"Description": "a < b & c"}
    assert answer["ResponseMetadata"]["RequestId"]


@pytest.mark.parametrize(
    ("error", "code", "status"),
    [
        (ApiError("InvalidParameterValue", "no"), "InvalidParameterValue", 400),
        (ApiError("AccessDeniedException", "no"), "AccessDenied", 403),
        (ResponseViolatesModelError("no"), "InternalFailure", 500),
    ],
)
def test_a_refusal_has_the_code_that_query_services_use(error: Exception, code: str, status: int) -> None:
    with pytest.raises(ClientError) as refused:
        answered(error)
    response = refused.value.response
    assert (response["Error"]["Code"], response["Error"]["Message"]) == (code, "no")
    assert response["ResponseMetadata"]["HTTPStatusCode"] == status
