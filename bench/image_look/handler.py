"""One look at an image in many regions, as every judge looks: a plan of ``ecr-image`` checks and nothing else."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from crosscheck.clients import Clients
from crosscheck.ledger.subjects import ImageSubject
from crosscheck.plans.current import run_current
from crosscheck.services.ecr.check import planned_replica
from crosscheck.verification.looks import look_at

SECONDS = 25.0
clients = Clients()


def handler(event: Mapping[str, Any], context: object) -> Mapping[str, str]:  # noqa: ARG001 - Lambda's signature
    """Look at ``{"region", "repository", "digest", "tag", "regions"}``: the verdict of each region."""
    image = ImageSubject(event["region"], event["repository"], event["digest"])
    checks = [planned_replica(image, event["tag"], 0.0, region) for region in event["regions"]]
    run = partial(run_current, beside=checks, subject=image, clients=clients)
    return {result.region: result.finding.verdict.value for result in look_at(checks, SECONDS, run)}
