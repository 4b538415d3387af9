"""The CodeBuild action: names, tags, what goes to the outputs."""

import json
from typing import Any

import pytest

from local.codepipeline.actions import image
from tests.unit.local.codepipeline.harness import HOME, Account
from tests.unit.local.codepipeline.wires import action, build, git_source, pipeline


def outputs(account: Account, **more: Any) -> dict[str, bytes]:
    execution = account.create(pipeline([git_source()], [build(**more)]))
    assert account.ended("my-pipeline", execution) == "Succeeded"
    run = account.actions("my-pipeline", execution)["Build"]
    return account.unzip(run["output"]["outputArtifacts"][0]["s3location"], HOME)


def environment(**variables: str) -> dict[str, str]:
    listed = [{"name": name, "value": value, "type": "PLAINTEXT"} for name, value in variables.items()]
    return {"EnvironmentVariables": json.dumps(listed)}


def test_the_outputs_name_the_image_and_hold_the_source(account: Account) -> None:
    files = outputs(account)
    (definition,) = json.loads(files["imagedefinitions.json"])
    detail = json.loads(files["imageDetail.json"])
    assert definition["name"] == "my-service"
    assert definition["imageUri"].startswith("111122223333.dkr.ecr.us-east-1.amazonaws.com/my-service:")
    described = account.aws.client("ecr", HOME).describe_images(repositoryName="my-service")["imageDetails"][0]
    assert detail["ImageURI"].endswith(f"@{described['imageDigest']}")
    assert {"Dockerfile", "buildspec.yml", "app.py"} <= files.keys()


@pytest.mark.parametrize("variable", ["IMAGE_REPO_NAME", "ECR_REPOSITORY", "REPOSITORY"])
def test_environment_variables_choose_repository_tag_and_container(account: Account, variable: str) -> None:
    chosen = environment(**{variable: "team/shop"}, IMAGE_TAG="v7", CONTAINER_NAME="web")
    (definition,) = json.loads(outputs(account, configuration=chosen)["imagedefinitions.json"])
    assert definition == {"name": "web", "imageUri": "111122223333.dkr.ecr.us-east-1.amazonaws.com/team/shop:v7"}


def test_a_known_projects_environment_is_used(account: Account) -> None:
    account.aws.client("codebuild", HOME).create_project(
        name="my-service-build",
        source={"type": "S3", "location": "source/app.zip"},
        artifacts={"type": "S3", "location": "target"},
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:7.0",
            "computeType": "BUILD_GENERAL1_SMALL",
            "environmentVariables": [{"name": "IMAGE_REPO_NAME", "value": "from-the-project"}],
        },
        serviceRole="arn:aws:iam::111122223333:role/build",
    )
    (definition,) = json.loads(outputs(account)["imagedefinitions.json"])
    assert "/from-the-project:" in definition["imageUri"]


def test_building_a_commit_again_gives_the_same_image(account: Account) -> None:
    account.create(pipeline([git_source()], [build()]))
    execution = account.start("my-pipeline")
    assert account.ended("my-pipeline", execution) == "Succeeded"
    assert len(account.aws.client("ecr", HOME).describe_images(repositoryName="my-service")["imageDetails"]) == 1


def test_a_push_gives_another_image(account: Account) -> None:
    first = account.create(pipeline([git_source()], [build()]))
    account.ended("my-pipeline", first)
    (started,) = account.service.push("my-org/my-service", "main", "Change it", "release-bot")
    assert account.ended("my-pipeline", started) == "Succeeded"
    images = account.aws.client("ecr", HOME).describe_images(repositoryName="my-service")["imageDetails"]
    assert len({each["imageDigest"] for each in images}) == 2


def test_a_test_action_pushes_nothing(account: Account) -> None:
    check = action("Check", "Test", "CodeBuild", {"ProjectName": "my-service-check"}, inputs=["Source"])
    execution = account.create(pipeline([git_source()], [check]))
    assert account.ended("my-pipeline", execution) == "Succeeded"
    assert account.aws.client("ecr", HOME).describe_repositories()["repositories"] == []


def test_environment_variables_must_be_a_list(account: Account) -> None:
    execution = account.create(pipeline([git_source()], [build(configuration={"EnvironmentVariables": "{}x"})]))
    assert account.ended("my-pipeline", execution) == "Failed"


def test_the_manifest_is_one_that_a_registry_takes() -> None:
    manifest = json.loads(image.manifest("shop", b"source"))
    assert manifest["schemaVersion"] == 2
    digests = [manifest["config"]["digest"], *(layer["digest"] for layer in manifest["layers"])]
    assert all(digest.startswith("sha256:") and len(digest) == 71 for digest in digests)
    assert image.manifest("shop", b"source") == image.manifest("shop", b"source")
    assert image.manifest("shop", b"other") != image.manifest("shop", b"source")
