"""What is looked at when an execution starts: the three releases, and a stranger's pipeline."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

import local.scenarios
from crosscheck.pipelines.definition import parse_definition
from crosscheck.plans.plan import plan_preflight
from crosscheck.services.codepipeline.artifact_store import ArtifactStore
from crosscheck.services.ecr.image_replication import ImageReplication
from crosscheck.services.s3.source_bucket import SourceBucket

if TYPE_CHECKING:
    from mypy_boto3_codepipeline.type_defs import PipelineDeclarationOutputTypeDef

    from crosscheck.contracts.check import Check, PlannedCheck

SCENARIOS = Path(local.scenarios.__file__).parent
ACCOUNT = "111122223333"
OTHER = "999988887777"

KINDS: dict[str, Check] = {check.kind: check for check in (ArtifactStore(), SourceBucket(), ImageReplication())}

FOR_ROLLBACKS = {"cloudformation-stack", "codedeploy", "pipeline-stage"}

type Planned = list[tuple[str, str, dict[str, str]]]


def role(account: str) -> str:
    return f"arn:aws:iam::{account}:role/some-role"


def store(region: str, key: str = "") -> dict[str, Any]:
    encrypted = {"encryptionKey": {"id": key, "type": "KMS"}} if key else {}
    return {"type": "S3", "location": f"store-{region}", **encrypted}


def planned(declared: dict[str, Any], home: str) -> Planned:
    """What is looked at before a release, without what is only seen for a rollback by all that deploy."""
    return [each for each in looks(declared, home) if each[0] not in FOR_ROLLBACKS]


def looks(declared: dict[str, Any], home: str) -> Planned:
    definition = parse_definition(cast("PipelineDeclarationOutputTypeDef", declared), home)
    checks = plan_preflight(definition)
    assert not any(check.unsupported or check.run for check in checks)
    assert all(check.baseline_only or takes(KINDS[check.kind], check) for check in checks)
    found = [(check.kind, check.region, dict(check.parameters)) for check in checks]
    return sorted(found, key=lambda each: (*each[:2], sorted(each[2].items())))


def takes(kind: Check, check: PlannedCheck) -> bool:
    """Whether the check takes what was planned for it."""
    needed = {name for name, key in kind.parameters.items() if key.needed}
    return needed <= check.parameters.keys() and all(
        kind.parameters[name].read(value) == value for name, value in check.parameters.items()
    )


def scenario(file: str, *regions: str) -> Planned:
    """The preflight of a scenario's definition, its home the first of its regions."""
    declared = json.loads((SCENARIOS / file).read_text().replace("${role}", role(ACCOUNT)))
    return planned(declared | {"artifactStores": {region: store(region, "key") for region in regions}}, regions[0])


def of_store(region: str, **more: str) -> tuple[str, str, dict[str, str]]:
    return "artifact-store", region, {"bucket": f"store-{region}", **more}


def test_what_every_deploy_action_and_stage_runs_is_seen_before_the_first_release() -> None:
    named = {"ApplicationName": "shop", "DeploymentGroupName": "web"}
    actions = [action("Deploy", "CodeDeploy", **named), action("Deploy", "CloudFormation", StackName="base")]
    seen = [each for each in looks(pipeline(*actions), "sa-east-1") if each[0] in FOR_ROLLBACKS]
    assert [(kind, sorted(parameters.values())) for kind, _, parameters in seen] == [
        ("cloudformation-stack", ["base"]),
        ("codedeploy", ["shop", "web"]),
        ("pipeline-stage", ["Everything", "strangers"]),
    ]


def test_release_a_has_three_stores_and_three_services() -> None:
    regions = ("us-east-1", "eu-west-1", "ap-southeast-1")
    clusters = {"us-east-1": "production-us", "eu-west-1": "production-eu", "ap-southeast-1": "production-ap"}
    services: Planned = [
        (kind, region, {"cluster": cluster, "service": "my-service"})
        for region, cluster in clusters.items()
        for kind in ("ecs-service", "image-replication")
    ]
    expected = [*(of_store(region, key="key") for region in regions), *services]
    assert scenario("canary_service.json", *regions) == sorted(expected)


def test_release_b_finds_its_services_through_their_deployment_groups() -> None:
    assert scenario("data_residency.json", "eu-west-2", "ap-southeast-1") == [
        of_store("ap-southeast-1", key="key"),
        of_store("eu-west-2", key="key"),
        (
            "image-replication",
            "ap-southeast-1",
            {"application": "residency-singapore", "group": "residency-singapore"},
        ),
        ("image-replication", "eu-west-2", {"application": "residency-london", "group": "residency-london"}),
        ("source-bucket", "eu-west-2", {"bucket": "${source}", "key": "${key}"}),
    ]


def test_release_c_has_a_source_bucket_and_no_images() -> None:
    assert scenario("ec2_fleet.json", "us-west-2", "us-east-1", "ap-southeast-2") == [
        of_store("ap-southeast-2", key="key"),
        of_store("us-east-1", key="key"),
        of_store("us-west-2", key="key"),
        ("source-bucket", "us-west-2", {"bucket": "${source}", "key": "${key}"}),
    ]


def action(category: str, provider: str, region: str = "", **given: Any) -> dict[str, Any]:
    kind = {"category": category, "owner": given.pop("owner", "AWS"), "provider": provider, "version": "1"}
    where = {"region": region} if region else {}
    more = {"roleArn": given.pop("role")} if "role" in given else {}
    return {"name": f"{provider}-{region}", "actionTypeId": kind, "configuration": given, **where, **more}


def pipeline(*actions: dict[str, Any], **declared: Any) -> dict[str, Any]:
    return {
        "name": "strangers",
        "roleArn": role(ACCOUNT),
        "stages": [{"name": "Everything", "actions": list(actions)}],
        "artifactStore": store("sa-east-1"),
        **declared,
    }


def test_a_strangers_pipeline_with_none_of_our_names() -> None:
    declared = pipeline(
        action("Source", "S3", S3Bucket="inbox", S3ObjectKey="drop/site.zip"),
        action("Source", "GitHub", owner="ThirdParty", Repo="r"),
        action("Build", "CodeBuild", "ca-central-1", ProjectName="p"),
        action("Approval", "Manual"),
        action("Source", "S3", owner="Custom", S3Bucket="not-amazons", S3ObjectKey="x"),
        action("Deploy", "S3", "sa-east-1", BucketName="site"),
        action("Deploy", "ECS", ServiceName="web"),
        action("Deploy", "ECS", ServiceName="web", FileName="other.json"),
        action("Deploy", "Lambda", "ca-central-1", FunctionName="resize", FunctionAlias="live"),
        action("Deploy", "Lambda", FunctionName="no-alias"),
        action("Invoke", "Lambda", "eu-north-1", FunctionName="hello"),
    )
    assert planned(declared, "sa-east-1") == [
        ("artifact-store", "ca-central-1", {}),
        ("artifact-store", "eu-north-1", {}),
        of_store("sa-east-1"),
        ("ecs-service", "sa-east-1", {"cluster": "default", "service": "web"}),
        ("image-replication", "sa-east-1", {"cluster": "default", "service": "web"}),
        ("lambda-alias", "ca-central-1", {"function": "resize", "alias": "live"}),
        ("source-bucket", "sa-east-1", {"bucket": "inbox", "key": "drop/site.zip"}),
    ]


def test_a_source_whose_object_an_execution_may_name_is_looked_at_without_it() -> None:
    source = action("Source", "S3", S3Bucket="inbox", S3ObjectKey="a.zip", AllowOverrideForS3ObjectKey="true")
    assert planned(pipeline(source), "sa-east-1")[-1] == ("source-bucket", "sa-east-1", {"bucket": "inbox"})


def test_a_store_knows_the_roles_of_other_accounts_that_use_it() -> None:
    stores = {"sa-east-1": store("sa-east-1"), "eu-north-1": store("eu-north-1", "alias/k")}
    artifact = [{"name": "Built"}]
    declared = pipeline(
        action("Deploy", "CloudFormation", "eu-north-1", role=role(OTHER)) | {"inputArtifacts": artifact},
        action("Deploy", "S3", "eu-north-1", role=role(OTHER)) | {"inputArtifacts": artifact},
        action("Build", "CodeBuild", "eu-north-1", role=role("444455556666"))
        | {"inputArtifacts": artifact, "outputArtifacts": artifact},
        action("Invoke", "Lambda", "eu-north-1", role=role("222233334444")),
        action("Deploy", "CloudFormation", "sa-east-1", role=role(ACCOUNT)) | {"inputArtifacts": artifact},
        artifactStores=stores,
    )
    del declared["artifactStore"]
    readers = f"{role('444455556666')},{role(OTHER)}"
    assert planned(declared, "sa-east-1") == [
        of_store("eu-north-1", key="alias/k", readers=readers, writers=role("444455556666")),
        of_store("sa-east-1"),
    ]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"ServiceName": "web", "role": role(OTHER)}, f"deploys to account {OTHER}"),
        ({"ServiceName": "#{variables.service}"}, "names its service by a variable"),
    ],
)
def test_a_service_that_cannot_be_looked_at_is_a_gap(given: dict[str, str], words: str) -> None:
    declared = cast("PipelineDeclarationOutputTypeDef", pipeline(action("Deploy", "ECS", **given)))
    checks = plan_preflight(parse_definition(declared, "sa-east-1"))
    (images,) = [check for check in checks if check.kind == "image-replication"]
    assert words in images.unsupported


@pytest.mark.parametrize(
    "given", [{"FunctionAlias": "#{variables.alias}"}, {"FunctionAlias": "live", "role": role(OTHER)}]
)
def test_an_alias_out_of_reach_is_no_baseline(given: dict[str, str]) -> None:
    declared = pipeline(action("Deploy", "Lambda", FunctionName="resize", **given))
    assert [kind for kind, _, _ in planned(declared, "sa-east-1")] == ["artifact-store"]
