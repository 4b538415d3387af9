"""Entry point: the state machine's input."""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger

from crosscheck.card_queue import CardQueue
from crosscheck.clients import Clients
from crosscheck.errors import ConfigurationError
from crosscheck.ledger import Ledger
from crosscheck.subjects import ImageSubject, parse_subject
from plan_checks.planning import Planning
from plan_checks.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()


@cache
def _planning() -> Planning:
    clients = Clients()
    return Planning(
        clients=clients,
        ledger=Ledger.from_env(clients),
        cards=CardQueue.from_env(clients),
        settings=Settings.from_env(),
        clock=time.time,
    )


@logger.inject_lambda_context
def handler(event: Mapping[str, Any], context: LambdaContext) -> Mapping[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Plan the verification of ``{"subject": <key>, …}``."""
    subject = parse_subject(event["subject"])
    if not isinstance(subject, ImageSubject):
        raise ConfigurationError("this version verifies images only; releases are verified by their gate")
    plan = _planning().image(subject)
    logger.info("planned", subject=subject.key, regions=[item["region"] for item in plan["regions"]])
    return plan
