"""How the Lambda deploy action moves an alias's traffic to a new version, by its DeployStrategy."""

import re
from dataclasses import dataclass

ALL_AT_ONCE = "AllAtOnce"
# The user guide allows two days of waiting in total.
MAXIMUM_MINUTES = 2 * 24 * 60
_PATTERN = re.compile(r"(?:Canary(\d{1,2})Percent(\d+)Minutes?|Linear(\d{1,2})PercentEvery(\d+)Minutes?)")


class UnknownStrategyError(ValueError):
    """No deployment strategy, with the reason in words."""


@dataclass(frozen=True)
class Step:
    """So many percent of the traffic go to the new version for so many minutes."""

    percent: int
    minutes: int


def steps(strategy: str) -> tuple[Step, ...]:
    """The steps before all traffic goes to the new version.

    Raises:
        UnknownStrategyError: it is none, or takes more than two days.
    """
    if strategy == ALL_AT_ONCE:
        return ()
    found = _PATTERN.fullmatch(strategy)
    percent, minutes = (int(each) for each in found.groups() if each is not None) if found else (0, 0)
    if not percent:
        raise UnknownStrategyError(f"{strategy!r} is no deployment strategy")
    percents = (percent,) if strategy.startswith("Canary") else range(percent, 100, percent)
    if len(percents) * minutes > MAXIMUM_MINUTES:
        raise UnknownStrategyError(f"{strategy} waits for more than two days")
    return tuple(Step(each, minutes) for each in percents)
