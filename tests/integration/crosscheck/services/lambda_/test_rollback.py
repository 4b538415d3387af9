"""The check ``lambda-alias`` and its way back: the same answers from our fake and from moto's Lambda.

moto has no provisioned concurrency, so there it answers as Lambda does for an alias that has none.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from moto import mock_aws

from crosscheck.clients import Clients
from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.rollback import Feasibility
from crosscheck.contracts.verdicts import Verdict
from crosscheck.pipelines.runs import ActionRun
from crosscheck.services.lambda_.check import LambdaAlias
from crosscheck.services.lambda_.rollback import LambdaAliasRollback
from tests.fakes.json_protocol import SESSION
from tests.fakes.lambda_service import FakeLambda
from tests.fakes.modelled import Answered, ModelledClients

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

REGION = "eu-west-1"
RUN = ActionRun("Deploy", "Deploy", "Succeeded", 1_772_618_400.0, outputs={"FunctionVersion": "2"})
CHECK = PlannedCheck("lambda-alias", REGION, {"function": "app", "alias": "live"}, RUN)


def code(text: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("app.py", text)
    return content.getvalue()


def unprovisioned(**_kwargs: object) -> tuple[Answered, object]:
    """The answer of GetProvisionedConcurrencyConfig for an alias that has none."""
    return Answered(404), {"Error": {"Code": "ProvisionedConcurrencyConfigNotFoundException"}}


def publish(client: LambdaClient) -> None:
    """A function with the versions 1 and 2."""
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    role = SESSION.client("iam").create_role(RoleName="app", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    client.create_function(
        FunctionName="app", Runtime="python3.13", Role=role, Handler="app.f", Code={"ZipFile": code("1")}, Publish=True
    )
    client.update_function_code(FunctionName="app", ZipFile=code("2"), Publish=True)


@pytest.fixture(params=["fake", "moto"])
def aws(request: pytest.FixtureRequest) -> Iterator[Clients]:
    """The alias ``live`` serves version 2."""
    if request.param == "fake":
        fake = FakeLambda()
        fake.publish("app", "1", "2")
        fake.point("app", "live", "2")
        yield ModelledClients({("lambda", REGION): fake})
        return
    with mock_aws():
        clients = Clients(SESSION)
        client = clients.client("lambda", REGION)
        events: Any = client.meta.events  # the stubs know of no handler that answers
        events.register("before-call.lambda.GetProvisionedConcurrencyConfig", unprovisioned)
        publish(client)
        client.create_alias(FunctionName="app", Name="live", FunctionVersion="2")
        yield clients


def test_an_alias_passes_goes_back_and_passes_again(aws: Clients) -> None:
    assert LambdaAlias().run(CHECK, aws).reason == "app:live: serves version 2"
    undo = LambdaAliasRollback()
    way = undo.propose(CHECK, "1", aws)
    assert (way.feasibility, way.target) == (Feasibility.READY, "version 1")
    begun = undo.execute(CHECK, way, "1", aws)
    finding = LambdaAlias().run(begun.verification, aws)
    assert (finding.verdict, finding.values["version"]) == (Verdict.PASS, "1")
    assert LambdaAlias().run(CHECK, aws).moved_on
    assert undo.propose(CHECK, "1", aws).feasibility is Feasibility.ALREADY_BACK


def test_a_canary_is_pending_and_goes_back_as_a_whole(aws: Clients) -> None:
    aws.client("lambda", REGION).update_alias(
        FunctionName="app",
        Name="live",
        FunctionVersion="1",
        RoutingConfig={"AdditionalVersionWeights": {"2": 0.1}},
    )
    finding = LambdaAlias().run(CHECK, aws)
    assert (finding.verdict, finding.values["weights"]) == (Verdict.PENDING, "90% to version 1, 10% to version 2")
    undo = LambdaAliasRollback()
    begun = undo.execute(CHECK, undo.propose(CHECK, "1", aws), "1", aws)
    assert LambdaAlias().run(begun.verification, aws).verdict is Verdict.PASS


@pytest.mark.parametrize("parameters", [{"function": "app", "alias": "no"}, {"function": "no", "alias": "live"}])
def test_what_is_absent_fails_unless_the_release_had_brought_it(aws: Clients, parameters: dict[str, str]) -> None:
    assert LambdaAlias().run(replace(CHECK, parameters=parameters, run=None), aws).verdict is Verdict.FAIL
    assert LambdaAlias().run(replace(CHECK, parameters=parameters), aws).moved_on


def test_a_version_that_never_was_is_no_way_back(aws: Clients) -> None:
    assert LambdaAliasRollback().propose(CHECK, "9", aws).feasibility is Feasibility.MANUAL
