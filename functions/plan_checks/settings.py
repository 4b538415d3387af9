"""What the function reads from its environment."""

from dataclasses import dataclass

from crosscheck.settings import optional, required
from plan_checks.rollback_mode import Mode


@dataclass(frozen=True)
class PlanSettings:
    """The function's settings. All but ``gate_function`` are those of the stack's parameters."""

    regions: tuple[str, ...]
    prefixes: tuple[str, ...]
    rollback_mode: Mode
    gate_function: str
    plans_may_roll_back: bool = True

    @classmethod
    def from_env(cls) -> "PlanSettings":
        """Read the environment; regions and prefixes may be empty.

        Raises:
            MissingSettingError: a variable is absent.
        """
        return cls(
            regions=_listed("REGIONS"),
            prefixes=_listed("REPLICATE_REPOSITORIES"),
            rollback_mode=Mode(required("ROLLBACK_MODE")),
            gate_function=required("GATE_FUNCTION"),
            plans_may_roll_back=required("PLANS_MAY_ROLL_BACK") == "true",
        )


def _listed(name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in optional(name).split(",") if part.strip())
