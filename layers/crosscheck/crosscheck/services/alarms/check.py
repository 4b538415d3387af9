"""The check ``alarms``: no CloudWatch alarm of the region went off since the release began."""

import json
from collections.abc import Mapping, Sequence

from crosscheck.clients import Clients
from crosscheck.contracts.check import Check, Outcome, PlannedCheck
from crosscheck.contracts.parameters import Parameter, exactly_one, text
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.services.alarms.alarms import ALARM_LIMIT, Alarm, AlarmsSnapshot, read_named, read_prefix, state_at
from crosscheck.services.alarms.rules import changed_since, judge_alarms
from crosscheck.size_limits import parse_json

NAME_LIMIT = 255
NAMES_LIMIT = 200
# CloudWatch takes some twenty history calls per second and account. No more alarms than these are asked for theirs.
HISTORIES = 20


def read_names(value: object) -> str | None:
    """The text that a planned check holds for a list of names, or for a string that joins them by commas. None for
    anything else."""
    names = [name.strip() for name in value.split(",")] if isinstance(value, str) else value
    if not isinstance(names, list) or not 0 < len(names) <= NAMES_LIMIT:
        return None
    if not all(text(NAME_LIMIT).read(name) for name in names):
        return None
    return _written(list(dict.fromkeys(names)))


def names_of(written: str) -> Sequence[str]:
    """The names in a text of ``read_names``."""
    return [str(name) for name in parse_json(written)] if written.startswith("[") else written.split(", ")


def _written(names: Sequence[str]) -> str:
    """Joined by commas, as people read them; as JSON if a name holds such a comma itself."""
    plain = ", ".join(names)
    return plain if not plain.startswith("[") and names_of(plain) == names else json.dumps(names)


class Alarms(Check):
    """Metric and composite alarms, by their common prefix or by their names. Whether an alarm's actions are suppressed
    plays no part: its state says what it sees."""

    kind = "alarms"
    permissions = frozenset({"cloudwatch:DescribeAlarms", "cloudwatch:DescribeAlarmHistory"})
    parameters = {
        "prefix": text(NAME_LIMIT),
        "names": Parameter(
            f"a list of 1 to {NAMES_LIMIT} alarms' names, or a string of them joined by commas", read_names
        ),
    }

    def problem(self, given: Mapping[str, str]) -> str:
        """A plan gives either the prefix or the names."""
        return exactly_one(given, "prefix", "names")

    def run(self, planned: PlannedCheck, aws: Clients) -> Finding:
        """Look once at the alarms, and at the history of those that went off after the release began."""
        client = aws.client("cloudwatch", planned.region)
        prefix = planned.parameters.get("prefix")
        names = [] if prefix else names_of(planned.parameters["names"])
        seen = read_prefix(client, prefix) if prefix else read_named(client, names)
        asked = changed_since(seen.alarms, planned.since)[:HISTORIES]
        before = {alarm.name: state_at(client, alarm.name, planned.since) for alarm in asked}
        outcome = judge_alarms(seen.alarms, planned.since, before)
        if outcome.verdict is not Verdict.FAIL:
            outcome = _incomplete(seen, prefix or "", names) or outcome
        return planned.finding(outcome.verdict, outcome.reason, _values(seen.alarms))


def _incomplete(seen: AlarmsSnapshot, prefix: str, names: Sequence[str]) -> Outcome | None:
    """Why the alarms that were found are not all that the check is about; None if they are."""
    absent = sorted(set(names) - {alarm.name for alarm in seen.alarms})
    if absent:
        more = f" and {len(absent) - 1} more" if len(absent) > 1 else ""
        reason = f"there is no metric or composite alarm {absent[0]}{more}"
    elif not seen.alarms:
        reason = f"no alarm's name begins with {prefix}"
    elif seen.more:
        reason = f"more than {ALARM_LIMIT} alarms' names begin with {prefix}; use a longer prefix"
    else:
        return None
    return Outcome(Verdict.INCONCLUSIVE, reason)


def _values(alarms: Sequence[Alarm]) -> Mapping[str, str]:
    """The alarms by state, for the ledger."""
    states = sorted({alarm.state for alarm in alarms})
    return {state: ", ".join(alarm.name for alarm in alarms if alarm.state == state) for state in states}
