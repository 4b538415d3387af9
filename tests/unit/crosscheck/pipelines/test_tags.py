from __future__ import annotations

import pytest

from crosscheck.pipelines.parameters import Tags, parse_tags


def test_only_our_tags_count() -> None:
    tags = {"crosscheck:plan": "/crosscheck/plans/fleet", "crosscheck:rollback": "Auto", "team": "web", "plan": "x"}
    assert parse_tags(tags) == Tags(plan="/crosscheck/plans/fleet", rollback="auto")
    assert parse_tags({}) == Tags()


def test_a_pipeline_may_name_whom_to_mention() -> None:
    assert parse_tags({"crosscheck:notify": " U0123456789 "}).notify == "U0123456789"


@pytest.mark.parametrize(
    ("value", "ignored"), [("true", True), ("", True), ("yes", True), ("false", False), ("no", False)]
)
def test_a_pipeline_may_be_left_alone(value: str, ignored: bool) -> None:
    assert parse_tags({"crosscheck:ignore": value}).ignore is ignored
