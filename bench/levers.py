"""What each lever saves, one by one, in CPU milliseconds of a full core: ``python -m bench.levers``.

Each is measured in processes of their own with the layer's libraries, with and without it in turn.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping

from bench.functions import BUILD
from bench.replay import RUNTIME
from bench.timing import interleaved, machine, table

LAYER = BUILD / "KernelLayer/python"
ROUNDS = 5
CONTEXT = "from urllib3.util.ssl_ import create_urllib3_context as new\nimport botocore, crosscheck.clients as c\n"
CLIENTS = "import boto3\nregions = boto3.Session().get_available_regions('ecs')[:16]\none = boto3.Session()\n"
MEASURE = "import time, json\nbegan = time.process_time()\n{}\nprint(json.dumps(1000 * (time.process_time() - began)))"
UNSENT = """
import boto3
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from crosscheck.clients import CONFIG

class Answer:
    def stream(self):
        yield b"{}"

def unsent(config):
    client = boto3.client("sqs", region_name="us-east-1", config=config)
    client.meta.events.register("before-send", lambda **_: AWSResponse("", 200, {}, Answer()))
    client.list_queues()
    return client

added, own = unsent(Config(user_agent_extra="crosscheck")), unsent(CONFIG)
"""
# (lever, what is done before the clock starts, without it, with it)
LEVERS = (
    (
        "Amazon's five roots for a connection, not 126",
        CONTEXT,
        "new().load_verify_locations(botocore.__path__[0] + '/cacert.pem')",
        "new().load_verify_locations(str(c.AMAZON_ROOTS))",
    ),
    (
        "the system's CAs once, not for each of ten connections",
        "import ssl\nfrom crosscheck.web_trust import web_trust\n",
        "[ssl.create_default_context() for _ in range(10)]",
        "[web_trust() for _ in range(10)]",
    ),
    (
        "16 clients of one Session, not of one each",
        CLIENTS,
        "[boto3.Session().client('ecs', region_name=region) for region in regions]",
        "[one.client('ecs', region_name=region) for region in regions]",
    ),
    (
        "one client of the home region, not two",
        "import boto3\none = boto3.Session()\none.client('sqs', region_name='eu-west-1')\n",
        "[one.client('codepipeline', region_name='us-east-1') for _ in range(2)]",
        "one.client('codepipeline', region_name='us-east-1')",
    ),
    (
        "a user agent of our own, not a word added to botocore's: 100 calls without their network",
        UNSENT,
        "[added.list_queues() for _ in range(100)]",
        "[own.list_queues() for _ in range(100)]",
    ),
    (
        "nobody looks for garbage while check_region is imported",
        "",
        "import check_region.handler",
        "import gc\ngc.disable()\nimport check_region.handler",
    ),
    (
        "Powertools' Logger and Metrics only, no Tracer",
        "import boto3\n",
        "import aws_lambda_powertools.metrics\nfrom aws_lambda_powertools import Logger, Tracer",
        "import aws_lambda_powertools.metrics\nfrom aws_lambda_powertools import Logger",
    ),
    (
        "no slack_sdk where no card is sent",
        "import boto3\n",
        "import slack_sdk",
        "",
    ),
)


def spent(before: str, measured: str, environment: Mapping[str, str]) -> Callable[[], float]:
    """How to measure a piece of code in a process of its own."""

    def run() -> float:
        command = [str(RUNTIME), "-P", "-c", before + MEASURE.format(measured)]
        answer = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
        return float(json.loads(answer.stdout))

    return run


def _environment(**more: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join((str(BUILD / "CheckRegion"), str(LAYER))),
        "PYTHONDONTWRITEBYTECODE": "1",
        **more,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
    }


def rows() -> Iterator[list[object]]:
    """A row for each lever."""
    compared = {
        lever: {"without": spent(before, old, _environment()), "with": spent(before, new, _environment())}
        for lever, before, old, new in LEVERS
    }
    # A prefix below which there is nothing hides the bytecode that lies beside the modules.
    handler = "import check_region.handler"
    compared["bytecode of the function and the layer (check_region)"] = {
        "without": spent("", handler, _environment(PYTHONPYCACHEPREFIX="/nonexistent")),
        "with": spent("", handler, _environment()),
    }
    for lever, both in compared.items():
        found = interleaved(ROUNDS, both)
        yield [lever, f"{found['without']:.1f}", f"{found['with']:.1f}"]


HEADER = ("lever", "without, CPU ms", "with, CPU ms")


def main() -> None:
    """Print the table."""
    print(machine())
    print(table(HEADER, rows()))


if __name__ == "__main__":
    main()
