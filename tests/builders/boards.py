"""Releases of the board, and what its HTML says, read as a browser reads it."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from crosscheck.contracts.verdicts import RegionVerdict, Verdict
from crosscheck.ledger.states import RollbackState
from tests.builders import events
from tests.builders.releases import Facts, deploys

GATE = "ValidatePrimary/Validate-US-East"
VOID = frozenset({"br", "hr", "img", "input", "link", "meta"})


def primary_proven() -> Facts:
    """A release of three regions, whose primary a gate has proven after 80 seconds."""
    trigger = {"commit-id": "0123456789abcdef0123", "commit-message": "Cache it", "author-display-name": "release-bot"}
    facts = Facts().outline(
        ("Source", []),
        ("DeployPrimary", [deploys("Deploy-US-East", "us-east-1")]),
        (
            "DeploySecondary",
            [deploys("Deploy-EU-West", "eu-west-1"), deploys("Deploy-AP-Southeast", "ap-southeast-1")],
        ),
        gates={"DeployPrimary": [GATE]},
    )
    for event in (
        events.pipeline("STARTED", 0, **{"execution-trigger": trigger}),
        events.stage("DeployPrimary", "STARTED", 3),
        events.action("DeployPrimary", "Deploy-US-East", "STARTED", 3),
        events.action("DeployPrimary", "Deploy-US-East", "SUCCEEDED", 60),
        events.stage("DeployPrimary", "SUCCEEDED", 60),
    ):
        facts.event(event)
    passed = RegionVerdict("us-east-1", Verdict.PASS, "2 of 2 tasks run my-service:2", ())
    return facts.verdict("DeployPrimary", passed, 80, judge=GATE)


def silently_broken() -> Facts:
    """The same one: the pipeline is green, eu-west-1 failed under it and was rolled back after 260 seconds."""
    facts = primary_proven()
    facts.event(events.stage("DeploySecondary", "STARTED", 90))
    for name, region in (("Deploy-EU-West", "eu-west-1"), ("Deploy-AP-Southeast", "ap-southeast-1")):
        facts.event(events.action("DeploySecondary", name, "STARTED", 90, region=region))
        facts.event(events.action("DeploySecondary", name, "SUCCEEDED", 150, region=region))
    facts.event(events.stage("DeploySecondary", "SUCCEEDED", 150))
    facts.event(events.pipeline("SUCCEEDED", 150))
    failed = RegionVerdict("eu-west-1", Verdict.FAIL, "0 of 2 tasks run", ())
    facts.verdict("DeploySecondary", failed, 200)
    facts.verdict("DeploySecondary", RegionVerdict("ap-southeast-1", Verdict.PASS, "2 of 2 tasks run", ()), 190)
    runs, target = "2 of 2 tasks run my-service:1", "my-service:1 (from before the first release)"
    return facts.rollback("DeploySecondary", "eu-west-1", RollbackState.DONE, runs, 260, target=target)


def waiting_for_approval() -> Facts:
    """The same one, which waits for a person since 100 seconds after it began."""
    facts = primary_proven()
    facts.event(events.stage("Approve", "STARTED", 100))
    approval = events.action("Approve", "Ship", "STARTED", 100, category="Approval", provider="Manual")
    return facts.event(approval)


class Page(HTMLParser):
    """The elements of a piece of HTML: ``tags`` with their attributes, and the ``texts`` outside of style sheets."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert not self._open, "every element is closed"

    @property
    def text(self) -> str:
        """All texts, joined."""
        return " ".join(self.texts)

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every element of this name."""
        return [attributes for name, attributes in self.tags if name == tag]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: Any) -> None:
        if self._open[-1:] != ["style"] and data.strip():
            self.texts.append(data.strip())
