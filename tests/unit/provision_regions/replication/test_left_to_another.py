"""A rule that one resource gives up while another one asks for it is left to that one."""

from typing import Any

from provision_regions.retry import Retrying
from tests.fakes.regions.ecr_world import EU, RegistryWorld, properties, rule, succeed
from tests.fakes.regions.requests import event, provider_context, sent, without_waiting

OURS = rule(EU, prefixes=("my-service",))
ONE: Any = {"LogicalResourceId": "One"}
REPLICATION: Any = {"ResourceType": "Custom::ReplicationRules"}
OTHER: Any = {"StackId": "arn:aws:cloudformation:us-east-1:111122223333:stack/other/0f", "LogicalResourceId": "Two"}


def test_who_asked_for_a_rule_owns_it_where_the_other_one_goes_while_he_settles() -> None:
    """The one that goes has read our record, and leaves the rule to us. We must not take it for a stranger's then."""
    world = RegistryWorld()
    succeed(world, "Create", properties(EU), **ONE)
    gone: list[float] = []

    def settle(seconds: float) -> None:
        if not gone:
            gone.append(seconds)
            succeed(world, "Delete", properties(EU), **ONE)

    context = provider_context(world, Retrying(without_waiting().deadline, sleep=settle))
    told = sent(world, event("Create", properties(EU), **REPLICATION | OTHER), context)
    assert gone
    assert world.ecr.rules == [OURS]
    assert told.data == {"Rules": "1"}
    succeed(world, "Delete", properties(EU), **OTHER)
    assert (world.ecr.rules, world.ssm.parameters) == ([], {})
