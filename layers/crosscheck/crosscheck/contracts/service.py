"""What one AWS service brings to Crosscheck. Each service folder declares it in ``declaration.py``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crosscheck.contracts.check import Check, PlannedCheck
from crosscheck.contracts.deploy import DeployProvider
from crosscheck.contracts.rollback import Rollback


@dataclass(frozen=True)
class Service:
    """``checks`` are those that a plan may ask for, ``internal_checks`` those that only Crosscheck itself plans.
    ``rollbacks`` are by the kind of the check that proves the deployment."""

    checks: tuple[Check, ...] = ()
    internal_checks: tuple[Check, ...] = ()
    deploy_providers: tuple[DeployProvider, ...] = ()
    rollbacks: Mapping[str, Rollback[PlannedCheck, Any]] = field(default_factory=dict)
