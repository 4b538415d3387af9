"""The check ``elasticbeanstalk-environment``, how it follows from a deploy action, and the way back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.rollback import NOTHING_PROVEN, Feasibility, SupersededError
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.pipelines.definition import parse_definition
from crosscheck.pipelines.runs import ActionRun, Artifact
from crosscheck.registry.checks import run_check
from crosscheck.services.elasticbeanstalk.check import ElasticBeanstalkEnvironment
from crosscheck.services.elasticbeanstalk.environment import ABORTED, STARTING
from crosscheck.services.elasticbeanstalk.rollback import ElasticBeanstalkRollback
from tests.fakes.beanstalk import BUNDLE, OLD, OURS, STARTED, FakeBeanstalk
from tests.fakes.codepipeline_release import action
from tests.fakes.json_protocol import RefusedError
from tests.fakes.modelled import ModelledClients

REGION = "eu-west-1"
SEEN = 1_772_618_400.0
PARAMETERS = {"application": "shop", "environment": "shop-production"}
BASELINE = f"{SEEN:.0f} {OLD}"
FAILED = "Failed to deploy application."


@pytest.fixture
def beanstalk() -> FakeBeanstalk:
    return FakeBeanstalk()


@pytest.fixture
def clients(beanstalk: FakeBeanstalk) -> ModelledClients:
    return ModelledClients({("elasticbeanstalk", REGION): beanstalk})


RUN = ActionRun("Deploy", "Deploy-EU", "Succeeded", STARTED, inputs={"Source": BUNDLE})
PLANNED = PlannedCheck(ElasticBeanstalkEnvironment.kind, REGION, PARAMETERS, RUN)


def looked(clients: ModelledClients, planned: PlannedCheck = PLANNED) -> Finding:
    return run_check(planned, clients)


def labels(found: Finding) -> list[str]:
    """The versions that it names as what the environment runs."""
    return [state.partition(" ")[2] for state in found.baselines.values()]


def test_an_environment_that_runs_our_version_and_is_healthy_passes(clients: ModelledClients) -> None:
    found = looked(clients)
    assert (found.verdict, found.reason) == (Verdict.PASS, f"shop-production: runs version {OURS}, health Ok")
    assert found.values == {"version": OURS, "status": "Ready", "health": "Ok"}


def test_a_copied_bundle_is_known_by_the_time_in_the_label(beanstalk: FakeBeanstalk, clients: ModelledClients) -> None:
    beanstalk.version(OURS, STARTED + 1, Artifact("elasticbeanstalk-eu-west-1-111122223333", "copy"))
    assert looked(clients).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        ("Updating", Verdict.PENDING),
        ("Aborting", Verdict.PENDING),
        ("Launching", Verdict.PENDING),
        ("Terminated", Verdict.FAIL),
    ],
)
def test_a_status_that_is_not_ready_decides(
    beanstalk: FakeBeanstalk, clients: ModelledClients, status: str, verdict: Verdict
) -> None:
    beanstalk.is_like(Status=status)
    found = looked(clients)
    assert (found.verdict, found.reason) == (verdict, f"shop-production: is {status}")
    assert labels(found) == [OURS]


@pytest.mark.parametrize(
    ("colour", "health", "verdict"),
    [
        ("Green", "Ok", Verdict.PASS),
        ("Green", "Info", Verdict.PASS),
        ("Yellow", "Warning", Verdict.PENDING),
        ("Grey", "Pending", Verdict.PENDING),
        ("Red", "Degraded", Verdict.FAIL),
        ("Red", "Severe", Verdict.FAIL),
        ("Grey", "Unknown", Verdict.INCONCLUSIVE),
        ("Grey", "NoData", Verdict.INCONCLUSIVE),
        ("Grey", "Suspended", Verdict.INCONCLUSIVE),
    ],
)
def test_the_health_decides_once_it_is_ready(
    beanstalk: FakeBeanstalk, clients: ModelledClients, colour: str, health: str, verdict: Verdict
) -> None:
    beanstalk.is_like(Health=colour, HealthStatus=health)
    found = looked(clients)
    assert (found.verdict, found.values["health"]) == (verdict, health)
    assert labels(found) == [OURS]
    before = looked(clients, replace(PLANNED, run=None, baseline_only=True))
    assert labels(before) == ([OURS] if verdict is Verdict.PASS else [])


@pytest.mark.parametrize(("colour", "verdict"), [("Green", Verdict.PASS), ("Red", Verdict.FAIL)])
def test_without_enhanced_health_reporting_the_colour_decides(
    beanstalk: FakeBeanstalk, clients: ModelledClients, colour: str, verdict: Verdict
) -> None:
    beanstalk.is_like(Health=colour)
    del beanstalk.environment["HealthStatus"]
    assert looked(clients).verdict is verdict


def test_an_environment_that_does_not_exist_fails(beanstalk: FakeBeanstalk, clients: ModelledClients) -> None:
    beanstalk.environment = {}
    assert looked(clients).reason == "shop-production: there is no such environment"


@pytest.mark.parametrize(
    ("events", "verdict", "why"),
    [
        ([(STARTED + 60, FAILED, "ERROR")], Verdict.FAIL, f": {FAILED}"),
        ([(STARTED + 60, ABORTED, "INFO")], Verdict.FAIL, ": the update was aborted"),
        ([(STARTED + 60, "Environment health has changed.", "WARN")], Verdict.INCONCLUSIVE, "; its events do not say"),
        ([(STARTED - 60, FAILED, "ERROR")], Verdict.INCONCLUSIVE, "; its events do not say why"),
    ],
)
def test_an_earlier_version_fails_only_where_the_events_say_why(
    beanstalk: FakeBeanstalk,
    clients: ModelledClients,
    events: list[tuple[float, str, str]],
    verdict: Verdict,
    why: str,
) -> None:
    beanstalk.is_like(VersionLabel=OLD)
    for at, message, severity in events:
        beanstalk.tells(at, message, severity)
    found = looked(clients)
    told = f"shop-production: runs version {OLD}, not the one that this execution deployed"
    assert found.verdict is verdict
    assert found.reason.startswith(told + why)
    assert not found.moved_on
    assert labels(found) == []


def test_a_later_version_took_the_place_of_ours(beanstalk: FakeBeanstalk, clients: ModelledClients) -> None:
    beanstalk.version("hotfix", STARTED + 600)
    beanstalk.is_like(VersionLabel="hotfix")
    for status in ("Ready", "Updating"):
        beanstalk.is_like(Status=status)
        found = looked(clients)
        assert (found.verdict, found.moved_on) == (Verdict.INCONCLUSIVE, True)
        assert found.reason.endswith("it was made later")
        assert labels(found) == []
    beanstalk.is_like(Status="Terminating")
    assert (looked(clients).verdict, looked(clients).moved_on) == (Verdict.FAIL, False)


def test_a_version_that_a_pipeline_made_after_our_action_had_ended_is_a_later_one(
    beanstalk: FakeBeanstalk, clients: ModelledClients
) -> None:
    label = f"code-pipeline-{(STARTED + 90) * 1000:.0f}-shop"
    beanstalk.version(label, STARTED + 90)
    beanstalk.is_like(VersionLabel=label)
    assert looked(clients).verdict is Verdict.PASS
    found = looked(clients, replace(PLANNED, run=replace(RUN, ended=STARTED + 60)))
    assert (found.verdict, found.moved_on) == (Verdict.INCONCLUSIVE, True)


def test_a_version_that_is_gone_proves_nothing(beanstalk: FakeBeanstalk, clients: ModelledClients) -> None:
    beanstalk.is_like(VersionLabel="gone")
    assert looked(clients).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("version", "verdict"), [(None, Verdict.PASS), (OURS, Verdict.PASS), (OLD, Verdict.FAIL)])
def test_a_plan_may_ask_for_the_health_or_for_a_version(
    clients: ModelledClients, version: str | None, verdict: Verdict
) -> None:
    asked = {**PARAMETERS, "version": version} if version else PARAMETERS
    assert looked(clients, replace(PLANNED, parameters=asked, run=None)).verdict is verdict


def test_a_right_that_is_missing_leaves_the_region_unknown(beanstalk: FakeBeanstalk, clients: ModelledClients) -> None:
    beanstalk.refuse("DescribeEnvironments", RefusedError("AccessDeniedException", "not authorized", 403))
    found = looked(clients)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "DescribeEnvironments" in found.reason


def test_preflight_tells_what_a_healthy_environment_runs(clients: ModelledClients) -> None:
    configuration = {"ApplicationName": "shop", "EnvironmentName": "shop-production"}
    deploy = {**action("Deploy-EU", "Deploy", "ElasticBeanstalk", REGION), "configuration": configuration}
    stages = [{"name": "Deploy", "actions": [deploy]}]
    definition = parse_definition({"name": "p", "stages": stages}, "us-east-1")  # type: ignore[typeddict-item]  # as GetPipeline gives it
    check = ElasticBeanstalkEnvironment(clock=lambda: SEEN)
    (planned,) = check.preflight(definition)
    assert (planned.parameters, planned.region, planned.baseline_only) == (PARAMETERS, REGION, True)
    assert check.run(planned, clients).baselines == {PLANNED.subject: f"{SEEN:.0f} {OURS}"}


def test_a_version_is_the_same_state_whenever_it_was_seen(clients: ModelledClients) -> None:
    checks = [ElasticBeanstalkEnvironment(clock=lambda at=at: at) for at in (SEEN, SEEN + 600)]  # type: ignore[misc]  # as a clock
    first, later = (check.run(PLANNED, clients).baselines[PLANNED.subject] for check in checks)
    assert first != later
    assert checks[0].same_state(first, later)
    assert not checks[0].same_state(first, BASELINE)


class TestRollback:
    """The way back to the version before."""

    rollback = ElasticBeanstalkRollback()

    def test_it_gives_the_environment_the_version_before(
        self, beanstalk: FakeBeanstalk, clients: ModelledClients
    ) -> None:
        proposal = self.rollback.propose(PLANNED, BASELINE, clients)
        assert (proposal.feasibility, proposal.target) == (Feasibility.READY, f"version {OLD}")
        started = self.rollback.execute(PLANNED, proposal, BASELINE, clients)
        updated = {"ApplicationName": "shop", "EnvironmentName": "shop-production", "VersionLabel": OLD}
        assert beanstalk.called("UpdateEnvironment") == [updated]
        assert run_check(started.verification, clients).verdict is Verdict.PENDING
        beanstalk.is_like(Status="Ready")
        assert run_check(started.verification, clients).verdict is Verdict.PASS

    def test_executing_twice_has_one_effect(self, beanstalk: FakeBeanstalk, clients: ModelledClients) -> None:
        proposal = self.rollback.propose(PLANNED, BASELINE, clients)
        started = [self.rollback.execute(PLANNED, proposal, BASELINE, clients) for _ in range(2)]
        assert {each.verification.parameters["version"] for each in started} == {OLD}
        assert len(beanstalk.called("UpdateEnvironment")) == 1

    @pytest.mark.parametrize(
        ("label", "verdict", "later"), [("hotfix", Verdict.INCONCLUSIVE, True), (OURS, Verdict.FAIL, False)]
    )
    def test_a_way_back_gives_way_to_another_version_and_not_to_the_one_that_it_takes_back(
        self, beanstalk: FakeBeanstalk, clients: ModelledClients, label: str, verdict: Verdict, *, later: bool
    ) -> None:
        proposal = self.rollback.propose(PLANNED, BASELINE, clients)
        started = self.rollback.execute(PLANNED, proposal, BASELINE, clients)
        beanstalk.is_like(Status="Ready", VersionLabel=label)
        found = run_check(started.verification, clients)
        assert (found.verdict, found.moved_on) == (verdict, later)
        assert found.reason == f"shop-production: runs version {label}, not {OLD}"

    def test_an_update_that_hangs_is_aborted(self, beanstalk: FakeBeanstalk, clients: ModelledClients) -> None:
        beanstalk.is_like(Status="Updating")
        proposal = self.rollback.propose(PLANNED, BASELINE, clients)
        self.rollback.execute(PLANNED, proposal, BASELINE, clients)
        assert len(beanstalk.called("AbortEnvironmentUpdate")) == 1
        again = self.rollback.propose(PLANNED, BASELINE, clients)
        assert again.feasibility is Feasibility.ALREADY_BACK

    def test_what_a_failed_deployment_left_mixed_gets_the_version_before_again(
        self, beanstalk: FakeBeanstalk, clients: ModelledClients
    ) -> None:
        beanstalk.is_like(VersionLabel=OLD, Health="Red", HealthStatus="Degraded")
        beanstalk.tells(STARTED + 5, STARTING)
        assert self.rollback.propose(PLANNED, BASELINE, clients).feasibility is Feasibility.READY

    @pytest.mark.parametrize("health", ["Ok", "Severe"])
    def test_where_nothing_was_begun_nothing_is_changed(
        self, beanstalk: FakeBeanstalk, clients: ModelledClients, health: str
    ) -> None:
        beanstalk.is_like(VersionLabel=OLD, Health="Green" if health == "Ok" else "Red", HealthStatus=health)
        assert self.rollback.propose(PLANNED, BASELINE, clients).feasibility is Feasibility.ALREADY_BACK

    def test_the_version_of_somebody_else_stays(self, beanstalk: FakeBeanstalk, clients: ModelledClients) -> None:
        proposal = self.rollback.propose(PLANNED, BASELINE, clients)
        beanstalk.version("hotfix", STARTED + 600)
        beanstalk.is_like(VersionLabel="hotfix")
        with pytest.raises(SupersededError, match="runs version hotfix, which this execution did not bring"):
            self.rollback.execute(PLANNED, proposal, BASELINE, clients)
        assert beanstalk.called("UpdateEnvironment") == []

    def test_without_a_proven_version_before_a_person_has_to_decide(self, clients: ModelledClients) -> None:
        proposal = self.rollback.propose(PLANNED, "", clients)
        assert proposal.feasibility is Feasibility.MANUAL
        assert proposal.reason.endswith(NOTHING_PROVEN)

    def test_a_version_that_was_deleted_is_nothing_to_go_back_to(
        self, beanstalk: FakeBeanstalk, clients: ModelledClients
    ) -> None:
        del beanstalk.versions[OLD]
        assert self.rollback.propose(PLANNED, BASELINE, clients).feasibility is Feasibility.MANUAL

    def test_two_bad_releases_in_a_row_are_both_taken_back(
        self, beanstalk: FakeBeanstalk, clients: ModelledClients
    ) -> None:
        beanstalk.tells(SEEN - 60, STARTING)
        beanstalk.tells(STARTED + 5, STARTING)
        assert self.rollback.propose(PLANNED, BASELINE, clients).feasibility is Feasibility.READY
        beanstalk.tells(SEEN + 10, STARTING)  # what that brought was found broken, and left
        assert self.rollback.propose(PLANNED, BASELINE, clients).feasibility is Feasibility.READY
        beanstalk.environment["Status"] = "Updating"
        proposal = self.rollback.propose(PLANNED, BASELINE, clients)
        assert proposal.feasibility is Feasibility.MANUAL
        assert proposal.reason.endswith(f"given up for a version that came after {OLD}, and has not passed")

    def test_an_environment_that_is_gone_stays_gone(self, beanstalk: FakeBeanstalk, clients: ModelledClients) -> None:
        beanstalk.environment = {}
        assert self.rollback.propose(PLANNED, BASELINE, clients).feasibility is Feasibility.SUPERSEDED


@pytest.mark.parametrize(("created", "feasibility"), [(SEEN, Feasibility.READY), (SEEN + 1, Feasibility.MANUAL)])
def test_a_label_that_was_made_anew_since_it_was_proven_is_no_way_back(
    beanstalk: FakeBeanstalk, clients: ModelledClients, created: float, feasibility: Feasibility
) -> None:
    """A label can be deleted and given to another bundle."""
    beanstalk.version(OLD, created, Artifact("b", "another"))
    assert ElasticBeanstalkRollback().propose(PLANNED, BASELINE, clients).feasibility is feasibility
