"""The stack from its first deployment to ``sam delete``, in accounts of its own."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from local.account import Account
from local.emulator.service_events import service_event_putter
from local.stack import DeployError
from tests.builders import events
from tests.e2e.outside import Outside, wait_until

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e


def _tell(account: Account, execution: str) -> None:
    """Put an event, as CodePipeline does."""
    event = events.pipeline("STARTED")
    detail = json.dumps({**event["detail"], "execution-id": execution})
    put = service_event_putter(account.aws, account.emulator.service_token)
    put("us-east-1", {"Source": event["source"], "DetailType": event["detail-type"], "Detail": detail})


def _shows_cards(account: Account, execution: str) -> bool:
    _tell(account, execution)
    outside = Outside(account.describe())
    return len(wait_until(lambda: outside.cards(execution), "a card")) == 1


def _left(account: Account) -> dict[str, Any]:
    """What of ours is left in the account."""
    client = account.aws.client
    regions = ("us-east-1", "eu-west-1", "ap-southeast-1", "sa-east-1")
    aliases = [alias for region in regions for alias in client("kms", region).list_aliases()["Aliases"]]
    log_groups = client("logs", "us-east-1").describe_log_groups()["logGroups"]
    return {
        "buckets": [b["Name"] for b in client("s3", "us-east-1").list_buckets()["Buckets"] if "artifacts" in b["Name"]],
        "aliases": [alias["AliasName"] for alias in aliases if "pipeline-artifacts" in alias["AliasName"]],
        "parameters": client("ssm", "us-east-1").describe_parameters()["Parameters"],
        "rules": client("ecr", "us-east-1").describe_registry()["replicationConfiguration"]["rules"],
        "events": client("events", "us-east-1").list_rules()["Rules"],
        "logs": [group["logGroupName"] for group in log_groups if "crosscheck" in group["logGroupName"]],
        "layers": client("lambda", "us-east-1").list_layers()["Layers"],
        "functions": client("lambda", "us-east-1").list_functions()["Functions"],
        "tables": client("dynamodb", "us-east-1").list_tables()["TableNames"],
        "machines": client("stepfunctions", "us-east-1").list_state_machines()["stateMachines"],
        "queues": client("sqs", "us-east-1").list_queues().get("QueueUrls", []),
    }


def test_the_stack_grows_refuses_nonsense_and_leaves_nothing(tmp_path: Path) -> None:
    with Account(tmp_path / "account") as account:
        account.deploy(OnStoreRemoval="Empty")
        account.deploy(OnStoreRemoval="Empty", Regions="eu-west-1,ap-southeast-1,sa-east-1")
        stores = json.loads(account.outputs["ArtifactStores"])
        assert set(stores) == {"us-east-1", "eu-west-1", "ap-southeast-1", "sa-east-1"}
        account.aws.client("s3", "sa-east-1").put_object(Bucket=stores["sa-east-1"]["location"], Key="a", Body=b"a")
        _refuses_nonsense(account)
        assert _shows_cards(account, "11111111-89ab-cdef-0123-456789abcdef")
        account.delete()
        assert {kind: left for kind, left in _left(account).items() if left} == {}


def _refuses_nonsense(account: Account) -> None:
    before = account.outputs
    with pytest.raises(DeployError, match="nowhere-9"):
        account.deploy(OnStoreRemoval="Empty", Regions="eu-west-1,nowhere-9")
    described = account.aws.client("cloudformation", "us-east-1").describe_stacks(StackName="crosscheck")
    assert described["Stacks"][0]["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    outputs = {output["OutputKey"]: output["OutputValue"] for output in described["Stacks"][0]["Outputs"]}
    assert outputs == before


def test_two_accounts_at_once_do_not_notice_each_other(tmp_path: Path) -> None:
    with Account(tmp_path / "one") as one, Account(tmp_path / "two") as two:
        with ThreadPoolExecutor() as pool:
            list(pool.map(Account.deploy, (one, two)))
        execution = "22222222-89ab-cdef-0123-456789abcdef"
        assert _shows_cards(one, execution)
        assert Outside(two.describe()).cards(execution) == []
        addresses = [
            {value for value in account.describe()["env"].values() if "http" in value} for account in (one, two)
        ]
        assert not addresses[0] & addresses[1]
