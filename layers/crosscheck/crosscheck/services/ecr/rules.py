"""What the presence of an image, or the state of its replication, proves: pure rules, with the words for people."""

from collections.abc import Sequence
from datetime import UTC, datetime

from crosscheck.contracts.check import Outcome
from crosscheck.contracts.verdicts import Verdict
from crosscheck.images.reference import short
from crosscheck.services.ecr.replica import Replica, SourceImage
from crosscheck.services.ecr.replication import Replication, ReplicationState, Rule, never_comes
from crosscheck.text import moment

# Seconds after a push in which ECR may not yet list a replication, nor show what it has replicated.
SETTLING = 60.0
# Most images take less: https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html
ARRIVAL_SECONDS = 1_800.0
# Seconds for which a tag may be on its way: ECR reports the replication of images, and none of their tags.
TAG_SECONDS = ARRIVAL_SECONDS / 2
WORD_LIMIT = 40


def arrived(image: SourceImage, replica: Replica, destination: str) -> Outcome:
    """Everything is there. What is archived is there, too, but nobody can pull it."""
    if replica.archived:
        what = f"{image.name} is in {destination}, but {short(replica.archived[0])} is archived"
        return Outcome(Verdict.FAIL, f"{what}: it cannot be pulled before it is restored")
    parts = len(replica.found) - 1
    also = f" with {parts} child manifest{'s' if parts > 1 else ''}" if parts else ""
    return Outcome(Verdict.PASS, f"{image.name} is in {destination}{also}")


def tag_gave_way(image: SourceImage, destination: str, current: str) -> Outcome:
    """The image is there, and its source has moved or deleted the tag since; ``current`` is the digest that the source
    has under it, empty for none."""
    now = f"is {short(current)} in {image.region} now" if current else f"was deleted in {image.region}"
    return Outcome(Verdict.PASS, f"{image.name} is in {destination}; its tag gave way: {image.tag} {now}")


def tag_moved(image: SourceImage, seen: Outcome, pushed: float, now: float) -> Outcome:
    """What is ``seen`` of an image that was pushed under the tag only after the release had begun. No registry tells
    what the tag stood for until then, so nothing of this image fails the release; for a while it may be on its way."""
    if seen.verdict is Verdict.PASS:
        return seen
    comes = seen.verdict is Verdict.PENDING and now - pushed < ARRIVAL_SECONDS
    what = f"the tag moved since the release began: {image.tag} was pushed to {image.region} at {moment(pushed)}"
    return Outcome(Verdict.PENDING if comes else Verdict.INCONCLUSIVE, f"{what}; {seen.reason}", waits=comes)


def what_tag_lacks(image: SourceImage, destination: str, elsewhere: str) -> str:
    """The image is there without its tag. ``elsewhere`` is the digest that has the tag there, empty for none."""
    tag = f"{image.tag} is {short(elsewhere)} there" if elsewhere else f"not under its tag {image.tag}"
    return f"{image.name} is in {destination}, but {tag}"


def tag_stays(image: SourceImage, age: float, *, immutable: bool) -> Outcome:
    """The replication is complete, and the image has not got its tag ``age`` seconds after it was pushed.

    ``immutable`` says that another image has the tag, and keeps it: ECR then replicates the image without it.
    """
    remedy = f"give {image.tag} to this image there by hand, or push under a new tag"
    if immutable:
        why = f"tags of {image.repository} are immutable there, so {image.tag} will never move"
        return Outcome(Verdict.FAIL, f"{why}; delete it there and {remedy}")
    if age < TAG_SECONDS:
        return Outcome(Verdict.PENDING, f"the image has come from {image.region}, its tag may be on its way")
    return Outcome(Verdict.FAIL, f"its replication from {image.region} is COMPLETE, and the tag did not come; {remedy}")


def what_lacks(image: SourceImage, replica: Replica, destination: str, elsewhere: str) -> str:
    """What is not there. ``elsewhere`` is the digest that the destination has under the image's tag, empty for none."""
    if image.digest not in replica.missing:
        missing = sorted(replica.missing)
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        return f"{image.name} is in {destination} without its child manifest {short(missing[0])}{more}"
    if not replica.repository:
        return f"{image.name} is not in {destination}, which has no repository {image.repository}"
    other = f" ({image.tag} is {short(elsewhere)} there)" if elsewhere else ""
    return f"{image.name} is not in {destination}{other}"


def judge_states(states: Sequence[Replication], source: str, destination: str) -> Outcome | None:
    """What the states of the missing manifests say; None where it takes another look at a registry to tell."""
    by_state = {state.state: state for state in states}
    if failed := by_state.get(ReplicationState.FAILED):
        code = failed.failure or "no failure code"
        return Outcome(Verdict.FAIL, f"its replication from {source} to {destination} FAILED ({code})")
    if ReplicationState.IN_PROGRESS in by_state:
        return Outcome(Verdict.PENDING, f"its replication from {source} is in progress")
    if ReplicationState.NO_SOURCE in by_state:
        return Outcome(Verdict.INCONCLUSIVE, f"{source} does not have it either, so nothing says whether it will come")
    if unknown := by_state.get(ReplicationState.UNKNOWN):
        word = unknown.failure[:WORD_LIMIT] or "no status"
        text = f"ECR says {word} of its replication from {source}, which this version does not know"
        return Outcome(Verdict.INCONCLUSIVE, text)
    return None


def unlisted(
    rules: Sequence[Rule] | None, seen: Replication, image: SourceImage, destination: str, home: str, now: float
) -> Outcome | None:
    """Why ECR lists no replication to the destination; None where the push came before the rule. ``rules`` is None
    where they cannot be known, ``home`` is Crosscheck's own region."""
    if rules is None:
        text = f"{image.region} lists no replication to it, and only account {seen.registry} can see its rules"
        return Outcome(Verdict.INCONCLUSIVE, text)
    if never := never_comes(rules, image.repository, image.region, destination, home):
        return Outcome(Verdict.FAIL, never)
    if now - seen.pushed < SETTLING:
        return Outcome(Verdict.PENDING, f"it was just pushed to {image.region}, which lists no replication yet")
    return None


def before_the_rule(seen: Replication, image: SourceImage, destination: str, backfill: str) -> Outcome:
    """A rule covers what was pushed before it. ``backfill`` is the state of one that may bring it, empty for none."""
    if backfill:
        return Outcome(Verdict.PENDING, f"a replication backfill from {image.region} is {backfill}")
    pushed = f"{datetime.fromtimestamp(seen.pushed, UTC):%Y-%m-%d %H:%M} UTC" if seen.pushed else "at an unknown time"
    text = f"a rule covers {image.repository}, but {image.region} replicates nothing that was pushed before the rule"
    fix = f"start a replication backfill to {destination}, or push it again under a new tag"
    return Outcome(Verdict.FAIL, f"{text} (this was pushed {pushed}); {fix}")


def vanished(source: str, destination: str) -> Outcome:
    """The replication is complete, and a second look does not find the image."""
    text = f"its replication from {source} is COMPLETE, so somebody or a lifecycle rule of {destination} deleted it"
    return Outcome(Verdict.FAIL, f"{text}; mend the rule and push the image again")
