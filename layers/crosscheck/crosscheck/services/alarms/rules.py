"""What a look at alarms proves: pure rules over their states now and when the release began.

An alarm that was bad already is not the release's doing: it is named, and does not count. INSUFFICIENT_DATA says
neither good nor bad.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from crosscheck.contracts.check import Outcome
from crosscheck.contracts.verdicts import Verdict
from crosscheck.services.alarms.alarms import Alarm

SHOWN = 5


def to_ask(alarms: Sequence[Alarm], since: float) -> Sequence[Alarm]:
    """The alarms in ALARM that changed since the release began: only their history says what they were before."""
    return [alarm for alarm in _in_alarm(alarms) if since and not _before(alarm, since)]


def judge_alarms(alarms: Sequence[Alarm], since: float, before: Mapping[str, str]) -> Outcome:
    """What the alarms say.

    ``since`` is in epoch seconds, 0 where the release's start is not known. ``before`` holds the state at ``since`` of
    those ``to_ask``, empty where it is unknown; one that is missing was not asked for.
    """
    counted = _counted(alarms, since, before)
    flapping = [alarm for alarm in to_ask(alarms, since) if before.get(alarm.name) == "ALARM"]
    bad_before = [alarm for alarm in _in_alarm(alarms) if since and _before(alarm, since)]
    unasked = [alarm for alarm in to_ask(alarms, since) if alarm.name not in before]
    aside = _aside(bad_before, flapping)
    if counted:
        return Outcome(Verdict.FAIL, "; ".join([_named(counted, since, before), *aside]))
    if unasked:
        reason = f"{len(unasked)} more alarms are in ALARM, too many to ask what they were before the release"
        return Outcome(Verdict.INCONCLUSIVE, "; ".join([reason, *aside]))
    return _quiet(alarms, aside)


def _counted(alarms: Sequence[Alarm], since: float, before: Mapping[str, str]) -> Sequence[Alarm]:
    """The alarms that count against the release."""
    if not since:
        return _in_alarm(alarms)
    return [alarm for alarm in to_ask(alarms, since) if before.get(alarm.name, "ALARM") != "ALARM"]


def _quiet(alarms: Sequence[Alarm], aside: Sequence[str]) -> Outcome:
    """No alarm counts: whether any of them proves that all is well."""
    fine = [alarm for alarm in alarms if alarm.state == "OK"]
    silent = [alarm for alarm in alarms if alarm.state == "INSUFFICIENT_DATA"]
    if not fine:
        told = ["no alarm is OK", *([_silent(silent)] if silent else []), *aside]
        return Outcome(Verdict.INCONCLUSIVE, "; ".join(told))
    told = [_many(fine, "OK"), *([_silent(silent)] if silent else []), *aside]
    return Outcome(Verdict.PASS, "; ".join(told))


def _named(counted: Sequence[Alarm], since: float, before: Mapping[str, str]) -> str:
    each = [f"alarm {alarm.name} in ALARM{_moment(alarm)}" for alarm in counted[:SHOWN]]
    more = [f"and {len(counted) - SHOWN} more"] if len(counted) > SHOWN else []
    unknown = not since or any(not before[alarm.name] for alarm in counted)
    doubt = " (the state before the release is not known)" if unknown else ""
    return f"{', '.join([*each, *more])}{doubt}"


def _aside(bad_before: Sequence[Alarm], flapping: Sequence[Alarm]) -> Sequence[str]:
    told = []
    if bad_before:
        told.append(f"{_list(bad_before)} in ALARM before the release and {_not_counted(bad_before)}")
    if flapping:
        told.append(f"{_list(flapping)} in ALARM when the release began, flapped since, and {_not_counted(flapping)}")
    return told


def _list(alarms: Sequence[Alarm]) -> str:
    names = [alarm.name for alarm in alarms[:SHOWN]]
    more = [f"{len(alarms) - SHOWN} more"] if len(alarms) > SHOWN else []
    return f"{', '.join([*names, *more])} {'was' if len(alarms) == 1 else 'were'}"


def _not_counted(alarms: Sequence[Alarm]) -> str:
    return f"{'is' if len(alarms) == 1 else 'are'} not counted"


def _silent(alarms: Sequence[Alarm]) -> str:
    return _many(alarms, "without enough data")


def _many(alarms: Sequence[Alarm], state: str) -> str:
    return f"1 alarm is {state}" if len(alarms) == 1 else f"{len(alarms)} alarms are {state}"


def _before(alarm: Alarm, since: float) -> bool:
    return 0 < alarm.changed < since


def _in_alarm(alarms: Sequence[Alarm]) -> Sequence[Alarm]:
    return [alarm for alarm in alarms if alarm.state == "ALARM"]


def _moment(alarm: Alarm) -> str:
    return f" since {datetime.fromtimestamp(alarm.changed, UTC):%H:%M:%S} UTC" if alarm.changed else ""
