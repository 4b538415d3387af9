"""Deployment windows as cron expressions."""

from datetime import datetime

import pytest

from local.codepipeline.rules.cron import parse_cron


@pytest.mark.parametrize(
    ("expression", "time", "inside"),
    [
        ("* * * * * ?", "2026-03-02T10:30", True),
        ("* * 22-23 * * ?", "2026-03-02T22:00", True),
        ("* * 22-23 * * ?", "2026-03-02T21:59", False),
        ("* 0/15 * * * ?", "2026-03-02T10:45", True),
        ("* */20 * * * ?", "2026-03-02T10:45", False),
        ("* 5/20 * * * ?", "2026-03-02T10:45", True),
        ("* * * ? * MON-FRI", "2026-03-02T10:00", True),  # a Monday
        ("* * * ? * mon,wed", "2026-03-03T10:00", False),
        ("* * * ? * 1", "2026-03-01T10:00", True),  # a Sunday
        ("* * * 1,15 JUN-AUG ? 2026-2027", "2027-07-15T00:00", True),
        ("* * * 1,15 JUN-AUG ? 2026-2027", "2028-07-15T00:00", False),
    ],
)
def test_inside(expression: str, time: str, inside: bool) -> None:
    assert parse_cron(expression).includes(datetime.fromisoformat(time)) is inside


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("", "seconds"),
        ("0 * * * * ?", "seconds must be"),
        ("* * * * *", "has 5 fields"),
        ("* * * * * ? * *", "has 8 fields"),
        ("* 60 * * * ?", "between 0 and 59"),
        ("* * 23-22 * * ?", "is empty"),
        ("* 0/0 * * * ?", "is empty"),
        ("* ? * * * ?", "field minutes is not in the local account"),
        ("* * * L * ?", "field day-of-month is not in the local account"),
        ("* * * 15W * ?", "field day-of-month is not in the local account"),
        ("* * * ? * 6#3", "field day-of-week is not in the local account"),
    ],
)
def test_refused(expression: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_cron(expression)
