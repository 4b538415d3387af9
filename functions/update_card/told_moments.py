"""Which moments of a release a person was told of. Each is claimed before it is told, and stays claimed."""

from collections.abc import Iterable, Sequence

from crosscheck.ledger.subjects import Subject, card_key
from crosscheck.ledger.table import AttributeValues, ReleaseTable, item_key
from crosscheck.releases.moments import Moment

MOMENT = "moment/"


class ToldMoments(ReleaseTable):
    """The moments that were told, beside the cards in the ledger's table."""

    def claim(self, release: Subject, moments: Sequence[Moment]) -> tuple[Moment, ...]:
        """Those that nobody was told of, and that are the caller's to tell from now on."""
        told = self._told(release)
        free = "attribute_not_exists(#claimed)"
        values: AttributeValues = {":claimed": {"BOOL": True}}
        return tuple(
            moment
            for moment in moments
            if moment.key not in told and self.update(_key(release, moment), ["#claimed = :claimed"], values, free)
        )

    def unclaim(self, release: Subject, moments: Iterable[Moment]) -> None:
        """Give claims back: nobody was told."""
        for moment in moments:
            self.client.delete_item(TableName=self.table, Key=_key(release, moment))

    def _told(self, release: Subject) -> set[str]:
        names = (item["sk"]["S"] for item in self.items(card_key(release)))
        return {name.removeprefix(MOMENT) for name in names if name.startswith(MOMENT)}


def _key(release: Subject, moment: Moment) -> AttributeValues:
    return item_key(card_key(release), f"{MOMENT}{moment.key}")
