"""docs/rollback.md says what the code and the template do."""

import re

import yaml

from crosscheck.ledger.states import RollbackState
from crosscheck.pipelines.gates import rule_gate
from crosscheck.pipelines.parameters import Parameters
from crosscheck.registry.rollbacks import ROLLBACKS
from crosscheck.services.codepipeline.check import PipelineExecution
from crosscheck.services.codepipeline.rollback import StageRollback
from crosscheck.verification.engine import BACKOFF, CONFIRM_SECONDS, FIRST_WAIT, FREQUENT_LOOKS
from crosscheck.verification.item import LONGEST_WAIT, OBSERVE_SECONDS, UNKNOWN_LOOKS
from plan_checks.release.limits import EVENTS_FOR_LOOKS, EVENTS_OF_A_LOOK, LEAST, longest_wait
from plan_checks.release.plan import IGNORED
from plan_checks.rollback_mode import STALE_SECONDS, Mode
from roll_back import region_rollback, stage_rollback
from tests.template.expanded import expanded, resources
from tests.unit.docs.markdown import ROOT, document, fenced, quoted, rights, section, table
from tests.unit.docs.policies import actions_of

ROLLBACK_MD = "rollback.md"
MACHINE = yaml.safe_load((ROOT / "statemachines" / "verify_release.asl.yaml").read_text())
STATES = MACHINE["States"]["Regions"]["ItemProcessor"]["States"]


def test_every_rollback_says_what_verifies_it() -> None:
    verified = [quoted(row[2])[0] for row in table(section(ROLLBACK_MD, "## How each service is rolled back"))]
    assert sorted(verified) == sorted([*ROLLBACKS, PipelineExecution.kind])


def test_the_steps_that_are_drawn_are_the_tasks_of_the_state_machine() -> None:
    [drawing] = fenced(document(ROLLBACK_MD), "mermaid")
    messages = " ".join(re.findall(r"->>\w: (.*)", drawing))
    parts = (MACHINE["States"], STATES)
    called = {name: state["Resource"] for part in parts for name, state in part.items() if state["Type"] == "Task"}
    drawn = set(re.findall(r"\b[A-Z][a-z]\w+", messages))
    assert drawn <= called.keys()
    assert {called[name] for name in drawn} == set(called.values())


def test_every_state_has_its_line_on_the_card() -> None:
    states = [quoted(row[0])[0] for row in table(section(ROLLBACK_MD, "## What the card says"))]
    assert sorted(states) == sorted(RollbackState)


def test_the_rights_are_those_of_the_policy() -> None:
    told = rights("\n".join(" ".join(row) for row in table(section(ROLLBACK_MD, "## Rights"))))
    assert told == actions_of("RollbackPolicy")
    of_services = {action for rollback in ROLLBACKS.values() for action in rollback.permissions}
    assert told == of_services | StageRollback.permissions


def test_the_policy_is_attached_to_roll_back_alone_and_gone_with_off() -> None:
    attached = [name for name, role in resources("AWS::IAM::Role").items() if "RollbackPolicy" in str(role)]
    assert attached == ["RollBackRole"]
    template = expanded()
    condition = template["Resources"]["RollbackPolicy"]["Condition"]
    assert template["Conditions"][condition] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "RollbackMode"}, "off"]}]}


def test_times_and_modes_are_those_of_the_code() -> None:
    text = document(ROLLBACK_MD)
    assert STALE_SECONDS == 3_600
    assert "over an hour before" in text
    minutes = region_rollback.VERIFY_SECONDS / 60, stage_rollback.VERIFY_SECONDS / 60
    assert "The verification of a rollback\nhas {:g} minutes (of a stage: {:g})".format(*minutes) in text
    (retry,) = STATES["RollBack"]["Retry"]
    waits = [retry["IntervalSeconds"] * retry["BackoffRate"] ** number for number in range(retry["MaxAttempts"])]
    assert round(sum(min(wait, retry["MaxDelaySeconds"]) for wait in waits) / 60) == 11
    assert "asked again for about eleven minutes" in text
    assert quoted(section(ROLLBACK_MD, "## Mode"))[:3] == list(Mode)


def test_how_often_the_fan_out_looks_is_told() -> None:
    text, looks = document(ROLLBACK_MD), EVENTS_FOR_LOOKS // EVENTS_OF_A_LOOK
    assert f"observes the region for {OBSERVE_SECONDS:g} s, or for `soak_minutes` if that is longer" in text
    assert f"looks again after {CONFIRM_SECONDS} s; the second FAIL in a row is final" in text
    assert LEAST.planned(Parameters()).failures == 1  # which makes the second one final
    assert UNKNOWN_LOOKS == 5
    assert "four more looks; the fifth in a row is final" in text
    assert FIRST_WAIT == CONFIRM_SECONDS
    assert f"every further one after {BACKOFF:g} times as long, up to {LONGEST_WAIT:g} s" in text
    assert f"over {looks:,}," in text
    assert f"come sooner, for {FREQUENT_LOOKS} looks of a region in all" in text
    hours = [longest_wait(LEAST.planned(Parameters(deadline_minutes=minutes)), 33) / 3_600 for minutes in (30, 1_440)]
    assert (round(hours[0] * 60), round(hours[1], 1)) == (2, 0.6)
    assert "half an hour's deadline in 33 regions is looked at every two minutes, a day's every 36 minutes" in text


def test_the_limits_of_a_plan_mean_the_same_with_and_without_a_gate() -> None:
    """Whoever changes one of them has to change what the two documents say."""
    told = Parameters(soak_minutes=1_440, deadline_minutes=1_440, failure_limit=100, on_inconclusive="pass")
    limits = LEAST.planned(told)
    assert (limits.soak, limits.deadline) == (1_440 * 60, 1_440 * 60)
    assert (limits.failures, limits.unknown_passes) == (100, True)
    columns = {quoted(row[0])[0]: row[4] for row in table(section("plans.md", "## Keys"))}
    assert columns["deadline_minutes"] == "yes"
    assert columns["soak_minutes"] == "yes, at least one minute"
    assert columns["failure_limit"].startswith("yes, at least one")
    assert columns["on_inconclusive"].startswith("yes")


def test_names_that_the_code_gives_are_told() -> None:
    assert f"judges under the name `{rule_gate('<rule>')}`" in document(ROLLBACK_MD)
    assert IGNORED in document(ROLLBACK_MD)
    assert IGNORED in document("plans.md")
