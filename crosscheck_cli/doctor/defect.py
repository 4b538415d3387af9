"""Something that is wrong with a stack."""

from dataclasses import dataclass
from enum import StrEnum

GONE = "docs/operations.md, section Something of the stack is gone"


class Severity(StrEnum):
    """How bad it is; the order of the members is that of what to mend first."""

    ERROR = "error"  # releases are not verified, not shown, or not safe
    WARNING = "warning"  # it works, and should not stay so
    UNKNOWN = "unknown"  # it could not be looked at
    NOTE = "note"  # nothing is wrong, and a reader may wonder


@dataclass(frozen=True)
class Defect:
    """What is wrong ``where``, and how to ``fix`` it: a command, or a sentence."""

    severity: Severity
    where: str
    problem: str
    fix: str


def exit_code(defects: list[Defect]) -> int:
    """0 where nothing is wrong, 2 where something is broken, 1 for everything between."""
    found = {defect.severity for defect in defects}
    if Severity.ERROR in found:
        return 2
    return int(bool(found & {Severity.WARNING, Severity.UNKNOWN}))
