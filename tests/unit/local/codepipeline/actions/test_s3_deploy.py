"""The S3 deploy action, with moto's buckets."""

from typing import Any

import pytest

from local.codepipeline import zips
from local.outcomes import Outcome
from tests.unit.local.codepipeline.harness import HOME, SECOND, Account
from tests.unit.local.codepipeline.wires import action, pipeline, s3_source

SITE, OTHER_SITE = "my-site", "my-site-west"
FILES = {"index.html": b"hello", "css/main.css": b"body {}"}


@pytest.fixture(autouse=True)
def buckets(account: Account) -> None:
    for name, region in (("source", HOME), ("store-west", SECOND), (SITE, HOME), (OTHER_SITE, SECOND)):
        account.bucket(name, region)
    account.upload("source", "app.zip", FILES)


def deploy(name: str = "Deploy", bucket: str = SITE, **more: Any) -> dict[str, Any]:
    configuration = {"BucketName": bucket, "Extract": "true"} | more.pop("configuration", {})
    return action(name, "Deploy", "S3", configuration, inputs=["Source"], **more)


def release(account: Account, *actions: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    stores = {HOME: {"type": "S3", "location": "store-home"}, SECOND: {"type": "S3", "location": "store-west"}}
    execution = account.create(pipeline([s3_source()], list(actions or [deploy()]), artifactStores=stores))
    status = account.ended("my-pipeline", execution)
    return status, account.actions("my-pipeline", execution)


def objects(account: Account, bucket: str = SITE, region: str = HOME) -> dict[str, bytes]:
    s3 = account.aws.client("s3", region)
    listed = s3.list_objects_v2(Bucket=bucket).get("Contents", [])
    return {each["Key"]: s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read() for each in listed}


def error(run: dict[str, Any]) -> tuple[str, str]:
    details = run["output"]["executionResult"]["errorDetails"]
    return details["code"], details["message"]


def test_the_files_arrive_in_the_bucket_of_each_region(account: Account) -> None:
    account.aws.asked.clear()
    status, runs = release(account, deploy("Home"), deploy("West", OTHER_SITE, region=SECOND))
    assert status == "Succeeded"
    assert objects(account) == objects(account, OTHER_SITE, SECOND) == FILES
    assert runs["West"]["input"]["region"] == SECOND
    assert runs["West"]["input"]["inputArtifacts"][0]["s3location"]["bucket"] == "store-west"
    assert runs["Home"]["output"]["executionResult"] == {"externalExecutionSummary": "Deployment Succeeded"}
    assert {("s3", HOME, False), ("s3", SECOND, False)} <= account.aws.asked


@pytest.mark.parametrize("folder", ["blue", "blue/"])
def test_an_object_key_is_the_folder_that_files_are_extracted_to(account: Account, folder: str) -> None:
    release(account, deploy(configuration={"ObjectKey": folder}))
    assert objects(account) == {"blue/index.html": b"hello", "blue/css/main.css": b"body {}"}


def test_an_archive_stays_one_object_of_the_key(account: Account) -> None:
    status, _ = release(account, deploy(configuration={"Extract": "false", "ObjectKey": "app/site.zip"}))
    assert status == "Succeeded"
    assert objects(account) == {"app/site.zip": zips.pack(FILES)}


def test_an_archive_can_be_kept_under_the_time_of_its_release(account: Account) -> None:
    release(account, deploy(configuration={"Extract": "false", "ObjectKey": "app/{datetime}.zip"}))
    (key,) = objects(account)
    assert key.startswith("app/20")
    assert "{" not in key


def test_a_later_release_leaves_what_it_does_not_have(account: Account) -> None:
    release(account)
    account.upload("source", "app.zip", {"index.html": b"hello again"})
    account.ended("my-pipeline", account.start("my-pipeline"))
    assert objects(account) == {"index.html": b"hello again", "css/main.css": b"body {}"}


def test_headers_are_set_on_every_object(account: Account) -> None:
    key = account.aws.client("kms", HOME).create_key()["KeyMetadata"]["Arn"]
    wanted = {"CannedACL": "public-read", "CacheControl": "public, max-age=0", "KMSEncryptionKeyARN": key}
    status, _ = release(account, deploy(configuration=wanted))
    assert status == "Succeeded"
    s3 = account.aws.client("s3", HOME)
    for path in FILES:
        head = s3.head_object(Bucket=SITE, Key=path)
        assert head["CacheControl"] == "public, max-age=0"
        assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", key)
        grants = s3.get_object_acl(Bucket=SITE, Key=path)["Grants"]
        assert "READ" in {grant["Permission"] for grant in grants}


@pytest.mark.parametrize(
    ("configuration", "words"),
    [({"Extract": "false"}, "ObjectKey is required"), ({"Extract": "perhaps"}, "Extract must not be 'perhaps'")],
)
def test_what_the_configuration_must_be(account: Account, configuration: dict[str, str], words: str) -> None:
    status, runs = release(account, deploy(configuration=configuration))
    assert status == "Failed"
    code, message = error(runs["Deploy"])
    assert code == "ConfigurationError"
    assert words in message


def test_a_missing_bucket_is_named(account: Account) -> None:
    status, runs = release(account, deploy(bucket="nobody-made-it"))
    assert status == "Failed"
    assert error(runs["Deploy"]) == ("ConfigurationError", "The bucket nobody-made-it does not exist in us-east-1.")


def test_what_is_no_archive_is_not_extracted(account: Account) -> None:
    account.aws.client("s3", HOME).put_object(Bucket="source", Key="app.zip", Body=b"no zip")
    status, runs = release(account)
    assert status == "Failed"
    assert error(runs["Deploy"]) == ("JobFailed", "The artifact Source is not a valid ZIP archive.")


@pytest.mark.parametrize("outcome", [Outcome.FAIL, Outcome.ROLLED_BACK])
def test_a_deployment_that_fails_leaves_the_bucket_as_it_was(account: Account, outcome: Outcome) -> None:
    account.outcomes.choose(HOME, "S3", SITE, outcome)
    status, runs = release(account)
    assert status == "Failed"
    assert error(runs["Deploy"]) == ("JobFailed", "The deployment to the bucket my-site failed.")
    assert objects(account) == {}


def test_going_back_to_an_earlier_release_is_healthy(account: Account) -> None:
    stores = {HOME: {"type": "S3", "location": "store-home"}}
    first = account.create(pipeline([s3_source()], [deploy()], artifactStores=stores))
    assert account.ended("my-pipeline", first) == "Succeeded"
    account.upload("source", "app.zip", {"index.html": b"hello again", "new.html": b"new"})
    assert account.ended("my-pipeline", account.start("my-pipeline")) == "Succeeded"
    account.outcomes.choose(HOME, "S3", SITE, Outcome.FAIL)
    rollback = account.api().rollback_stage(
        pipelineName="my-pipeline", stageName="DeployStage", targetPipelineExecutionId=first
    )
    assert account.ended("my-pipeline", rollback["pipelineExecutionId"]) == "Succeeded"
    assert objects(account) == {**FILES, "new.html": b"new"}


def test_there_is_nothing_in_a_bucket_to_be_unhealthy(account: Account) -> None:
    account.outcomes.choose(HOME, "S3", None, Outcome.UNHEALTHY)
    assert release(account)[0] == "Succeeded"
    assert objects(account) == FILES


def test_a_deployment_that_hangs_writes_nothing_and_can_be_abandoned(account: Account) -> None:
    account.outcomes.choose(HOME, "S3", SITE, Outcome.HANG)
    stores = {HOME: {"type": "S3", "location": "store-home"}}
    execution = account.create(pipeline([s3_source()], [deploy()], artifactStores=stores))
    account.running("my-pipeline", execution, "Deploy")
    account.api().stop_pipeline_execution(pipelineName="my-pipeline", pipelineExecutionId=execution, abandon=True)
    assert account.ended("my-pipeline", execution) == "Stopped"
    assert objects(account) == {}
