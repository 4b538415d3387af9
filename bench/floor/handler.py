"""The floor: the same calls as a function of ours makes, with boto3 and Powertools' Logger and nothing else.

``FLOOR`` is a JSON file: the calls of each invocation. Clients of the own region are made in the init phase, as nobody
knows the other regions then; and the CAs are loaded there, if Slack is called.
"""

import json
import os
import ssl
import urllib.request
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from botocore import xform_name

logger = Logger()
session: Any = boto3.Session()
with open(os.environ["FLOOR"]) as file:  # noqa: PTH123 - the floor imports no more than it needs
    invocations = json.load(file)
clients: dict[tuple[str, str], Any] = {}


def client_of(service: str, region: str) -> Any:
    """The client, made once."""
    if (service, region) not in clients:
        clients[service, region] = session.client(service, region_name=region)
    return clients[service, region]


for call in invocations[0]:
    if call.get("region") == session.region_name:
        client_of(call["service"], call["region"])
certified = any(call.get("url", "").startswith("https:") for call in invocations[0])
context = ssl.create_default_context() if certified else None


def make(call: dict[str, Any]) -> None:
    """Make a call of AWS or of anybody else."""
    if "service" in call:
        client = client_of(call["service"], call["region"])
        try:
            answer = getattr(client, xform_name(call["operation"]))(**call["parameters"])
            if "Body" in answer:
                answer["Body"].read()
        except client.exceptions.ClientError:
            logger.info("refused", operation=call["operation"])
    else:
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(call["url"], call["body"].encode() or None, headers, method=call["method"])  # noqa: S310 - loopback
        with urllib.request.urlopen(request, context=context) as answer:  # noqa: S310 - loopback
            answer.read()


@logger.inject_lambda_context
def handler(event: Any, context: Any) -> None:  # noqa: ARG001 - Lambda's signature
    """Make the calls of this invocation."""
    for call in invocations.pop(0) if len(invocations) > 1 else invocations[0]:
        make(call)
    logger.info("done")
