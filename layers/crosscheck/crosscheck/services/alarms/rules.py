"""What the alarms prove: pure rules over their states now and when the release began.

An alarm that was in ALARM before the release is not the release's doing: the reason names it, and it does not count.
An alarm in INSUFFICIENT_DATA counts neither for the release nor against it.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from crosscheck.contracts.check import Outcome
from crosscheck.contracts.verdicts import Verdict
from crosscheck.services.alarms.alarms import Alarm

SHOWN = 5


def changed_since(alarms: Sequence[Alarm], since: float) -> Sequence[Alarm]:
    """The alarms in ALARM that changed since the release began: only their history says what they were before."""
    return [alarm for alarm in _in_alarm(alarms) if since and not 0 < alarm.changed < since]


def judge_alarms(alarms: Sequence[Alarm], since: float, before: Mapping[str, str]) -> Outcome:
    """What the alarms say.

    ``since`` is in epoch seconds, 0 if the release's start is unknown: then every alarm in ALARM counts. ``before``
    holds the states at ``since`` of the alarms of ``changed_since``, empty if unknown. An alarm that is missing there
    was not asked for its history.
    """
    changed = changed_since(alarms, since)
    bad_before = [alarm for alarm in _in_alarm(alarms) if since and alarm not in changed]
    flapping = [alarm for alarm in changed if before.get(alarm.name) == "ALARM"]
    unasked = [alarm for alarm in changed if alarm.name not in before]
    counted = [alarm for alarm in _in_alarm(alarms) if alarm not in (*bad_before, *flapping, *unasked)]
    aside = [
        *_aside(bad_before, "before the release"),
        *_aside(flapping, "when the release began, flapped since,"),
    ]
    if counted:
        return Outcome(Verdict.FAIL, "; ".join([_named(counted, since, before), *aside]))
    if unasked:
        reason = f"{len(unasked)} more alarms are in ALARM, too many to ask what they were before the release"
        return Outcome(Verdict.INCONCLUSIVE, "; ".join([reason, *aside]))
    return _quiet(alarms, aside)


def _quiet(alarms: Sequence[Alarm], aside: Sequence[str]) -> Outcome:
    """The outcome where no alarm counts: a PASS needs one that is OK."""
    fine = [alarm for alarm in alarms if alarm.state == "OK"]
    silent = [alarm for alarm in alarms if alarm.state == "INSUFFICIENT_DATA"]
    clauses = [_many(fine, "OK") if fine else "no alarm is OK"]
    if silent:
        clauses.append(_many(silent, "without enough data"))
    return Outcome(Verdict.PASS if fine else Verdict.INCONCLUSIVE, "; ".join([*clauses, *aside]))


def _named(counted: Sequence[Alarm], since: float, before: Mapping[str, str]) -> str:
    each = [f"alarm {alarm.name} in ALARM{_moment(alarm)}" for alarm in counted[:SHOWN]]
    more = [f"and {len(counted) - SHOWN} more"] if len(counted) > SHOWN else []
    unknown = not since or any(not before[alarm.name] for alarm in counted)
    doubt = " (the state before the release is not known)" if unknown else ""
    return f"{', '.join([*each, *more])}{doubt}"


def _aside(alarms: Sequence[Alarm], when: str) -> Sequence[str]:
    """The clause on alarms that do not count because of what they were before; none if there are no such alarms."""
    if not alarms:
        return []
    names = [alarm.name for alarm in alarms[:SHOWN]]
    more = [f"{len(alarms) - SHOWN} more"] if len(alarms) > SHOWN else []
    were, are = ("was", "is") if len(alarms) == 1 else ("were", "are")
    return [f"{', '.join([*names, *more])} {were} in ALARM {when} and {are} not counted"]


def _many(alarms: Sequence[Alarm], state: str) -> str:
    return f"1 alarm is {state}" if len(alarms) == 1 else f"{len(alarms)} alarms are {state}"


def _in_alarm(alarms: Sequence[Alarm]) -> Sequence[Alarm]:
    return [alarm for alarm in alarms if alarm.state == "ALARM"]


def _moment(alarm: Alarm) -> str:
    return f" since {datetime.fromtimestamp(alarm.changed, UTC):%H:%M:%S} UTC" if alarm.changed else ""
