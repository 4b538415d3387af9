"""What the doctor found, in a terminal. Its lines are not broken, so that commands can be copied."""

from collections.abc import Iterator, Sequence

from rich.text import Text

from crosscheck_cli.doctor.defect import Severity
from crosscheck_cli.doctor.examination import ExaminedArea
from crosscheck_cli.terminal.signs import plain, signed

_GOOD = ":white_check_mark:"
_SIGNS = {
    Severity.ERROR: ":x:",
    Severity.WARNING: ":warning:",
    Severity.UNKNOWN: ":grey_question:",
    Severity.NOTE: ":white_circle:",
}
_SEVERAL = {Severity.ERROR: "errors", Severity.WARNING: "warnings", Severity.NOTE: "notes"}


def found(areas: Sequence[ExaminedArea]) -> Text:
    """Each area with what is wrong there and how to mend it, then how much it is."""
    return Text("\n").join([*(line for area in areas for line in _area(area)), _summary(areas)])


def _area(area: ExaminedArea) -> Iterator[Text]:
    if not area.defects:
        yield signed(_GOOD, area.name)
        return
    yield plain(area.name, "bold")
    for defect in area.defects:
        head = signed(_SIGNS[defect.severity], f"{defect.severity} · {defect.where}:")
        yield Text.assemble("  ", head, " ", plain(defect.problem))
        yield Text.assemble("      ", ("fix: ", "bold"), plain(defect.fix))


def _summary(areas: Sequence[ExaminedArea]) -> Text:
    severities = [defect.severity for area in areas for defect in area.defects]
    counted = [_counted(severity, severities.count(severity)) for severity in Severity if severity in severities]
    return Text(", ".join(counted) or "nothing is wrong", style="bold")


def _counted(severity: Severity, number: int) -> str:
    return f"{number} {severity if number == 1 else _SEVERAL.get(severity, severity)}"
