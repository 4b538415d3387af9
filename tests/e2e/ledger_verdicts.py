"""What the ledger holds about regions: plain items of its table, as an auditor would read them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.e2e.outside import wait_until

if TYPE_CHECKING:
    from tests.e2e.outside import Outside
    from tests.e2e.small_pipelines import SmallPipeline

GATE = "World/Verify"


@dataclass(frozen=True)
class LedgerVerdicts:
    """The verdicts of one execution."""

    outside: Outside
    table: str
    pipeline: SmallPipeline
    execution: str

    @property
    def facts(self) -> dict[str, dict[str, Any]]:
        """Every fact about the execution, by its name."""
        return ledger_facts(self.outside, self.table, f"us-east-1#{self.pipeline.name}#{self.execution}")

    def seen(self, region: str, judge: str = "") -> dict[str, tuple[str, str]]:
        """The last word of a judge on a region: verdict and reason of each check, by its kind."""
        name = f"verdict/World/{region}" + (f"/{judge}" if judge else "")

        def look() -> dict[str, Any]:
            latest = self.facts.get(name, {})
            return latest if latest.get("final") else {}

        found = wait_until(look, f"the last word on {region}")
        return {each["kind"]: (each["verdict"], each["reason"]) for each in found["judged"]["findings"]}


def ledger_facts(outside: Outside, table: str, release: str) -> dict[str, dict[str, Any]]:
    """Every fact about a release, by its name; ``release`` is ``<region>#<pipeline>#<execution>``."""
    pages = (
        outside.client("dynamodb")
        .get_paginator("query")
        .paginate(
            TableName=table,
            KeyConditionExpression="pk = :key",
            ExpressionAttributeValues={":key": {"S": f"execution#{release}"}},
            ConsistentRead=True,
        )
    )
    items = (item for page in pages for item in page["Items"])
    return {item["sk"]["S"]: json.loads(item["latest"]["S"]) for item in items if "latest" in item}


def looked_at(outside: Outside, table: str, release: str, region: str, text: str) -> None:
    """Wait until a look at the region has said this: of one that is well so far, the card only says that it is being
    verified."""

    def look() -> bool:
        facts = ledger_facts(outside, table, release)
        verdicts = (facts[name]["judged"] for name in facts if name.startswith("verdict/"))
        return any(judged["region"] == region and text in judged["reason"] for judged in verdicts)

    wait_until(look, f"a look at {region} that says {text!r}")
