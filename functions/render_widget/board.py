"""Reading what the board shows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.release_index import ReleaseIndex
from crosscheck.ledger.subjects import Subject
from crosscheck.ledger.table import Ledger
from crosscheck.releases.fold import fold
from crosscheck.releases.model import Release
from render_widget.request import WidgetRequest

MOST_RELEASES = 25


@dataclass(frozen=True)
class BoardPage:
    """The newest releases, and whether there are ``more`` in the days that were asked for."""

    releases: tuple[Release, ...]
    more: bool


@dataclass(frozen=True)
class BoardReader:
    """Reads releases from the ledger. ``clock`` gives epoch seconds."""

    ledger: Ledger
    index: ReleaseIndex
    clock: Callable[[], float]

    def board(self, request: WidgetRequest) -> BoardPage:
        """The newest releases of the days."""
        found = list(islice(self._subjects(request), MOST_RELEASES + 1))
        releases = (fold(subject, self.known(subject)) for subject in found[:MOST_RELEASES])
        return BoardPage(tuple(releases), more=len(found) > MOST_RELEASES)

    def known(self, subject: Subject) -> KnownFacts:
        """Everything that the ledger knows of a release."""
        return KnownFacts(self.ledger.read(subject))

    def _subjects(self, request: WidgetRequest) -> Iterator[Subject]:
        for day in request.days:
            for listed in self.index.of_day(day):
                if request.pipeline in {"", listed.subject.pipeline}:
                    yield listed.subject
