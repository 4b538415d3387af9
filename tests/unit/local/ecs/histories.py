"""Builders for the deployments of a service."""

from dataclasses import replace

from local.ecs.model import ContainerImage, Deployment, History, Revision
from local.outcomes import Outcome

START = 1_000_000.0
DIGEST = "sha256:" + "a" * 64


def deployment(
    number: int, outcome: Outcome = Outcome.HEALTHY, at: float = START, pulled: bool = True, **changes: object
) -> Deployment:
    """A deployment of ``my:<number>`` at a speed of 1: AWS's seconds are seconds here."""
    image = ContainerImage("app", f"my:{number}", DIGEST if pulled else None)
    built = Deployment(
        id=f"ecs-svc/{number}",
        revision=Revision(str(number), f"arn:aws:ecs:eu-west-1:111122223333:task-definition/my:{number}", (image,), at),
        outcome=outcome,
        unpullable=Outcome.HANG,
        started=at,
        pace=1.0,
        pulled=at if pulled else None,
    )
    return replace(built, **changes)  # type: ignore[arg-type]  # the caller names fields


def steady(desired: int = 2) -> History:
    """A service that has been steady for an hour at START."""
    return History(desired, (deployment(1, at=START - 3600),))
