"""What the doctor found, in a terminal."""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
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


def found(areas: Sequence[ExaminedArea]) -> RenderableType:
    """Each area with what is wrong there and how to mend it, then how much it is."""
    return Group(*(line for area in areas for line in _area(area)), _summary(areas))


def _area(area: ExaminedArea) -> Iterator[RenderableType]:
    if not area.defects:
        yield signed(_GOOD, area.name)
        return
    yield plain(area.name, "bold")
    for defect in area.defects:
        head = signed(_SIGNS[defect.severity], f"{defect.severity} · {defect.where}")
        yield Padding(Text.assemble(head, " ", plain(defect.problem)), (0, 0, 0, 2))
        yield Padding(Text.assemble(("fix: ", "bold"), plain(defect.fix)), (0, 0, 0, 6))


def _summary(areas: Sequence[ExaminedArea]) -> Text:
    severities = [defect.severity for area in areas for defect in area.defects]
    counted = [f"{severities.count(severity)} {severity}" for severity in Severity if severity in severities]
    return Text(", ".join(counted) or "nothing is wrong", style="bold")
