"""What a pipeline can do to a function of another team that it may not deploy to."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.own_pipeline import OwnPipeline
from tests.e2e.small_pipelines import answer_approval, asking
from tests.e2e.tagged_pipeline import create_tagged, deploy
from tests.e2e.verifications import Verifications, name_of, said

if TYPE_CHECKING:
    from local.account import Account
    from tests.e2e.outside import Outside

pytestmark = pytest.mark.e2e

EU, THEIRS, ALIAS, OURS = "eu-west-1", "their-function", "live", "failing-claim"


def _code(answer: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("app.py", f"def handler(event, context):\n    return {answer!r}\n")
    return content.getvalue()


class TheirFunction:
    """A function behind an alias, which its owners release by hand."""

    def __init__(self, client: Any, role: str) -> None:
        self.client = client
        more: dict[str, Any] = {"Runtime": "python3.13", "Handler": "app.handler", "Role": role}
        client.create_function(FunctionName=THEIRS, Code={"ZipFile": _code("the first")}, **more)
        client.get_waiter("function_active_v2").wait(FunctionName=THEIRS, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
        version = client.publish_version(FunctionName=THEIRS)["Version"]
        client.create_alias(FunctionName=THEIRS, Name=ALIAS, FunctionVersion=version)

    def release(self, answer: str) -> str:
        """Let the alias serve code that answers so; the version."""
        self.client.update_function_code(FunctionName=THEIRS, ZipFile=_code(answer))
        self.client.get_waiter("function_updated_v2").wait(FunctionName=THEIRS)
        version = str(self.client.publish_version(FunctionName=THEIRS)["Version"])
        self.client.update_alias(FunctionName=THEIRS, Name=ALIAS, FunctionVersion=version)
        return version

    @property
    def alias(self) -> tuple[str, str]:
        """What the alias serves, and its revision, which every change of it changes."""
        found = self.client.get_alias(FunctionName=THEIRS, Name=ALIAS)
        return found["FunctionVersion"], found["RevisionId"]


def test_an_action_that_may_not_deploy_takes_nothing_of_another_team_back(account: Account, outside: Outside) -> None:
    """It names their function and the version that they release next; preflight has seen what ran before."""
    own = OwnPipeline(outside, OURS, (EU,), account.outputs)
    source, role = own.create_source(""), own.create_role()
    theirs = TheirFunction(outside.client("lambda", EU), role)
    release = own.definition(json.loads(account.outputs["ArtifactStores"]), source, role, {})
    claim = {"FunctionName": THEIRS, "FunctionAlias": ALIAS, "PublishedTargetVersion": "2"}
    stages = [
        release["stages"][0],
        asking(),
        {"name": "Code", "actions": [deploy("To-Lambda", EU, "Lambda", **claim)]},
    ]
    pipeline = create_tagged(outside, {**release, "stages": stages}, rollback="auto")
    done = Verifications(outside, account.outputs["VerifyStateMachineArn"])
    done.ended(f"{pipeline.first}-preflight")
    assert theirs.release("the second") == claim["PublishedTargetVersion"]
    before = theirs.alias

    answer_approval(pipeline, pipeline.first, "Approved", "seen")
    assert pipeline.ended(pipeline.first) == "Failed"
    concluded = done.ended(name_of(pipeline.first, "Code"))["output"]["concluded"]
    assert concluded["failed"] == [EU]
    assert theirs.alias == before
    said(outside, pipeline.first, "which version this execution brought is unknown")
