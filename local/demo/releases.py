"""The releases of the demonstration, and what each must end like."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from local.scenarios.canary_service import CanaryService


@dataclass(frozen=True)
class DemoRelease:
    """A release: how the deployments of each region end, and what its card must say at last."""

    name: str
    title: str
    start: Callable[[CanaryService], str]
    outcomes: Mapping[str, str]
    state: str
    regions: Mapping[str, str]

    def expects(self, payload: Mapping[str, Any]) -> bool:
        """Whether a card's metadata says what it must."""
        return payload.get("state") == self.state and payload.get("regions") == self.regions


@dataclass(frozen=True)
class Result:
    """What a release came to. ``picture`` says where it is, or why there is none."""

    release: DemoRelease
    execution: str
    card: Mapping[str, Any]
    seconds: float
    picture: str

    @property
    def as_expected(self) -> bool:
        """Whether the release ended as it must."""
        return self.release.expects(self.card)


RELEASES = (
    DemoRelease(
        name="a-good",
        title="Release A: every region is healthy",
        start=lambda scenario: scenario.create_pipeline(),
        outcomes={},
        state="SUCCEEDED",
        regions={"us-east-1": "passed", "eu-west-1": "passed", "ap-southeast-1": "passed"},
    ),
    DemoRelease(
        name="a-unhealthy-secondary",
        title="Release A again: in eu-west-1 the deployment is green, then its tasks fail",
        start=lambda scenario: scenario.push("Cache the product list"),
        outcomes={"eu-west-1": "unhealthy"},
        state="FAILED",
        regions={"us-east-1": "passed", "eu-west-1": "failed", "ap-southeast-1": "passed"},
    ),
)
