"""CloudFormation makes pipelines with CodePipeline's API, which is ours here; ministack knows no such resource."""

import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services.cloudformation import provisioners, stacks

from local.emulator.pipeline_properties import declaration, tags

_TYPE = "AWS::CodePipeline::Pipeline"


def install() -> None:
    """Add the resource."""
    provisioners._RESOURCE_HANDLERS[_TYPE] = {  # noqa: SLF001 - ministack offers no public name
        "create": _create,
        "update": _update,
        "delete": _delete,
    }
    # Off the event loop: CodePipeline asks the emulator about roles before it answers.
    waits = stacks._runs_on_worker_thread  # noqa: SLF001 - as above
    stacks._runs_on_worker_thread = lambda kind: kind == _TYPE or waits(kind)  # noqa: SLF001 - as above


def _create(logical_id: str, properties: Mapping[str, Any], stack: str) -> tuple[str, dict[str, str]]:
    named = {"Name": f"{stack}-{logical_id}", **properties}
    _call("CreatePipeline", {"pipeline": declaration(named), "tags": tags(properties)})
    return str(named["Name"]), {"Version": "1"}


def _update(
    name: str, _old: Mapping[str, Any], properties: Mapping[str, Any], _stack: str
) -> tuple[str, dict[str, str]]:
    if properties.get("Name", name) != name:
        raise ValueError("a pipeline that gets another name is not known here")
    answer = _call("UpdatePipeline", {"pipeline": declaration({"Name": name, **properties})})
    return name, {"Version": str(answer["pipeline"]["version"])}


def _delete(name: str, _properties: Mapping[str, Any]) -> None:
    _call("DeletePipeline", {"name": name})


def _call(operation: str, request: Mapping[str, Any]) -> Any:
    """CodePipeline's answer.

    Raises:
        ValueError: it refused; the message is its own.
    """
    scope = f"{get_account_id()}/20260101/{get_region()}/codepipeline/aws4_request"  # nobody checks the signature
    headers = {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": f"CodePipeline_20150709.{operation}",
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}",
    }
    url = os.environ["AWS_ENDPOINT_URL_CODEPIPELINE"]
    sent = urllib.request.Request(url, json.dumps(request).encode(), headers)  # noqa: S310 - the account's own address
    try:
        with urllib.request.urlopen(sent) as answer:  # noqa: S310 - as above
            return json.loads(answer.read() or b"{}")
    except urllib.error.HTTPError as error:
        raise ValueError(error.read().decode(errors="replace")) from error
