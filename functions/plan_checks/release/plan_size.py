"""What a plan may weigh: every region of it goes through Step Functions at once."""

import json
from collections.abc import Sequence

from crosscheck.registry.item import VerificationItem

# Step Functions carries 256 KiB from one state to the next, and cannot catch that it was more; beside the plan it
# carries what became of each region. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
MOST_KIB = 192


def size_problem(items: Sequence[VerificationItem]) -> str:
    """What is wrong with a plan that is too large, empty where nothing is."""
    size = len(json.dumps([item.to_json() for item in items])) // 1024
    if size <= MOST_KIB:
        return ""
    return (
        f"the plan's checks make {size} KiB for {len(items)} regions, and Step Functions carries {MOST_KIB}: "
        "name the regions in which each check is needed, or ask for fewer"
    )
