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


def test_only_one_function_can_be_called_from_outside_and_only_with_approvers() -> None:
    """Whoever adds another address has to say in SECURITY.md what is heard there."""
    every = expanded()["Resources"]
    kinds = ("AWS::ApiGateway", "AWS::Lambda::Url", "AWS::Lambda::Permission", "AWS::Elastic")
    open_to_all = {name: each for name, each in every.items() if each["Type"].startswith(kinds)}
    called = {
        str(each["Properties"].get("TargetFunctionArn") or each["Properties"].get("FunctionName"))
        for each in open_to_all.values()
    }
    assert called == {str({"Ref": "HandleInteraction"})}
    assert {each.get("Condition") for each in open_to_all.values()} == {"ButtonsOn"}
    assert "Without `Approvers` the stack has no address that can be called from outside." in _flowing("SECURITY.md")


def _flowing(name: str) -> str:
    return " ".join((ROOT / name).read_text().split())


def _unpinned(pins: str) -> list[str]:
    """The entries of a lock file that name no exact version, or no hash of it."""
    entries = re.split(r"\n(?=\S)", pins.replace("\\\n", ""))
    packages = [entry for entry in entries if entry and not entry.startswith(("#", " "))]
    assert packages
    return [each for each in packages if not re.match(r"[\w.\[\]-]+==\S+", each) or "--hash=sha256:" not in each]


@pytest.mark.parametrize("pins", PINNED, ids=lambda path: str(path.relative_to(ROOT)))
def test_f53_every_package_is_pinned_with_its_hashes(pins: Path) -> None:
    assert _unpinned(pins.read_text()) == []


@pytest.mark.parametrize("slack", ["boto3>=1.40", "boto3==1.40.0", "boto3 @ file:///boto3.whl"])
def test_f53_a_package_without_version_or_hash_is_found(slack: str) -> None:
    pinned = f"flask==3.1.2 \\\n    --hash=sha256:{'a' * 64}\n    # via -r dev.in\n"
    assert _unpinned(pinned + slack + "\n") == [slack + "\n"]
