"""A function behind an alias, deployed by a pipeline of one's own: code that answers, and a sign that a plan proves."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.e2e.outside import Outside
from tests.e2e.own_pipeline import HOME, TO_LAMBDA, OwnPipeline
from tests.e2e.small_pipelines import SmallPipeline, answer_approval, asking
from tests.e2e.tagged_pipeline import bucket_in, create_tagged, deploy, open_to_all, put_plan
from tests.e2e.verifications import Verifications

if TYPE_CHECKING:
    from local.account import Account

EU = "eu-west-1"
ALIAS = "live"


@dataclass(frozen=True)
class Shop:
    """A function behind an alias, deployed after an approval; a plan asks for the word ``open`` in an object. Function
    and pipeline have the same name."""

    outside: Outside
    pipeline: SmallPipeline
    done: Verifications

    def release(self, answer: str, execution: str = "") -> str:
        """Release code that answers so, once preflight has seen the alias; the execution."""
        if not execution:
            _upload_code(self.outside, self.pipeline.name, answer)
            execution = self.pipeline.start()
        self.done.ended(f"{execution}-preflight")
        answer_approval(self.pipeline, execution, "Approved", "seen")
        assert self.pipeline.ended(execution) == "Succeeded"
        return execution

    def sign(self, text: str) -> None:
        """Change the object in which the plan asks for ``open``."""
        _set_sign(self.outside, self.pipeline.name, text)

    @property
    def says(self) -> str:
        """What the alias answers."""
        answer = self.outside.client("lambda", EU).invoke(FunctionName=self.pipeline.name, Qualifier=ALIAS)
        return str(json.loads(answer["Payload"].read()))


def _code(answer: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("app.py", f"def handler(event, context):\n    return {answer!r}\n")
    return content.getvalue()


def _upload_code(outside: Outside, name: str, answer: str) -> None:
    outside.client("s3").put_object(Bucket=f"{name}-source", Key="release.zip", Body=_code(answer))


def _create_function(outside: Outside, name: str, role: str) -> None:
    client = outside.client("lambda", EU)
    more: dict[str, Any] = {"Runtime": "python3.13", "Handler": "app.handler", "Role": role}
    client.create_function(FunctionName=name, Code={"ZipFile": _code("the first")}, **more)
    client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    version = client.publish_version(FunctionName=name)["Version"]
    client.create_alias(FunctionName=name, Name=ALIAS, FunctionVersion=version)


def _set_sign(outside: Outside, name: str, text: str) -> None:
    outside.client("s3").put_object(Bucket=f"{name}-sign", Key="index.html", Body=text.encode())


def open_shop(account: Account, name: str, **plan_keys: Any) -> Shop:
    """A shop of that name, with its first release, ``the second``, behind it; the pipeline rolls back by itself. Its
    plan has ``plan_keys`` besides."""
    outside = Outside(account.describe())
    own = OwnPipeline(outside, name, (EU,), account.outputs)
    source, role = own.create_source(""), own.create_role(*TO_LAMBDA)
    _create_function(outside, name, role)
    open_to_all(outside, HOME, bucket_in(outside, HOME, f"{name}-sign"))
    _set_sign(outside, name, "open")
    _upload_code(outside, name, "the second")
    release = own.definition(json.loads(account.outputs["ArtifactStores"]), source, role, {})
    check = {"kind": "http", "url": f"{outside.description['aws']}/{name}-sign/index.html", "contains": "open"}
    plan = put_plan(outside, name, {"checks": [check], **plan_keys})
    action = deploy("To-Lambda", EU, "Lambda", FunctionName=name, FunctionAlias=ALIAS)
    stages = [release["stages"][0], asking(), {"name": "Code", "actions": [action]}]
    pipeline = create_tagged(outside, {**release, "stages": stages}, plan=plan, rollback="auto")
    found = Shop(outside, pipeline, Verifications(outside, account.outputs["VerifyStateMachineArn"]))
    found.release("the second", pipeline.first)
    return found
