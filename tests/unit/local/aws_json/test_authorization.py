import pytest

from local.aws_json.authorization import Authorization, Right, arn
from local.aws_json.errors import ApiError
from local.aws_json.messages import Answer, Json, Parameters, Request, Scope
from local.aws_json.model import Service
from local.aws_json.operations import Operations
from tests.unit.local.callers import KEY, REGION, Allowing, request

SERVICE = Service("codepipeline")
ONE, TWO = Right("codepipeline:One", "*"), Right("codepipeline:Two", "*")


def _listed(calls: list[str], operation: Request, authorize: Authorization | None) -> Answer:
    def list_pipelines(_call: Scope, _parameters: Parameters) -> Json:
        calls.append("listed")
        return {"pipelines": []}

    return Operations({"ListPipelines": list_pipelines}, lambda scope: scope, authorize=authorize)(operation)


def test_every_right_is_asked_for_the_callers_key_and_the_requests_region() -> None:
    iam = Allowing({"codepipeline:One *", "codepipeline:Two *"})
    calls: list[str] = []
    assert _listed(calls, request(SERVICE, "ListPipelines"), Authorization(lambda _: [ONE, TWO], iam)).status == 200
    assert calls == ["listed"]
    assert iam.asked == [(KEY, REGION, "codepipeline:One *"), (KEY, REGION, "codepipeline:Two *")]


def test_f17_the_first_right_that_is_lacking_refuses_and_nothing_is_done() -> None:
    iam = Allowing({"codepipeline:Two *"})
    calls: list[str] = []
    with pytest.raises(ApiError, match="not authorized to perform: codepipeline:One") as refused:
        _listed(calls, request(SERVICE, "ListPipelines"), Authorization(lambda _: [ONE, TWO], iam))
    assert (refused.value.code, calls, len(iam.asked)) == ("AccessDeniedException", [], 1)


def test_without_authorization_nobody_is_asked() -> None:
    calls: list[str] = []
    _listed(calls, request(SERVICE, "ListPipelines"), None)
    assert calls == ["listed"]


def test_what_is_malformed_is_said_before_anybody_is_asked() -> None:
    iam = Allowing()
    with pytest.raises(ApiError) as refused:
        _listed([], request(SERVICE, "ListPipelines", maxResults=0), Authorization(lambda _: [ONE], iam))
    assert (refused.value.code, iam.asked) == ("ValidationException", [])


@pytest.mark.parametrize(("region", "partition"), [("us-west-2", "aws"), ("cn-north-1", "aws-cn")])
def test_an_arn_is_of_the_requests_partition_region_and_account(region: str, partition: str) -> None:
    found = arn(request(SERVICE, "ListPipelines", region), "name/stage")
    assert found == f"arn:{partition}:codepipeline:{region}:111122223333:name/stage"
