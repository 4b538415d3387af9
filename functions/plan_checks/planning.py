"""The plan for whatever is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

from crosscheck.ledger.subjects import ImageSubject, Subject
from crosscheck.registry.item import Item
from plan_checks.asked import Asked
from plan_checks.image_plan import ImagePlanning
from plan_checks.preflight_plan import PreflightPlanning
from plan_checks.release.plan import Finished, ReleasePlanning


@dataclass(frozen=True)
class Planning:
    """Plans what has to be looked at."""

    images: ImagePlanning
    preflights: PreflightPlanning
    releases: ReleasePlanning

    def plan(self, asked: Asked) -> Sequence[Item]:
        """An item for each region that is to be looked at."""
        match asked:
            case ImageSubject():
                return self.images.plan(asked)
            case Subject():
                return self.preflights.plan(asked)
            case Finished():
                return self.releases.plan(asked)
            case _ as never:
                assert_never(never)
