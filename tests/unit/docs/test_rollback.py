"""docs/rollback.md says what the code and the template do."""

from __future__ import annotations

from check_region.decision import CONFIRM_SECONDS, OBSERVE_SECONDS

from conclude_checks import region_rollback, stage_rollback
from crosscheck.ledger.states import RollbackState
from crosscheck.registry.services import ROLLBACKS
from crosscheck.services.codepipeline.check import PipelineExecution
from crosscheck.services.codepipeline.rollback import StageRollback
from gate_stage.job import UNNAMED
from plan_checks.release.plan import IGNORED, MOST_MINUTES
from plan_checks.release.rollback_mode import STALE_SECONDS, Mode
from tests.template.expanded import expanded, resources
from tests.unit.docs.markdown import document, quoted, rights, section, table
from tests.unit.docs.policies import actions_of

ROLLBACK_MD = "rollback.md"


def test_every_way_back_says_what_proves_it() -> None:
    proofs = [quoted(row[4])[0] for row in table(section(ROLLBACK_MD, "## The ways back"))]
    assert sorted(proofs) == sorted([*ROLLBACKS, PipelineExecution.kind])


def test_every_state_has_its_line_on_the_card() -> None:
    states = [quoted(row[0])[0] for row in table(section(ROLLBACK_MD, "## What the card says"))]
    assert sorted(states) == sorted(RollbackState)


def test_the_rights_are_those_of_the_policy() -> None:
    told = rights("\n".join(" ".join(row) for row in table(section(ROLLBACK_MD, "## Rights"))))
    assert told == actions_of("RollbackPolicy")
    of_services = {action for rollback in ROLLBACKS.values() for action in rollback.permissions}
    assert told == of_services | StageRollback.permissions


def test_the_policy_is_attached_to_conclude_checks_alone_and_gone_with_off() -> None:
    attached = [name for name, role in resources("AWS::IAM::Role").items() if "RollbackPolicy" in str(role)]
    assert attached == ["ConcludeChecksRole"]
    template = expanded()
    condition = template["Resources"]["RollbackPolicy"]["Condition"]
    assert template["Conditions"][condition] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "RollbackMode"}, "off"]}]}


def test_times_and_modes_are_those_of_the_code() -> None:
    text = document(ROLLBACK_MD)
    assert f"looks again after {OBSERVE_SECONDS} s, or `soak_minutes`" in text
    assert f"looks again after {CONFIRM_SECONDS} s" in text
    assert STALE_SECONDS == 3_600
    assert "over an hour before" in text
    minutes = region_rollback.PROVE_SECONDS / 60, stage_rollback.PROVE_SECONDS / 60
    assert "The proof has {:g} minutes (a stage: {:g})".format(*minutes) in text
    assert quoted(section(ROLLBACK_MD, "## Mode"))[:3] == list(Mode)


def test_what_the_fan_out_keeps_to_is_told() -> None:
    assert f"for {MOST_MINUTES} minutes at most" in document(ROLLBACK_MD)
    assert f"at most {MOST_MINUTES} |" in document("plans.md")
    assert f"judge under the name `{UNNAMED}`" in document(ROLLBACK_MD)
    assert IGNORED in document(ROLLBACK_MD)
    assert IGNORED in document("plans.md")
