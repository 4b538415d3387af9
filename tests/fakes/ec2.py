"""A fake of EC2 in one region: which instances there are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.fakes.json_protocol import RefusedError
from tests.fakes.modelled import ModelledService

FILTER_VALUES = 200


class FakeEc2(ModelledService):
    """The states of instances by their ids; every other one is in the state ``others``, or unknown if that is empty."""

    service = "ec2"

    def __init__(self, others: str = "", **states: str) -> None:
        super().__init__()
        self.others, self.states = others, states

    def describe_instances(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """By a filter only, which leaves out what is unknown; an id of its own would be refused then."""
        (asked,) = params["Filters"]
        if asked["Name"] != "instance-id" or len(asked["Values"]) > FILTER_VALUES:
            raise RefusedError("InvalidParameterValue")
        known = {each: self.states.get(each.removeprefix("i-"), self.others) for each in asked["Values"]}
        found = [{"InstanceId": each, "State": {"Name": state}} for each, state in known.items() if state]
        return {"Reservations": [{"Instances": [each]} for each in found]}
