"""Requests through the function's handler, with CloudFormation at both ends."""

import json
from typing import Any

from provision_regions.handler import handler
from tests.builders.lambdas import Context
from tests.fakes.regions.inbox import Inbox
from tests.fakes.regions.world import World


def answer_of(box: Inbox, world: World, content: dict[str, Any], context: Context | None = None) -> dict[str, Any]:
    """CloudFormation sends the event and reads the one answer."""
    world.stacks.begin(content)
    handler({**content, "ResponseURL": box.url}, context or Context(remaining_milliseconds=900_000))
    ((content_type, answer),) = box.puts
    box.puts.clear()
    assert content_type == ""
    read = dict(json.loads(answer))
    world.stacks.end(content, success=read["Status"] == "SUCCESS", physical_id=read["PhysicalResourceId"])
    return read
