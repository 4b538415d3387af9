"""SECURITY.md promises what no other test holds."""

import re
from pathlib import Path

import pytest

from tests.template.expanded import expanded, resources
from tests.unit.docs.markdown import ROOT

PINNED = (ROOT / "layers" / "crosscheck" / "requirements.txt", *sorted((ROOT / "requirements").glob("*.txt")))


def test_the_queues_deny_what_does_not_come_over_tls() -> None:
    [policy] = resources("AWS::SQS::QueuePolicy").values()
    [denied] = [each for each in policy["PolicyDocument"]["Statement"] if each["Effect"] == "Deny"]
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert (denied["Principal"], denied["Action"]) == ("*", "sqs:*")
    assert {each["Fn::GetAtt"][0] for each in denied["Resource"]} == resources("AWS::SQS::Queue").keys()


def test_nothing_can_be_called_from_outside() -> None:
    kinds = {resource["Type"] for resource in expanded()["Resources"].values()}
    assert not {kind for kind in kinds if kind.startswith(("AWS::ApiGateway", "AWS::Lambda::Url", "AWS::Elastic"))}
    functions = {permission["Principal"] for permission in resources("AWS::Lambda::Permission").values()}
    assert not functions, "only roles invoke"


@pytest.mark.parametrize("pins", PINNED, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_package_is_pinned_with_its_hashes(pins: Path) -> None:
    entries = re.split(r"\n(?=\S)", pins.read_text().replace("\\\n", ""))
    packages = [entry for entry in entries if entry and not entry.startswith(("#", " "))]
    assert packages
    assert all(re.match(r"[\w.\[\]-]+==\S+", entry) and "--hash=sha256:" in entry for entry in packages)
