"""Finding releases in the ledger: one by the beginning of its id, or the newest ones."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from crosscheck import times
from crosscheck.errors import ConfigurationError
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.release_index import ListedRelease, ReleaseIndex
from crosscheck.ledger.subjects import FactSubject, Subject
from crosscheck.ledger.table import DAY, Ledger

SHORTEST = 4
WHOLE = 36
SHORT = 8
MOST_NAMED = 8


@dataclass(frozen=True)
class ReleaseFinder:
    """Finds and reads releases. ``clock`` gives epoch seconds."""

    ledger: Ledger
    index: ReleaseIndex
    clock: Callable[[], float]

    def find(self, wanted: str, days: int) -> Subject:
        """The release whose execution id is ``wanted`` or begins so, among those that began in the last ``days`` or are
        still open.

        Raises:
            ConfigurationError: there is none, or more than one; the text names them.
        """
        if len(wanted) < SHORTEST:
            raise ConfigurationError(
                f"{wanted!r} is too short: give at least {SHORTEST} characters of the execution id"
            )
        found: dict[str, ListedRelease] = {}
        for listed in self._listed(days):
            if listed.subject.execution.startswith(wanted.lower()):
                found[listed.subject.key] = listed
                if len(wanted) >= WHOLE:
                    break
        match list(found.values()):
            case [only]:
                return only.subject
            case []:
                raise ConfigurationError(
                    f"the ledger lists no execution {wanted} that began within {days} days: look further back with "
                    "--days, or see which there are with crosscheck status"
                )
            case several:
                names = ", ".join(
                    f"{each.subject.execution} ({each.subject.pipeline})" for each in several[:MOST_NAMED]
                )
                raise ConfigurationError(f"{wanted} may be one of {len(several)}: {names}; give more of the id")

    def newest(self, days: int) -> Iterator[Subject]:
        """The releases that began in the last ``days``, the newest first, then the older ones that are still open."""
        seen = set()
        for listed in self._listed(days):
            if listed.subject.key not in seen:
                seen.add(listed.subject.key)
                yield listed.subject

    def known(self, subject: FactSubject) -> KnownFacts:
        """Everything that the ledger knows of a subject."""
        return KnownFacts(self.ledger.read(subject))

    def _listed(self, days: int) -> Iterator[ListedRelease]:
        now = self.clock()
        for back in range(days):
            yield from self.index.of_day(times.day(now - back * DAY))
        yield from reversed(list(self.index.open_subjects()))
