"""What a release came to, in one sign and a few words, on the board and above its timeline."""

from crosscheck.cards.layout import duration
from crosscheck.cards.summary import with_broken
from crosscheck.releases.model import Release, SourceRevision
from crosscheck.text import one_line
from render_widget import drawn_signs
from render_widget.drawn_signs import Look

MESSAGE_LIMIT = 80
COMMIT_LIMIT = 12


def look_of(release: Release) -> Look:
    """The pipeline's state, unless the release waits for a person, or is green and a region is not."""
    if release.approvals:
        return drawn_signs.waiting_for_a_person("waits for approval")
    look = drawn_signs.of_state(release.state, release.word)
    told = with_broken(release, look.word)
    return drawn_signs.broken(told) if told != look.word else look


def took(release: Release) -> str:
    """How long it took; empty while it runs."""
    return f"took {duration(release.seconds)}" if release.seconds is not None else ""


def revision_of(revision: SourceRevision) -> str:
    """What is released, on one line; empty where it is not known."""
    version = " ".join(filter(None, [one_line(revision.label, MESSAGE_LIMIT), revision.commit[:COMMIT_LIMIT]]))
    said = revision.commit and revision.commit in revision.message
    message = "" if said else one_line(revision.message, MESSAGE_LIMIT)
    return " · ".join(filter(None, [version, message, one_line(revision.author, 40)]))
