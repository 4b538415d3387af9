"""The regions in which an image has to arrive: those of the registry's rules, and those that the stack promises."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from crosscheck.ledger.subjects import ImageSubject
from crosscheck.services.ecr.replication import read_rules

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient


def destinations(
    client: ECRClient, image: ImageSubject, promised: Sequence[str], prefixes: Sequence[str]
) -> tuple[str, ...]:
    """The destination regions of an image, sorted; none where nobody replicates its repository.

    ``promised`` are the stack's regions: an image whose repository begins with one of the stack's ``prefixes``
    has to get there even where the rule is missing. ``client`` asks the registry of the image's own region. Only
    destinations in the same registry count: another account's cannot be looked into from here.

    Raises:
        ClientError, BotoCoreError: ECR refused, or did not answer.
    """
    rules = read_rules(client) or ()
    found = {region for rule in rules if rule.covers(image.repository) for region in rule.regions}
    if image.repository.startswith(tuple(prefixes)):
        found |= set(promised)
    return tuple(sorted(found - {image.region}))
