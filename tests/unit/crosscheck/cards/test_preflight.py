from crosscheck.cards.preflight import preflight_lines
from crosscheck.verdicts import Finding, Verdict


def found(verdict: Verdict, reason: str = "why", kind: str = "artifact-store", **values: str) -> Finding:
    return Finding(kind, "target", verdict, reason, values)


def test_nothing_is_told_where_all_is_well() -> None:
    assert preflight_lines({"eu-west-1": [found(Verdict.PASS)], "us-east-1": []}) == []


def test_what_is_not_proven_and_what_is_pointed_out_is_told_by_region_and_once() -> None:
    findings = {
        "us-east-1": [found(Verdict.PASS, "fine", warning="pulls from elsewhere")],
        "eu-west-1": [
            found(Verdict.FAIL, "no rule", warning="pulls from elsewhere"),
            found(Verdict.INCONCLUSIVE, "denied"),
            found(Verdict.FAIL, "no rule"),
            found(Verdict.PENDING, "moving"),
        ],
    }
    assert preflight_lines(findings) == [
        ("eu-west-1", "no rule"),
        ("eu-west-1", "pulls from elsewhere"),
        ("eu-west-1", "denied"),
        ("eu-west-1", "moving"),
        ("us-east-1", "pulls from elsewhere"),
    ]


def test_a_baseline_is_for_rollback_only() -> None:
    baseline = found(Verdict.FAIL, "alias live routes to two versions", "lambda-alias", version="7", warning="unwise")
    assert preflight_lines({"eu-west-1": [baseline]}) == []
