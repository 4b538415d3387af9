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
        key = f"execution#us-east-1#{self.pipeline.name}#{self.execution}"
        pages = (
            self.outside.client("dynamodb")
            .get_paginator("query")
            .paginate(
                TableName=self.table,
                KeyConditionExpression="pk = :key",
                ExpressionAttributeValues={":key": {"S": key}},
                ConsistentRead=True,
            )
        )
        items = (item for page in pages for item in page["Items"])
        return {item["sk"]["S"]: json.loads(item["latest"]["S"]) for item in items if "latest" in item}

    def seen(self, region: str, judge: str = "") -> dict[str, tuple[str, str]]:
        """The last word of a judge on a region: verdict and reason of each check, by its kind."""
        name = f"verdict/World/{region}" + (f"/{judge}" if judge else "")

        def look() -> dict[str, Any]:
            latest = self.facts.get(name, {})
            return latest if latest.get("final") else {}

        found = wait_until(look, f"the last word on {region}")
        return {each["kind"]: (each["verdict"], each["reason"]) for each in found["judged"]["findings"]}
