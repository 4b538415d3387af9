"""What a form says, by the service's model."""

from typing import Any
from urllib.parse import urlencode

import pytest

from local.aws_json.errors import ApiError
from local.aws_json.model import Service
from local.aws_query.form import parse
from tests.unit.local.callers import ACCOUNT, KEY, REGION

SERVICE = Service("elasticbeanstalk")


def credential(service: str = "elasticbeanstalk", region: str = REGION) -> str:
    return f"AWS4-HMAC-SHA256 Credential={KEY}/20260101/{region}/{service}/aws4_request, Signature=x"


def read(form: dict[str, str], authorization: str = credential()) -> dict[str, Any]:
    body = urlencode({"Version": "2010-12-01"} | form).encode()
    return parse(SERVICE, {"Authorization": authorization}, body, ACCOUNT).parameters


def refused(form: dict[str, str], authorization: str = credential()) -> tuple[str, str]:
    with pytest.raises(ApiError) as error:
        read(form, authorization)
    return error.value.code, error.value.message


def test_structures_lists_and_scalars_are_read() -> None:
    version = {"Action": "CreateApplicationVersion", "SourceBundle.S3Bucket": "b", "SourceBundle.S3Key": "k"}
    assert read(version | {"Process": "true"}) == {"SourceBundle": {"S3Bucket": "b", "S3Key": "k"}, "Process": True}
    environments = {f"EnvironmentNames.member.{number}": f"env-{number}" for number in range(1, 12)}
    found = read({"Action": "DescribeEnvironments", "MaxRecords": "5", **environments})
    assert found == {"MaxRecords": 5, "EnvironmentNames": [f"env-{number}" for number in range(1, 12)]}
    assert read({"Action": "DescribeEnvironments", "EnvironmentNames": ""}) == {"EnvironmentNames": []}


@pytest.mark.parametrize("text", ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000000Z", "2026-01-01T00:00:00"])
def test_times_become_epoch_seconds(text: str) -> None:
    assert read({"Action": "DescribeEvents", "StartTime": text}) == {"StartTime": 1767225600.0}


@pytest.mark.parametrize(
    ("form", "code", "words"),
    [
        ({}, "InvalidAction", "'' is not valid"),
        ({"Action": "Nonsense"}, "InvalidAction", "'Nonsense' is not valid"),
        ({"Action": "DescribeEvents", "Version": "2009-01-01"}, "InvalidAction", "not valid"),
        ({"Action": "DescribeEvents", "MaxRecords": "many"}, "MalformedInput", "'MaxRecords' is no integer"),
        ({"Action": "DescribeEvents", "StartTime": "today"}, "MalformedInput", "'StartTime' is no timestamp"),
        ({"Action": "DescribeEnvironments", "IncludeDeleted": "x"}, "MalformedInput", "is no boolean"),
        ({"Action": "DescribeEvents", "Other": "x"}, "ValidationError", "no parameter 'Other'"),
        ({"Action": "DescribeEnvironments", "EnvironmentNames.1": "x"}, "ValidationError", "'EnvironmentNames.1'"),
    ],
)
def test_what_is_no_request_is_refused(form: dict[str, str], code: str, words: str) -> None:
    found, message = refused(form)
    assert found == code
    assert words in message


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        ("", "MissingAuthenticationTokenException"),
        (credential(service="codedeploy"), "MissingAuthenticationTokenException"),
        (credential(region="nowhere-9"), "InvalidSignatureException"),
    ],
)
def test_a_request_is_signed_for_the_service_in_a_region(authorization: str, code: str) -> None:
    assert refused({"Action": "DescribeEvents"}, authorization)[0] == code
