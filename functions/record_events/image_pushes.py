"""ECR's push events, read into facts and into the start of a verification.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html. A multi-architecture image is pushed as
its child manifests, which have no tag, and the index, which has: the index is verified together with its children.
"""

import hashlib
import re

from crosscheck import times
from crosscheck.ledger.image_facts import PushedImage
from crosscheck.ledger.subjects import ImageSubject
from record_events.changes import Change, Verification
from record_events.fields import Fields

SOURCE = "aws.ecr"
PUSH = "ECR Image Action"

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
# https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
_REPOSITORY = re.compile(r"(?=.{2,256}$)(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*")
_TAG_LIMIT = 300


def read_push(envelope: Fields, detail: Fields) -> Change | None:
    """The change that a push means; None for what is no finished push of a tagged image.

    Raises:
        UnreadableEventError: with the field that is wrong.
    """
    if detail.text("action-type") != "PUSH" or detail.text("result") != "SUCCESS" or not detail.text("image-tag", ""):
        return None
    subject = ImageSubject(
        region=envelope.name("region"),
        repository=detail.matching("repository-name", _REPOSITORY),
        digest=detail.matching("image-digest", _DIGEST),
    )
    event_id, pushed = envelope.text("id"), envelope.time("time")
    fact = PushedImage(detail.text("image-tag")[:_TAG_LIMIT], pushed).to_fact(event_id)
    verification = Verification(
        name=_execution_name(subject, pushed), input={"subject": subject.key, "pushed": times.to_text(pushed)}
    )
    # Which regions it has to reach is not known yet, and it may be none: the card waits for that.
    return Change(event_id, subject, fact, verification=verification, notify_card=False)


def _execution_name(subject: ImageSubject, pushed: float) -> str:
    """The same for every delivery of the same push, and within Step Functions' 80 characters."""
    digest = subject.digest.removeprefix("sha256:")[:48]
    repository = hashlib.sha256(subject.repository.encode()).hexdigest()[:8]
    return f"{digest}-{repository}-{int(pushed)}"
