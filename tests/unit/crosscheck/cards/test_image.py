from crosscheck.cards import render_image
from crosscheck.contracts.verdicts import Finding, RegionVerdict, Verdict, judge
from crosscheck.ledger import facts
from crosscheck.ledger.subjects import ImageSubject
from crosscheck.ledger.table import Record
from crosscheck.releases import fold_image

IMAGE = ImageSubject("us-east-1", "my-service", "sha256:5951942c7acf" + "0" * 52)


def _records(**verdicts: Verdict) -> dict[str, Record]:
    judged = [_judged(region.replace("_", "-"), verdict) for region, verdict in verdicts.items()]
    written = [facts.verdict(facts.REPLICATION, one, judge_since=1, look=0, now=2, final=True) for one in judged]
    regions = {"regions": ["ap-southeast-1", "eu-west-1"]}
    known = {
        facts.IMAGE: Record(facts.IMAGE, 1, {"tag": "4f1e2d3", "pushed": "2026-03-04T10:00:40+00:00"}, {}),
        facts.DESTINATIONS: Record(facts.DESTINATIONS, 1, regions, {}),
    }
    return known | {fact.name: Record(fact.name, 1, fact.latest, {}) for fact in written}


def _judged(region: str, verdict: Verdict) -> RegionVerdict:
    return judge(region, [Finding("ecr-image", "my-service", verdict, "as the test says")])


def test_the_card_of_an_image_names_every_region() -> None:
    card = render_image(fold_image(IMAGE, _records(eu_west_1=Verdict.PASS, ap_southeast_1=Verdict.FAIL)))
    assert card.text == "Image my-service:4f1e2d3: failed. ap-southeast-1 failed, eu-west-1 passed"
    assert card.metadata == {
        "event_type": "crosscheck_image",
        "event_payload": {
            "repository": "my-service",
            "digest": IMAGE.digest,
            "state": "failed",
            "version": 4,
            "regions": {"ap-southeast-1": "failed", "eu-west-1": "passed"},
        },
    }


def test_an_image_is_as_far_as_its_slowest_region() -> None:
    assert fold_image(IMAGE, _records(eu_west_1=Verdict.PASS)).state == "verifying"
    assert fold_image(IMAGE, _records(eu_west_1=Verdict.PASS, ap_southeast_1=Verdict.PASS)).state == "passed"
    unknown = _records(eu_west_1=Verdict.PASS, ap_southeast_1=Verdict.INCONCLUSIVE)
    assert fold_image(IMAGE, unknown).state == "unknown"
