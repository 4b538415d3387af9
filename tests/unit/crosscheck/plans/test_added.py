from __future__ import annotations

from typing import Any

import pytest

from crosscheck.errors import ConfigurationError
from crosscheck.pipelines.definition import PipelineDefinition, parse_definition
from crosscheck.pipelines.scope import Position, Scope, scope
from crosscheck.plans.added import added_checks
from crosscheck.plans.plan import make_plan
from tests.fakes.codepipeline_release import STAGES

DIGEST = "sha256:" + "ab" * 32


def pipeline(*stages: Any) -> PipelineDefinition:
    return parse_definition({"name": "p", "stages": list(stages or STAGES)}, "us-east-1")  # type: ignore[typeddict-item]  # as GetPipeline gives it


def secondaries(*regions: str) -> Scope:
    return scope(pipeline(), Position("ValidateSecondary", "Validate-Secondary"), "", regions)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({}, "needs the key kind"),
        ({"kind": "nothing"}, "no check 'nothing' in this version; it knows: alarms, "),
        ({"kind": "nonsense"}, "no check 'nonsense'"),
        ({"kind": "ecs-service", "cluster": "c"}, "ecs-service needs the key service"),
        ({"kind": "ecs-service", "cluster": "c", "service": 4}, "service of ecs-service must be a string"),
        ({"kind": "ecs-service", "cluster": "c", "service": "s", "url": "u"}, "unknown key 'url' in ecs-service"),
        (
            {"kind": "ecs-service", "cluster": "c", "service": "s", "region": "sa-east-1"},
            "the pipeline deploys to ap-southeast-1, eu",
        ),
        (
            {"kind": "ecs-service", "cluster": "c", "service": "s", "region": 1},
            "region of ecs-service must be a string",
        ),
        ({"kind": "http", "url": "https://x/", "regions": []}, "regions of http must be a list of regions"),
        ({"kind": "http", "url": "https://x/", "regions": ["sa-east-1"]}, "the pipeline deploys to ap-southeast-1"),
        ({"kind": "http", "url": "https://x/", "region": "eu-west-1", "regions": ["eu-west-1"]}, "not both"),
        ({"kind": "http"}, "http needs the key url"),
        ({"kind": "http", "url": 5}, "url of http must be a URL"),
        ({"kind": "http", "url": "https://user:word@x/"}, "checks: http: url must be a URL without user name"),
        (
            {"kind": "http", "url": "https://x/", "status": "200"},
            "status of http must be a whole number from 200 to 599",
        ),
        ({"kind": "http", "url": "https://x/", "status": True}, "status of http must be a whole number"),
        ({"kind": "http", "url": "https://x/", "status": 600}, "status of http must be a whole number"),
        ({"kind": "http", "url": "https://x/", "contains": ""}, "contains of http must be a string of 1 to 255"),
        ({"kind": "http", "url": "https://x/", "latency_ms": 10_001}, "latency_ms of http must be a whole number"),
        ({"kind": "ecr-image", "digest": "sha256:x"}, "digest of ecr-image must be an image's digest"),
        ({"kind": "ecr-image", "tag": "1"}, "ecr-image needs the key repository with tag or digest"),
        ({"kind": "ecr-image", "repository": "r" * 2, "tag": "1", "digest": DIGEST}, "tag or digest, not both"),
        ({"kind": "ecr-image", "source_region": "us-east-1"}, "source_region of ecr-image goes with tag or digest"),
        ({"kind": "ecr-image", "repository": "A"}, "repository of ecr-image must be a repository's name"),
        ({"kind": "ecr-image"}, "no ECS action of ap-southeast-1 says which image"),
    ],
)
def test_f19_a_wrong_check_is_refused_in_words(entry: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        added_checks([entry], secondaries())


def test_f19_no_value_is_quoted() -> None:
    for entry in ({"url": "https://secret-value@x/"}, {"url": "https://x/", "status": "secret-value"}):
        with pytest.raises(ConfigurationError) as caught:
            added_checks([{"kind": "http", **entry}], secondaries())
        assert "secret-value" not in str(caught.value)


def test_the_placeholder_stands_for_the_region_of_each_check() -> None:
    entry = {"kind": "http", "url": "https://{region}.example.com/health", "contains": "{region} ok", "status": 204}
    first, second = added_checks([entry], secondaries())
    assert first.parameters == {
        "url": "https://ap-southeast-1.example.com/health",
        "status": "204",
        "contains": "ap-southeast-1 ok",
    }
    assert (second.region, second.target) == ("eu-west-1", "https://eu-west-1.example.com/health")


def test_the_query_of_a_url_is_not_shown_but_tells_checks_apart() -> None:
    entries = [{"kind": "http", "url": f"https://x/?key={key}", "region": "eu-west-1"} for key in ("a", "b")]
    one, other = added_checks(entries, secondaries())
    assert one.target == other.target == "https://x/"
    assert one.id != other.id


@pytest.mark.parametrize("regions", [["eu-west-1"], "eu-west-1", " eu-west-1 "])
def test_a_check_may_name_several_regions(regions: object) -> None:
    entry = {"kind": "http", "url": "https://x/", "regions": regions}
    assert [check.region for check in added_checks([entry], secondaries())] == ["eu-west-1"]
    assert added_checks([entry], secondaries("ap-southeast-1")) == ()


def test_an_image_that_is_named_comes_from_the_pipelines_region_unless_said_otherwise() -> None:
    entry = {"kind": "ecr-image", "tag": "1", "repository": "my-service"}
    first, second = added_checks([entry], secondaries())
    assert (first.region, second.region) == ("ap-southeast-1", "eu-west-1")
    assert first.parameters == {"repository": "my-service", "tag": "1", "source_region": "us-east-1"}
    assert first.target == "my-service/1/us-east-1"
    elsewhere = {**entry, "source_region": "us-west-2", "account": "444455556666"}
    assert added_checks([elsewhere], secondaries("eu-west-1"))[0].parameters == {
        "repository": "my-service",
        "tag": "1",
        "source_region": "us-west-2",
        "account": "444455556666",
    }


def test_an_image_that_is_not_named_is_that_of_each_ecs_action_of_the_region() -> None:
    plan = make_plan(secondaries(), {}, [{"kind": "ecr-image"}, {"kind": "ecr-image", "repository": "my-service"}])
    kinds = [(check.kind, check.target) for check in plan.checks if check.region == "eu-west-1"]
    assert kinds == [
        ("ecs-service", "production-eu/my-service"),
        ("ecr-image", "production-eu/my-service"),
        ("ecr-image", "my-service/production-eu/my-service"),
    ]
    assert {check.unsupported for check in plan.checks if check.region == "eu-west-1"} == {
        "action Deploy-EU-West has not run in this execution"
    }


def test_stages_may_share_a_plan_that_names_the_regions_of_another() -> None:
    entry = {"kind": "http", "url": "https://x.example/", "regions": ["us-east-1", "eu-west-1"]}
    assert [check.region for check in added_checks([entry], secondaries())] == ["eu-west-1"]
