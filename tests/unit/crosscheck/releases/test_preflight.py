from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.ledger.verdict_facts import EarlierRemarks, PlanProblem
from crosscheck.releases.model import Concern
from tests.builders.releases import Facts


def _finding(verdict: Verdict, reason: str = "", warning: str = "") -> Finding:
    return Finding("store", "target", verdict, reason, {"warning": "a label for people"}, warning=warning)


def test_where_nothing_is_wrong_nothing_is_told() -> None:
    facts = Facts().preflight("us-east-1", _finding(Verdict.PASS, "fine"), _finding(Verdict.PENDING, "who knows"))
    assert facts.preflight("eu-west-1").release.preflight == ()
    assert Facts().release.preflight == ()


def test_what_fails_is_severe_and_what_is_not_known_is_a_warning() -> None:
    facts = Facts().preflight("eu-west-1", _finding(Verdict.INCONCLUSIVE, "access denied"))
    facts.preflight("us-east-1", _finding(Verdict.FAIL, "no store"), _finding(Verdict.PASS, "ok", warning="no image"))
    assert facts.release.preflight == (
        Concern("us-east-1", "no store", severe=True),
        Concern("eu-west-1", "access denied", severe=False),
        Concern("us-east-1", "no image", severe=False),
    )


def test_a_failing_finding_tells_its_warning_as_well_and_each_text_once() -> None:
    twice = _finding(Verdict.FAIL, "no store", warning="not versioned")
    texts = [concern.text for concern in Facts().preflight("us-east-1", twice, twice).release.preflight]
    assert texts == ["no store", "not versioned"]


def test_a_baseline_is_no_concern() -> None:
    finding = Finding("lambda-alias", "f/live", Verdict.PASS, "version 7", baselines={"lambda-alias f/live": "7"})
    assert Facts().preflight("us-east-1", finding).release.preflight == ()


def test_a_plan_that_cannot_be_read_is_told() -> None:
    facts = Facts().add(PlanProblem("/crosscheck/plans/shop: there is no such parameter").to_fact(0.0))
    (concern,) = facts.release.preflight
    assert concern == Concern("plan", "/crosscheck/plans/shop: there is no such parameter", severe=False, plan=True)


def test_one_text_about_several_regions_is_one_concern() -> None:
    unversioned = _finding(Verdict.PASS, warning="not versioned")
    facts = Facts().preflight("us-east-1", unversioned).preflight("eu-west-1", unversioned)
    assert facts.release.preflight == (Concern("eu-west-1, us-east-1", "not versioned", severe=False),)


def test_a_remark_of_the_card_before_is_repeated_and_what_breaks_the_release_never_is() -> None:
    finding = _finding(Verdict.FAIL, "no store", warning="not versioned")
    facts = Facts().preflight("eu-west-1", finding).preflight("us-east-1", _finding(Verdict.PASS, warning="new"))
    facts.add(EarlierRemarks(("no store", "not versioned", "mended since")).to_fact(0.0))
    assert facts.release.preflight == (
        Concern("eu-west-1", "no store", severe=True),
        Concern("us-east-1", "new", severe=False),
        Concern("eu-west-1", "not versioned", severe=False, repeated=True),
    )


def test_what_is_wrong_with_the_plan_is_told_on_every_card() -> None:
    facts = Facts().add(PlanProblem("no such parameter").to_fact(0.0))
    facts.add(EarlierRemarks(("no such parameter",)).to_fact(0.0))
    assert facts.release.preflight == (Concern("plan", "no such parameter", severe=False, plan=True),)
