"""The rules of the registry that bring images to the stack's regions."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crosscheck_cli.doctor.defect import Defect, Severity
from crosscheck_cli.stack.deployed_stack import DeployedStack


def judge_replication(rules: Sequence[Mapping[str, Any]], stack: DeployedStack) -> Iterator[Defect]:
    """Which prefix of ``ReplicateRepositories`` no rule brings to which region."""
    for prefix in stack.listed("ReplicateRepositories"):
        missing = [region for region in stack.other_regions if not _brought(rules, prefix, region, stack.account)]
        if missing:
            problem = f"no replication rule brings images of {prefix}* to {', '.join(missing)}"
            fix = (
                "take the prefix out of ReplicateRepositories, deploy, put it back, deploy; then push the images again"
            )
            yield Defect(Severity.ERROR, stack.home_region, problem, fix)


def _brought(rules: Sequence[Mapping[str, Any]], prefix: str, region: str, account: str) -> bool:
    return any(
        {"region": region, "registryId": account} in rule.get("destinations", []) and _covers(rule, prefix)
        for rule in rules
    )


def _covers(rule: Mapping[str, Any], prefix: str) -> bool:
    """A rule without filters is for every repository."""
    filters = rule.get("repositoryFilters", [])
    return not filters or any(prefix.startswith(each["filter"]) for each in filters)
