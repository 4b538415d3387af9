"""The events of environments."""

from collections.abc import Mapping
from math import inf

from local.aws_json.messages import Json, Parameters
from local.aws_json.operations import present
from local.elasticbeanstalk import views
from local.elasticbeanstalk.api.call import Call, Operation, matches, page
from local.elasticbeanstalk.events import Event, Severity

MOST = 1000  # that AWS answers at once


def describe_events(call: Call, parameters: Parameters) -> Json:
    """The newest first."""
    with call.state.lock:
        found = [
            (environment, event)
            for environment in call.state.environments(call.scope)
            if matches(environment, parameters)
            for event in environment.events(call.now)
            if _wanted(event, parameters)
        ]
    found.sort(key=lambda pair: pair[1].at)  # keeps the order of what happened at the same time
    shown, token = page(found[::-1], {"MaxRecords": MOST, **parameters})
    return {"Events": [views.event(*pair) for pair in shown], **present(NextToken=token)}


def _wanted(event: Event, parameters: Parameters) -> bool:
    return (
        event.severity >= Severity[parameters.get("Severity", "TRACE")]
        and parameters.get("RequestId") in (None, event.request_id)
        and parameters.get("StartTime", -inf) <= event.at < parameters.get("EndTime", inf)
        and "VersionLabel" not in parameters  # the events of environments name none
    )


OPERATIONS: Mapping[str, Operation] = {"DescribeEvents": describe_events}
