"""Mutants that nobody could tell from the original: by file, line and change, each with its reason."""

from __future__ import annotations

_CONCLUDE = "functions/conclude_checks/conclude.py"
_ENGINE = "layers/crosscheck/crosscheck/verification/engine.py"
_REGION_ROLLBACK = "functions/roll_back/region_rollback.py"
_SITUATION = "layers/crosscheck/crosscheck/services/ecs/situation.py"
_REGION_VERDICTS = "layers/crosscheck/crosscheck/releases/region_verdicts.py"
_PROVEN = "layers/crosscheck/crosscheck/releases/proven.py"
_TABLE = "layers/crosscheck/crosscheck/ledger/table.py"
_TIMES = "layers/crosscheck/crosscheck/services/window/times.py"
_TEXT = 'return {"S": json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)}'
_STAGE = "layers/crosscheck/crosscheck/services/codepipeline/stage.py"
_ROLLBACK_MODE = "functions/plan_checks/rollback_mode.py"
_DUE_REGIONS = "functions/plan_checks/release/due_regions.py"

_A_SECOND_MORE = "nothing is promised about a second more"
_NO_SERVICE = "of a service that is not there nobody asks for it"

EQUIVALENTS: dict[tuple[str, str, str], str] = {
    ("functions/update_card/publisher.py", "WAIT_FOR_OTHER = 5", "5 becomes 6"): _A_SECOND_MORE,
    ("functions/update_card/posted_messages.py", "CLAIM_SECONDS = 130", "130 becomes 131"): _A_SECOND_MORE,
    ("functions/update_card/slack_session.py", "KEEP_SECONDS = 300", "300 becomes 301"): _A_SECOND_MORE,
    (
        "layers/crosscheck/crosscheck/verification/progress.py",
        "due: float = 0.0",
        "0.0 becomes 1.0",
    ): "the first second of 1970 is as long past as its beginning",
    (
        "layers/crosscheck/crosscheck/verification/progress.py",
        "passed: bool = False",
        "False becomes True",
    ): "only an earlier version reads it, from a gate's token",
    (_TABLE, "REASON_LIMIT = 2_000", "2000 becomes 2001"): "nothing is promised about one character more",
    (_STAGE, "LIMIT = 1_000", "1000 becomes 1001"): "it only ends the search somewhere",
    (_STAGE, "target_version: int = 0", "0 becomes 1"): "`read_stage` always gives it",
    (_SITUATION, "desired: int = 0", "0 becomes 1"): _NO_SERVICE,
    (_SITUATION, "shifting: float = 0.0", "0.0 becomes 1.0"): _NO_SERVICE,
    (
        _SITUATION,
        "STEP_PERCENT, STEP_MINUTES, CANARY_MINUTES = 10.0, 6, 10",
        "10.0 becomes 11.0",
    ): "nine steps of 11 % leave one for the rest, as nine of 10 % do",
    (
        "statemachines/verify_release.asl.yaml",
        "ResultPath: $.closed",
        "ResultPath: $.closed becomes ResultPath: $.elsewhere",
    ): "nobody reads what the function answered that was told of a plan that cannot be made",
    (
        _CONCLUDE,
        "if isinstance(subject, ImageSubject):",
        "the condition always holds",
    ): "nothing says of a release that another one deploys it",
    (_ENGINE, "CONFIRM_SECONDS = 15", "15 becomes 16"): _A_SECOND_MORE,
    (
        _ENGINE,
        "wait = min(longest, FIRST_WAIT * BACKOFF ** min(progress.look - 1, 100), max(1.0, left))",
        "100 becomes 101",
    ): "it keeps the power finite: nobody waits as long as that",
    (
        _ENGINE,
        "return max(0.0, now - (progress.pass_since or now))",
        "0.0 becomes 1.0",
    ): "a second is told as 0.0 minutes, and an observation is given in minutes",
    (
        _ENGINE,
        "since = progress.pass_since or (round(now, 3) if passing else None)",
        "3 becomes 4",
    ): "it only keeps the token short",
    (_SITUATION, "deregistered: bool = False", "False becomes True"): "nobody asks before `_ways` has read it",
    (_SITUATION, 'return "", False', "False becomes True"): "where there is no target, `_ready` asks nothing about it",
    (
        _REGION_ROLLBACK,
        "found = found if newest is planned else self._propose(newest)",
        "the condition never holds",
    ): "who is asked the same once more answers the same",
    (_REGION_ROLLBACK, "if rollback is None:", "the condition never holds"): "only what has a rollback is ready",
    (
        _REGION_VERDICTS,
        "shown = [reason for reason, size in zip(spoken, sizes, strict=True) if size <= SHORT]",
        "strict is not given",
    ): "each of the sizes is made of one of them",
    (
        _PROVEN,
        "began = max((each.deployed.started for each in deployed), default=0.0)",
        "0.0 becomes 1.0",
    ): "no deployment began in the first second of 1970",
    (
        _REGION_VERDICTS,
        "shown = [reason for reason, size in zip(spoken, sizes, strict=True) if size <= SHORT]",
        "True becomes False",
    ): "each of the sizes is made of one of them",
    (_SITUATION, 'desired=found.get("desiredCount", 0),', "0 becomes 1"): "DescribeServices always says how many",
    (
        _PROVEN,
        "late = preflight and any(each.deployed <= preflight.at and same(seen, each.state) for each in own)",
        "its first two arguments are swapped",
    ): "one state is the same as another, or it is not, whichever is named first",
    (
        _STAGE,
        "target = _target(client, subject.pipeline, proven) if proven and number > 0 else {}",
        "Gt becomes GtE",
    ): "the first stage goes back to nothing, whatever was proven in it",
    (
        _STAGE,
        'target_version=target.get("pipelineVersion", 0),',
        "0 becomes 1",
    ): "GetPipelineExecution always says the version, and without a target nobody asks",
    (
        _PROVEN,
        "def passed(known: KnownFacts, stage: str, region: str, began: float = 0.0) -> bool:",
        "0.0 becomes 1.0",
    ): ("no deployment began in the first second of 1970"),
    (_TABLE, _TEXT, "True becomes False"): "the order of a document's fields says nothing",
    (_TABLE, _TEXT, "sort_keys is not given"): "the order of a document's fields says nothing",
    (_TABLE, _TEXT, "separators is not given"): "the spaces of a document say nothing",
    (_TIMES, "_BEHIND, _AHEAD = 2, 9", "2 becomes 3"): "one more day is looked at than is needed",
    (_TIMES, "_BEHIND, _AHEAD = 2, 9", "9 becomes 10"): "one more day is looked at than is needed",
    (
        _TIMES,
        "dates = (today + _DAY * offset for offset in range(-_BEHIND, _AHEAD + 1))",
        "1 becomes 2",
    ): "one more day is looked at than is needed",
    (
        _TIMES,
        "dates = (today + _DAY * offset for offset in range(-_BEHIND, _AHEAD + 1))",
        "Add becomes Sub",
    ): "two days more are looked at than are needed",
    (_STAGE, 'version=declared.get("version", 0),', "0 becomes 1"): "GetPipeline always says the version",
    (_ROLLBACK_MODE, "age: float = 0.0,", "0.0 becomes 1.0"): "an event of a second ago is as new as one of now",
    (
        _PROVEN,
        "told = any(same(seen, state) for state in (restored, *(each.state for each in earlier)))",
        "its first two arguments are swapped",
    ): "one state is the same as another, or it is not, whichever is named first",
    (
        _DUE_REGIONS,
        "between = order.index(found.stage) < order.index(finished)",
        "Lt becomes LtE",
    ): "the stage itself was answered for before",
    (
        _DUE_REGIONS,
        "lost = any(order.index(gate.stands) > order.index(finished) for gate in found.judges)",
        "Gt becomes GtE",
    ): "a gate in the stage that finished was answered for before",
    (
        _STAGE,
        "number = names.index(stage) if stage in names else -1",
        "1 becomes 2",
    ): "a stage that is not there is before the first one, by however many",
}
