"""Which instances of a fleet are gone: EC2 knows what CodeDeploy's record of a target does not say."""

from __future__ import annotations

from collections.abc import Collection
from itertools import batched
from typing import Any

PERMISSIONS = frozenset({"ec2:DescribeInstances"})
# A filter takes so many values.
BATCH = 200
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html: there is no way back from these.
GONE = frozenset({"shutting-down", "terminated"})
# An instance on premises has a name of its own, and EC2 does not know it.
EC2 = "i-"


def gone_instances(client: Any, ids: Collection[str]) -> frozenset[str]:
    """Those of these instances that were terminated. EC2 forgets them about an hour later; asked by a filter it leaves
    out what it does not know. ``client`` is EC2's, whose stubs would be larger than those of all other services.

    Raises:
        ClientError, BotoCoreError: EC2 refused, or did not answer.
    """
    asked = [each for each in ids if each.startswith(EC2)]
    there = {each for few in batched(asked, BATCH, strict=False) for each in _existing(client, few)}
    return frozenset(asked) - there


def _existing(client: Any, ids: Collection[str]) -> list[str]:
    pages = client.get_paginator("describe_instances").paginate(Filters=[{"Name": "instance-id", "Values": list(ids)}])
    instances = (each for page in pages for reservation in page["Reservations"] for each in reservation["Instances"])
    return [each["InstanceId"] for each in instances if each["State"]["Name"] not in GONE]
