"""``control`` refuses in words what it does not take, and changes nothing then."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pytest

from local.control import control_app
from local.outcomes import Outcome, Outcomes

if TYPE_CHECKING:
    from local.account import Account

REGION = "eu-west-1"


@dataclass
class Pipelines:
    """The engine, as ``/push`` knows it."""

    pushed: list[tuple[str, ...]] = field(default_factory=list)

    def push(self, *commit: str) -> list[str]:
        """Take a commit; no pipeline starts."""
        self.pushed.append(commit)
        return []


@dataclass
class Parts:
    """Those parts of an account that these controls change."""

    outcomes: Outcomes = field(default_factory=Outcomes)
    codepipeline: Pipelines = field(default_factory=Pipelines)


def _post(parts: Parts, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    answer = control_app(cast("Account", parts)).test_client().post(path, json=body)
    return answer.status_code, answer.get_json()


def test_a_deployment_in_a_region_that_aws_does_not_have_is_refused() -> None:
    parts = Parts()
    body = {"region": "nowhere-9", "provider": "ECS", "outcome": "fail"}
    status, answer = _post(parts, "/deployments", body)
    assert (status, answer) == (400, {"error": "region must be a region of AWS, not 'nowhere-9'"})
    assert parts.outcomes.of("nowhere-9", "ECS", "web") is Outcome.HEALTHY


def test_the_outcome_of_a_region_is_taken() -> None:
    parts = Parts()
    body = {"region": REGION, "provider": "ECS", "outcome": "fail"}
    assert _post(parts, "/deployments", body) == (200, body)
    assert parts.outcomes.of(REGION, "ECS", "web") is Outcome.FAIL


@pytest.mark.parametrize("key", ["branch", "message", "author"])
@pytest.mark.parametrize("value", [7, "", None, ["main"]])
def test_a_commit_is_made_of_texts(key: str, value: object) -> None:
    parts = Parts()
    status, answer = _post(parts, "/push", {"repository": "my-org/my-service", key: value})
    assert (status, answer) == (400, {"error": f"{key} must be a text"})
    assert parts.codepipeline.pushed == []


def test_a_commit_needs_no_more_than_its_repository() -> None:
    parts = Parts()
    assert _post(parts, "/push", {"repository": "my-org/my-service"}) == (200, {"executions": []})
    assert parts.codepipeline.pushed == [("my-org/my-service", "main", "A change", "release-bot")]
