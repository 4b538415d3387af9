"""A plan whose page never answers in one region: for a while it stands in for the plan of a release's pipeline."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.e2e.tagged_pipeline import put_plan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.scenarios.scenario import Scenario
    from tests.e2e.outside import Outside

TAG = "crosscheck:plan"


@contextmanager
def hanging_page(scenario: Scenario, outside: Outside, region: str) -> Iterator[str]:
    """Releases ask ``region`` for a page, whose server accepts connections and never answers; its URL."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        plan = {"checks": [{"kind": "http", "region": region, "url": url}]}
        with _planned(scenario, put_plan(outside, f"{scenario.pipeline}-hangs", plan)):
            yield url


@contextmanager
def _planned(scenario: Scenario, plan: str) -> Iterator[None]:
    """The pipeline is tagged with another plan; then its tag is as it was."""
    arn = f"arn:aws:codepipeline:{scenario.home}:{scenario.account.account_id}:{scenario.pipeline}"
    scenario.client.tag_resource(resourceArn=arn, tags=[{"key": TAG, "value": plan}])
    try:
        yield
    finally:
        if TAG in scenario.tags:
            scenario.client.tag_resource(resourceArn=arn, tags=[{"key": TAG, "value": scenario.tags[TAG]}])
        else:
            scenario.client.untag_resource(resourceArn=arn, tagKeys=[TAG])
