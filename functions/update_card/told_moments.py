"""What of a release was told in its card's thread. Each thing is claimed before it is told, and stays claimed unless
Slack certainly took nothing."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from crosscheck.aws_errors import AWS_ERRORS
from crosscheck.ledger.subjects import Subject, card_key
from crosscheck.ledger.table import AttributeValues, ReleaseTable, item_key

MOMENT = "moment/"


class ToldOnce(Protocol):
    """What is told once: a moment, or a detail."""

    @property
    def key(self) -> str:
        """Its name among all that is told of its release."""

    @property
    def follows(self) -> str:
        """How the keys begin of which one has to be told before; empty where it stands for itself."""


class ToldMoments(ReleaseTable):
    """What was told, beside the cards in the ledger's table."""

    def claim[T: ToldOnce](self, release: Subject, moments: Sequence[T]) -> tuple[T, ...]:
        """Those that nobody was told of, and that are the caller's to tell from now on. What ``follows`` others is told
        only where one of them was. All are claimed or none is.

        Raises:
            ClientError, BotoCoreError: the table refuses or does not answer, and nothing is the caller's to tell.
        """
        told = self._told(release) if moments else set()
        free = "attribute_not_exists(#claimed)"
        values: AttributeValues = {":claimed": {"BOOL": True}}
        untold = [
            moment
            for moment in moments
            if moment.key not in told and (not moment.follows or any(key.startswith(moment.follows) for key in told))
        ]
        claimed: list[T] = []
        try:
            for moment in untold:
                if self.update(_key(release, moment), ["#claimed = :claimed"], values, free):
                    claimed.append(moment)  # noqa: PERF401 - after a failure it has to be known what was claimed
        except AWS_ERRORS:
            self.unclaim(release, claimed)
            raise
        return tuple(claimed)

    def unclaim(self, release: Subject, moments: Iterable[ToldOnce]) -> None:
        """Give claims back: nobody was told."""
        for moment in moments:
            self.client.delete_item(TableName=self.table, Key=_key(release, moment))

    def _told(self, release: Subject) -> set[str]:
        names = (item["sk"]["S"] for item in self.items(card_key(release)))
        return {name.removeprefix(MOMENT) for name in names if name.startswith(MOMENT)}


def _key(release: Subject, moment: ToldOnce) -> AttributeValues:
    return item_key(card_key(release), f"{MOMENT}{moment.key}")
