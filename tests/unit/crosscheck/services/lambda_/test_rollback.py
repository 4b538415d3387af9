from __future__ import annotations

from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.rollback import NOTHING_ELSE_PROVEN, NOTHING_PROVEN, Feasibility, SupersededError
from crosscheck.contracts.verdicts import Verdict
from crosscheck.pipelines.runs import ActionRun
from crosscheck.services.lambda_.check import LambdaAlias
from crosscheck.services.lambda_.rollback import LambdaAliasRollback, LambdaProposal
from tests.fakes.json_protocol import RefusedError
from tests.fakes.lambda_service import FakeLambda
from tests.fakes.modelled import ModelledClients

REGION = "ap-southeast-1"
FUNCTION = "my-function"
RUN = ActionRun("Deploy", "Deploy-AP", "Succeeded", 1_772_618_400.0, outputs={"FunctionVersion": "7"})
CHECK = PlannedCheck("lambda-alias", REGION, {"function": FUNCTION, "alias": "live"}, RUN)
BASELINE = "6"


@pytest.fixture
def fake() -> FakeLambda:
    service = FakeLambda()
    service.publish(FUNCTION, "6", "7", "8")
    service.point(FUNCTION, "live", "7")
    return service


def clients(fake: FakeLambda) -> ModelledClients:
    return ModelledClients({("lambda", REGION): fake})


def proposed(fake: FakeLambda, check: PlannedCheck = CHECK, baseline: str = BASELINE) -> LambdaProposal:
    return LambdaAliasRollback().propose(check, baseline, clients(fake))


@pytest.mark.parametrize(("version", "weights"), [("7", {}), ("7", {"v6": 0.5}), ("6", {"v7": 0.1})])
def test_an_alias_goes_back_to_its_version_with_all_of_its_calls(
    fake: FakeLambda, version: str, weights: dict[str, float]
) -> None:
    fake.point(FUNCTION, "live", version, **weights)
    undo, aws = LambdaAliasRollback(), clients(fake)
    way = undo.propose(CHECK, BASELINE, aws)
    assert (way.feasibility, way.target) == (Feasibility.READY, "version 6")
    begun = undo.execute(CHECK, way, BASELINE, aws)
    assert begun.reason == "pointed my-function:live back at version 6"
    finding = LambdaAlias().run(begun.verification, aws)
    assert (finding.verdict, finding.reason) == (Verdict.PASS, "my-function:live: serves version 6")
    assert begun.verification.run is None
    assert undo.execute(CHECK, way, BASELINE, aws).reason == "my-function:live: serves version 6, as before"
    [request] = fake.called("UpdateAlias")
    assert request["RevisionId"] == way.revision


@pytest.mark.parametrize(
    ("version", "verdict", "later"), [("8", Verdict.INCONCLUSIVE, True), ("7", Verdict.FAIL, False)]
)
def test_a_way_back_gives_way_to_another_version_and_not_to_the_one_that_it_takes_back(
    fake: FakeLambda, version: str, verdict: Verdict, *, later: bool
) -> None:
    undo, aws = LambdaAliasRollback(), clients(fake)
    begun = undo.execute(CHECK, undo.propose(CHECK, BASELINE, aws), BASELINE, aws)
    fake.point(FUNCTION, "live", version)
    found = LambdaAlias().run(begun.verification, aws)
    assert (found.verdict, found.moved_on) == (verdict, later)
    assert f"serves version {version}, not the intended 6" in found.reason


def test_an_alias_that_is_back_already(fake: FakeLambda) -> None:
    fake.point(FUNCTION, "live", "6")
    way = proposed(fake)
    assert way.feasibility is Feasibility.ALREADY_BACK
    assert way.verification
    assert LambdaAlias().run(way.verification, clients(fake)).verdict is Verdict.PASS


@pytest.mark.parametrize(("version", "weights"), [("8", {}), ("7", {"v8": 0.1}), ("8", {"v6": 0.1})])
def test_an_alias_of_another_version_has_moved_on(fake: FakeLambda, version: str, weights: dict[str, float]) -> None:
    fake.point(FUNCTION, "live", version, **weights)
    assert proposed(fake).feasibility is Feasibility.SUPERSEDED


def test_an_alias_that_is_gone_has_moved_on(fake: FakeLambda) -> None:
    fake.functions[FUNCTION].aliases.clear()
    assert proposed(fake).feasibility is Feasibility.SUPERSEDED


def test_without_a_baseline_a_person_has_to_say_where_to_go(fake: FakeLambda) -> None:
    way = proposed(fake, baseline="")
    assert way.feasibility is Feasibility.MANUAL
    assert way.reason == f"my-function:live: serves version 7; {NOTHING_PROVEN}"


def test_what_was_proven_and_brought_is_no_way_back_from_itself(fake: FakeLambda) -> None:
    way = proposed(fake, baseline="7")
    assert way.feasibility is Feasibility.MANUAL
    assert way.reason == f"my-function:live: serves version 7; {NOTHING_ELSE_PROVEN}"


def test_without_the_version_that_was_brought_nothing_is_touched(fake: FakeLambda) -> None:
    way = proposed(fake, replace(CHECK, run=replace(RUN, outputs={})))
    assert way.feasibility is Feasibility.MANUAL
    assert "which version this execution brought is unknown" in way.reason


def test_f67_what_an_action_that_failed_wanted_is_not_what_it_brought(fake: FakeLambda) -> None:
    """Whoever may write a definition may name anybody's function there, and the version that it serves next."""
    wanted = replace(RUN, status="Failed", configuration={"PublishedTargetVersion": "7"}, outputs={})
    way = proposed(fake, replace(CHECK, run=wanted))
    assert way.feasibility is Feasibility.MANUAL
    assert "which version this execution brought is unknown" in way.reason


def test_a_version_that_was_deleted_is_no_way_back(fake: FakeLambda) -> None:
    del fake.functions[FUNCTION].versions["6"]
    way = proposed(fake)
    assert way.feasibility is Feasibility.MANUAL
    assert "version 6, to which it would go back, does not exist any more" in way.reason


@pytest.mark.parametrize(("version", "weights"), [("7", {}), ("6", {"v7": 0.1})])
def test_two_bad_releases_in_a_row_are_both_taken_back(
    fake: FakeLambda, version: str, weights: dict[str, float]
) -> None:
    fake.publish(FUNCTION, "5")  # version 6 was found broken, and left
    fake.point(FUNCTION, "live", version, **weights)
    way = proposed(fake, baseline="5")
    assert (way.feasibility, way.target) == (Feasibility.READY, "version 5")
    LambdaAliasRollback().execute(CHECK, way, "5", clients(fake))
    assert proposed(fake, baseline="5").feasibility is Feasibility.ALREADY_BACK


def test_an_alias_that_moved_on_after_the_proposal_is_left_alone(fake: FakeLambda) -> None:
    way = proposed(fake)
    fake.point(FUNCTION, "live", "8")
    with pytest.raises(SupersededError, match="serves version 8"):
        LambdaAliasRollback().execute(CHECK, way, BASELINE, clients(fake))
    assert fake.called("UpdateAlias") == []


def test_a_canary_that_went_on_after_the_proposal_is_taken_back(fake: FakeLambda) -> None:
    fake.point(FUNCTION, "live", "6", v7=0.1)
    way = proposed(fake)
    fake.point(FUNCTION, "live", "7")
    LambdaAliasRollback().execute(CHECK, way, BASELINE, clients(fake))
    assert fake.functions[FUNCTION].aliases["live"]["FunctionVersion"] == "6"


def test_an_update_whose_answer_was_lost_has_taken_it_back(fake: FakeLambda) -> None:
    way = proposed(fake)
    fake.before_update = lambda: fake.point(FUNCTION, "live", "6")  # botocore asks again, with the revision of before
    begun = LambdaAliasRollback().execute(CHECK, way, BASELINE, clients(fake))
    assert begun.reason == "my-function:live: serves version 6, as before"
    assert LambdaAlias().run(begun.verification, clients(fake)).verdict is Verdict.PASS


def test_a_canary_that_goes_on_at_the_same_moment_is_taken_back(fake: FakeLambda) -> None:
    fake.point(FUNCTION, "live", "6", v7=0.1)
    way = proposed(fake)
    fake.before_update = lambda: fake.point(FUNCTION, "live", "6", v7=0.2)
    LambdaAliasRollback().execute(CHECK, way, BASELINE, clients(fake))
    assert "RoutingConfig" not in fake.functions[FUNCTION].aliases["live"]


def test_another_version_at_the_same_moment_wins(fake: FakeLambda) -> None:
    way = proposed(fake)
    fake.before_update = lambda: fake.point(FUNCTION, "live", "8")
    with pytest.raises(SupersededError, match="serves version 8"):
        LambdaAliasRollback().execute(CHECK, way, BASELINE, clients(fake))


def test_a_change_at_the_same_moment_wins_and_the_rollback_may_be_asked_for_again(fake: FakeLambda) -> None:
    way = proposed(fake)
    fake.refuse("UpdateAlias", RefusedError("PreconditionFailedException", status=412))
    with pytest.raises(ClientError, match="PreconditionFailedException"):
        LambdaAliasRollback().execute(CHECK, way, BASELINE, clients(fake))
