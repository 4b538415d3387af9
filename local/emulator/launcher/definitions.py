"""State machine definitions written in YAML, which CloudFormation takes and ministack hands on as they are."""

import json
from typing import Any

import yaml
from ministack.services.cloudformation import provisioners


def install() -> None:
    """Turn a definition into JSON wherever a template brings it from."""
    resolve = provisioners._sfn_definition  # noqa: SLF001 - ministack offers no public name

    def resolve_as_json(properties: dict[str, Any]) -> str:
        return json.dumps(yaml.safe_load(resolve(properties)))

    provisioners._sfn_definition = resolve_as_json  # noqa: SLF001
