"""The plan for whatever is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

from crosscheck.ledger.subjects import ImageSubject, Subject
from crosscheck.registry.item import VerificationItem
from plan_checks.asked import PlanRequest
from plan_checks.image_plan import ImagePlanning
from plan_checks.preflight_plan import PreflightPlanning
from plan_checks.release.plan import FinishedStage, ReleasePlanning


@dataclass(frozen=True)
class Planning:
    """Plans what has to be looked at."""

    images: ImagePlanning
    preflights: PreflightPlanning
    releases: ReleasePlanning

    def plan(self, asked: PlanRequest) -> Sequence[VerificationItem]:
        """An item for each region that is to be looked at."""
        match asked:
            case ImageSubject():
                return self.images.plan(asked)
            case Subject():
                return self.preflights.plan(asked)
            case FinishedStage():
                return self.releases.plan(asked)
            case _ as never:
                assert_never(never)
