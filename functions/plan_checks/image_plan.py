"""The plan of an image: every region in which it has to arrive."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from crosscheck.ledger.image_facts import MOST_TAGS, REPLICATION, ImageDestinations, PushedImage
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.subjects import ImageSubject
from crosscheck.services.ecr.check import planned_replica
from crosscheck.services.ecr.replication import read_rules
from crosscheck.services.ecr.rules import ARRIVAL_SECONDS
from crosscheck.verification.engine import Limits
from crosscheck.verification.item import Purpose, VerificationItem
from plan_checks.planning import Planning

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient


class ImagePlanning(Planning):
    """Plans where an image has to arrive."""

    def plan(self, image: ImageSubject) -> list[VerificationItem]:
        """An item for each destination; none where the image goes nowhere."""
        now = self.clock()
        ecr = self.clients.client("ecr", image.region)
        # The stack replicates from its own region only; elsewhere the registry's own rules say where an image goes.
        promised = self.settings.regions if image.region == self.clients.home_region else ()
        found = destinations(ecr, image, promised, self.settings.prefixes)
        if found:
            self.ledger.merge(image, ImageDestinations(found).to_fact(now))
            self.cards.changed(image, f"plan {now}")
        push = KnownFacts(self.ledger.read(image)).image or PushedImage(0.0)
        tags = push.newest_tags[:MOST_TAGS] or ("",)
        return [
            VerificationItem(
                purpose=Purpose.IMAGE,
                subject=image,
                region=region,
                since=now,
                checks=tuple(planned_replica(image, tag, push.pushed, region) for tag in tags),
                limits=Limits(deadline=ARRIVAL_SECONDS),
                stage=REPLICATION,
            )
            for region in found
        ]


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
