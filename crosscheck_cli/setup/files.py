"""The contents of the files. Pure."""

import json
from collections.abc import Mapping

import yaml

CAPABILITIES = "CAPABILITY_IAM CAPABILITY_AUTO_EXPAND"
GROUPS = "usergroups:read"


def samconfig(stack: str, region: str, parameters: Mapping[str, str]) -> str:
    """``samconfig.toml``, as ``sam deploy --guided`` would write it."""
    overrides = " ".join(f'{name}="{value}"' for name, value in parameters.items())
    lines = {
        "stack_name": json.dumps(stack),
        "region": json.dumps(region),
        "resolve_s3": "true",
        "s3_prefix": json.dumps(stack),
        "capabilities": json.dumps(CAPABILITIES),
        "confirm_changeset": "true",
        "parameter_overrides": json.dumps(overrides),
    }
    deploy = "\n".join(f"{name} = {value}" for name, value in lines.items())
    return f"version = 0.1\n\n[default.deploy.parameters]\n{deploy}\n"


def slack_manifest(template: str, approvers: str, interactions_url: str) -> str:
    """The manifest of the Slack app, from the one in ``slack/``: with no more than these approvers need.

    Without the address that buttons call, which is known after the first deployment, it has none.
    """
    manifest = yaml.safe_load(template)
    bot = manifest["oauth_config"]["scopes"]
    if not any(each.strip().startswith("S") for each in approvers.split(",")):
        bot["bot"] = [scope for scope in bot["bot"] if scope != GROUPS]
    if interactions_url:
        manifest["settings"]["interactivity"]["request_url"] = interactions_url
    else:
        del manifest["settings"]["interactivity"]
    return yaml.safe_dump(manifest, sort_keys=False, allow_unicode=True)
