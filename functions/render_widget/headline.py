"""What a release came to, in one sign and a few words, on the board and above its timeline."""

from crosscheck.cards.layout import duration
from crosscheck.ledger.states import State
from crosscheck.releases.model import RegionState, Release, SourceRevision
from crosscheck.text import one_line
from render_widget import drawn_signs
from render_widget.drawn_signs import Look

MOST_NAMES = 3
MESSAGE_LIMIT = 80
COMMIT_LIMIT = 12
_BROKEN = frozenset({RegionState.FAILED, RegionState.ROLLED_BACK})


def look_of(release: Release) -> Look:
    """The pipeline's state, unless the release waits for a person, or is green and a region is not."""
    if release.approvals:
        return drawn_signs.waiting_for_a_person("waits for approval")
    look = drawn_signs.of_state(release.state, release.word)
    wrong = [part.region for part in release.regions if part.state in _BROKEN]
    if release.state is not State.SUCCEEDED or not wrong:
        return look
    where = ", ".join(wrong) if len(wrong) <= MOST_NAMES else f"{len(wrong)} regions"
    return drawn_signs.broken(f"{look.word}, but not in {where}")


def took(release: Release) -> str:
    """How long it took, with the word before it; empty while it runs."""
    return f" after {duration(release.seconds)}" if release.seconds is not None else ""


def revision_of(revision: SourceRevision) -> str:
    """What is released, on one line; empty where it is not known."""
    parts = [revision.commit[:COMMIT_LIMIT], one_line(revision.message, MESSAGE_LIMIT), one_line(revision.author, 40)]
    return " · ".join(filter(None, parts))
