from crosscheck.cards.image import render_image
from crosscheck.contracts.verdicts import Finding, RegionVerdict, Verdict, judge
from crosscheck.ledger.image_facts import REPLICATION, ImageDestinations, PushedImage
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.subjects import ImageSubject
from crosscheck.ledger.verdict_facts import JudgeVerdict
from crosscheck.releases.fold import fold_image
from tests.builders.releases import Facts

IMAGE = ImageSubject("us-east-1", "my-service", "sha256:5951942c7acf" + "0" * 52)


def _known(**verdicts: Verdict) -> KnownFacts:
    facts = Facts().add(PushedImage(1772618440.0, {"4f1e2d3": 1772618440.0}).to_fact("event"))
    facts.add(ImageDestinations(("ap-southeast-1", "eu-west-1")).to_fact(1.0))
    for region, verdict in verdicts.items():
        judged = _judged(region.replace("_", "-"), verdict)
        facts.add(JudgeVerdict(REPLICATION, judged, 2.0, final=True).to_fact(1.0))
    return facts.known


def _judged(region: str, verdict: Verdict) -> RegionVerdict:
    return judge(region, [Finding("ecr-image", "my-service", verdict, "as the test says")])


def test_the_card_of_an_image_names_every_region() -> None:
    card = render_image(fold_image(IMAGE, _known(eu_west_1=Verdict.PASS, ap_southeast_1=Verdict.FAIL)))
    assert card.text == "Image my-service:4f1e2d3: failed. ap-southeast-1 failed, eu-west-1 passed"
    assert "pushed 2026-03-04 10:00:40 UTC · registry in us-east-1" in str(card.blocks)
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
    assert fold_image(IMAGE, _known(eu_west_1=Verdict.PASS)).state == "verifying"
    assert fold_image(IMAGE, _known(eu_west_1=Verdict.PASS, ap_southeast_1=Verdict.PASS)).state == "passed"
    unknown = _known(eu_west_1=Verdict.PASS, ap_southeast_1=Verdict.INCONCLUSIVE)
    assert fold_image(IMAGE, unknown).state == "unknown"


def test_an_image_of_which_nothing_is_known_yet_is_looked_for() -> None:
    arrival = fold_image(IMAGE, KnownFacts({}))
    assert (arrival.state, arrival.tag, arrival.pushed, arrival.regions) == ("verifying", "", None, ())


def test_a_region_that_has_no_last_word_yet_is_being_verified() -> None:
    facts = Facts().add(ImageDestinations(("eu-west-1",)).to_fact(1.0))
    facts.add(JudgeVerdict(REPLICATION, _judged("eu-west-1", Verdict.PENDING), 2.0, final=False).to_fact(1.0))
    (region,) = fold_image(IMAGE, facts.known).regions
    assert (region.state, region.reason) == ("verifying", "as the test says")
