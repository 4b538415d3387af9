"""What cannot be looked at is a defect, and hides nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from rich.console import Console

from crosscheck_cli.doctor import examination
from crosscheck_cli.doctor.defect import Defect, Severity
from crosscheck_cli.doctor.examination import QUEUES, ExaminedArea, examine
from crosscheck_cli.doctor.rules.queues import _REPLAYS
from crosscheck_cli.doctor.view import found
from crosscheck_cli.stack.connection import Connection
from tests.builders.stacks import deployed
from tests.template.expanded import resources

HOME, EU = "us-east-1", "eu-west-1"
WARNING = Defect(Severity.WARNING, HOME, "odd", "mend it")
BROKEN = Defect(Severity.ERROR, HOME, "broken", "mend it")


def examined(monkeypatch: pytest.MonkeyPatch, *planned: tuple[str, str, Callable[[], Any]]) -> list[ExaminedArea]:
    connection: Any = Connection(clients=None, stack=deployed())  # type: ignore[arg-type]  # nothing is called
    monkeypatch.setattr(examination, "_planned", lambda _: iter(planned))
    return examine(connection)


def raising(error: Exception) -> Callable[[], Any]:
    def work() -> Any:
        raise error

    return work


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "arn:secret"}}, "DescribeRule")


def test_areas_keep_their_order_and_the_worst_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    areas = examined(
        monkeypatch,
        ("stores", HOME, lambda: [WARNING]),
        ("events", HOME, list),
        ("stores", EU, lambda: [BROKEN, WARNING]),
    )
    assert areas == [ExaminedArea("stores", (BROKEN, WARNING)), ExaminedArea("events", ())]


@pytest.mark.parametrize(
    ("error", "severity", "problem", "fix"),
    [
        (
            refused("AccessDeniedException"),
            Severity.UNKNOWN,
            f"DescribeRule in {EU} was refused",
            "give yourself the right",
        ),
        (refused("Throttling"), Severity.UNKNOWN, f"DescribeRule in {EU} was refused: Throttling", "try again"),
        (
            refused("UnrecognizedClientException"),
            Severity.ERROR,
            "has not enabled the region",
            "aws account enable-region",
        ),
        (EndpointConnectionError(endpoint_url="https://x"), Severity.UNKNOWN, f"no answer from {EU}", "try again"),
        (TimeoutError(), Severity.UNKNOWN, "no answer: TimeoutError", "try again from a network"),
    ],
)
def test_what_cannot_be_looked_at_is_a_defect_and_hides_nothing(
    monkeypatch: pytest.MonkeyPatch, error: Exception, severity: Severity, problem: str, fix: str
) -> None:
    areas = examined(monkeypatch, ("events", EU, raising(error)), ("events", HOME, lambda: [BROKEN]))
    [defects] = [area.defects for area in areas]
    [unseen] = [defect for defect in defects if defect.where == EU]
    assert BROKEN in defects
    assert unseen.severity is severity
    assert unseen.problem.startswith(problem) or problem in unseen.problem
    assert unseen.fix.startswith(fix)
    assert "arn:secret" not in unseen.problem


def test_what_is_slow_is_a_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examination, "all_within", lambda _seconds, _works: {})
    [area] = examined(monkeypatch, ("events", EU, lambda: [BROKEN]))
    assert [(defect.severity, defect.problem) for defect in area.defects] == [
        (Severity.UNKNOWN, "no answer within 120 seconds")
    ]


def test_a_region_that_is_not_enabled_is_told_once_for_each_area(monkeypatch: pytest.MonkeyPatch) -> None:
    error = refused("AuthFailure")
    [area] = examined(monkeypatch, ("stores", EU, raising(error)), ("stores", EU, raising(error)))
    assert len(area.defects) == 1


def test_the_queues_and_rules_are_the_templates() -> None:
    assert resources("AWS::SQS::Queue").keys() == {*QUEUES, *QUEUES.values()}
    assert _REPLAYS.keys() == set(QUEUES.values())
    rules = resources("AWS::Events::Rule")
    sources = {name: frozenset(rule["EventPattern"]["source"]) for name, rule in rules.items()}
    assert sources == examination.OWN_RULES


def test_each_finding_is_shown_with_its_fix_unbroken_and_counted() -> None:
    console = Console(width=100, no_color=True)
    long = Defect(Severity.ERROR, EU, "broken", "aws " + "--option " * 20 + "end")
    with console.capture() as text:
        shown = found([ExaminedArea("stores", (BROKEN, long, WARNING)), ExaminedArea("events", ())])
        console.print(shown, soft_wrap=True)
    assert [line.rstrip() for line in text.get().splitlines()] == [
        "stores",
        "  ✗ error · us-east-1: broken",
        "      fix: mend it",
        "  ✗ error · eu-west-1: broken",
        f"      fix: {long.fix}",
        "  ! warning · us-east-1: odd",
        "      fix: mend it",
        "✓ events",
        "2 errors, 1 warning",
    ]


def test_nothing_wrong_is_said_in_words() -> None:
    console = Console(width=100, no_color=True)
    with console.capture() as text:
        console.print(found([ExaminedArea("events", ())]))
    assert text.get().splitlines()[-1].rstrip() == "nothing is wrong"
