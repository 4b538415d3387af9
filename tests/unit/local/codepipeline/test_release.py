"""Releases from end to end, with real artifacts in real buckets."""

from local.outcomes import Outcome
from tests.unit.local.codepipeline.harness import HOME, SECOND, Account, Wire
from tests.unit.local.codepipeline.wires import build, ecs, git_source, invoke, pipeline, s3_source


def services(account: Account, *regions: str) -> None:
    for region in regions:
        account.aws.client("ecs", region).add_service("production", "my-service", {"web": "old:1", "proxy": "proxy:3"})


def stores(account: Account) -> Wire:
    keys = {region: account.aws.client("kms", region).create_key()["KeyMetadata"]["Arn"] for region in (HOME, SECOND)}
    account.bucket("store-second", SECOND, versioned=False)
    locations = {HOME: "store-home", SECOND: "store-second"}
    return {
        region: {"type": "S3", "location": locations[region], "encryptionKey": {"id": key, "type": "KMS"}}
        for region, key in keys.items()
    }


def images(account: Account, region: str) -> dict[str, str]:
    fake = account.aws.ecs[region]
    current = fake.services["production", "my-service"]["taskDefinition"]
    return {each["name"]: each["image"] for each in fake.task_definitions[current]["containerDefinitions"]}


def test_a_commit_reaches_the_service(account: Account) -> None:
    services(account, HOME)
    execution = account.create(pipeline([git_source()], [build()], [ecs()]))
    assert account.ended("my-pipeline", execution) == "Succeeded"
    commit = account.execution("my-pipeline", execution)["artifactRevisions"][0]["revisionId"]
    image = f"111122223333.dkr.ecr.us-east-1.amazonaws.com/my-service:{commit[:7]}"
    assert images(account, HOME) == {"web": image, "proxy": "proxy:3"}
    pushed = account.aws.client("ecr", HOME).describe_images(repositoryName="my-service")["imageDetails"]
    assert [each["imageTags"] for each in pushed] == [[commit[:7]]]


def test_the_events_of_a_good_run_come_in_order(account: Account) -> None:
    services(account, HOME)
    execution = account.create(pipeline([git_source()], [build()], [ecs()]))
    account.ended("my-pipeline", execution)
    assert account.changes(execution) == [
        "Pipeline STARTED",
        "Stage SourceStage STARTED",
        "Action Source STARTED",
        "Action Source SUCCEEDED",
        "Stage SourceStage SUCCEEDED",
        "Stage BuildStage STARTED",
        "Action Build STARTED",
        "Action Build SUCCEEDED",
        "Stage BuildStage SUCCEEDED",
        "Stage DeployStage STARTED",
        "Action Deploy STARTED",
        "Action Deploy SUCCEEDED",
        "Stage DeployStage SUCCEEDED",
        "Pipeline SUCCEEDED",
    ]


def test_events_have_the_documented_shape(account: Account) -> None:
    services(account, HOME)
    execution = account.create(pipeline([git_source()], [build()], [ecs()]))
    account.ended("my-pipeline", execution)
    regions = {(region, tuple(resources)) for region, _, resources, _ in account.events.events}
    assert regions == {(HOME, ("arn:aws:codepipeline:us-east-1:111122223333:my-pipeline",))}
    started = account.details(execution, "Pipeline", "", "STARTED")
    assert started["execution-trigger"] == {
        "trigger-type": "CreatePipeline",
        "trigger-detail": "arn:aws:iam::111122223333:root",
    }
    assert (started["version"], started["pipeline-execution-attempt"]) == (1.0, 1.0)
    assert isinstance(started["version"], float)
    assert "execution-trigger" not in account.details(execution, "Pipeline", "", "SUCCEEDED")
    attempts = {
        (detail_type.split()[1], detail["pipeline-execution-attempt"])
        for _, detail_type, _, detail in account.events.events
    }
    assert attempts == {("Pipeline", 1.0), ("Stage", 0.0), ("Action", 1.0)}
    finished = account.details(execution, "Action", "Deploy", "SUCCEEDED")
    run = account.actions("my-pipeline", execution)["Deploy"]
    assert finished["type"] == {"category": "Deploy", "owner": "AWS", "provider": "ECS", "version": "1"}
    assert finished["action-execution-id"] == run["actionExecutionId"]
    assert finished["input-artifacts"] == run["input"]["inputArtifacts"]
    assert finished["execution-result"]["external-execution-id"].startswith("ecs-svc/")
    assert finished["start-time"].endswith("Z")


def test_parallel_regions_read_their_own_copy_of_the_artifact(account: Account) -> None:
    services(account, HOME, SECOND)
    wire = pipeline(
        [git_source()],
        [build()],
        [ecs("Deploy-Home"), ecs("Deploy-Second", region=SECOND)],
        artifactStores=stores(account),
    )
    execution = account.create(wire)
    assert account.ended("my-pipeline", execution) == "Succeeded"
    actions = account.actions("my-pipeline", execution)
    inputs = {name: actions[name]["input"]["inputArtifacts"][0]["s3location"] for name in actions if "-" in name}
    assert inputs["Deploy-Home"]["bucket"] == "store-home"
    assert inputs["Deploy-Second"]["bucket"] == "store-second"
    home = account.unzip(inputs["Deploy-Home"], HOME)
    assert account.unzip(inputs["Deploy-Second"], SECOND) == home
    assert {"imagedefinitions.json", "imageDetail.json", "Dockerfile"} <= home.keys()
    assert images(account, SECOND) == images(account, HOME)
    assert account.details(execution, "Action", "Deploy-Second", "STARTED")["region"] == SECOND


def test_artifacts_are_encrypted_with_the_key_of_their_region(account: Account) -> None:
    services(account, HOME, SECOND)
    keys = stores(account)
    wire = pipeline([git_source()], [build()], [ecs(region=SECOND)], artifactStores=keys)
    execution = account.create(wire)
    account.ended("my-pipeline", execution)
    location = account.actions("my-pipeline", execution)["Deploy"]["input"]["inputArtifacts"][0]["s3location"]
    head = account.aws.client("s3", SECOND).head_object(Bucket=location["bucket"], Key=location["key"])
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", keys[SECOND]["encryptionKey"]["id"])
    assert location["key"].startswith("my-pipeline/Build/")


def test_a_store_without_a_key_leaves_encryption_to_the_bucket(account: Account) -> None:
    execution = account.create(pipeline([git_source()], [build()]))
    account.ended("my-pipeline", execution)
    location = account.actions("my-pipeline", execution)["Build"]["output"]["outputArtifacts"][0]["s3location"]
    head = account.aws.client("s3", HOME).head_object(Bucket=location["bucket"], Key=location["key"])
    assert "SSEKMSKeyId" not in head


def test_a_missing_bucket_fails_the_action_by_name(account: Account) -> None:
    services(account, HOME, SECOND)
    second = {"type": "S3", "location": "store-nobody-made"}
    home = {"type": "S3", "location": "store-home"}
    wire = pipeline([git_source()], [build()], [ecs(region=SECOND)], artifactStores={HOME: home, SECOND: second})
    execution = account.create(wire)
    assert account.ended("my-pipeline", execution) == "Failed"
    error = account.actions("my-pipeline", execution)["Deploy"]["output"]["executionResult"]["errorDetails"]
    assert error == {
        "code": "ConfigurationError",
        "message": "The artifact bucket store-nobody-made in eu-west-1 does not exist.",
    }


def test_all_calls_into_the_account_but_those_of_a_build_are_made_under_the_pipelines_role(account: Account) -> None:
    """A build has a role of its own: that of its project."""
    services(account, HOME)
    account.aws.asked.clear()
    execution = account.create(pipeline([git_source()], [build()], [ecs()]))
    account.ended("my-pipeline", execution)
    as_administrator = {service for service, _, administrator in account.aws.asked if administrator}
    assert as_administrator == {"sts", "codebuild", "ecr", "ecs"}
    assert ("ecs", HOME, False) in account.aws.asked


def test_the_version_of_an_s3_source_is_recorded_and_builds_are_named_after_it(account: Account) -> None:
    account.bucket("source")
    version = account.upload("source", "app.zip", {"app.py": b"1"})
    execution = account.create(pipeline([s3_source()], [build(configuration={"ProjectName": "shop"})]))
    assert account.ended("my-pipeline", execution) == "Succeeded"
    revision = account.execution("my-pipeline", execution)["artifactRevisions"][0]
    assert (revision["name"], revision["revisionId"]) == ("Source", version)
    assert revision["revisionSummary"] == f"Amazon S3 version id: {version}"
    uri = account.actions("my-pipeline", execution)["Build"]["output"]["outputVariables"]["IMAGE_URI"]
    assert uri.partition("/")[2].startswith("shop:")


def test_a_failed_action_fails_the_pipeline_after_its_parallel_ones_ended(account: Account) -> None:
    services(account, HOME, SECOND)
    account.outcomes.choose(SECOND, "ECS", "my-service", Outcome.FAIL)
    wire = pipeline(
        [git_source()],
        [build()],
        [ecs("Deploy"), ecs("Deploy-Second", region=SECOND), invoke(runOrder=2)],
        artifactStores=stores(account),
    )
    execution = account.create(wire)
    assert account.ended("my-pipeline", execution) == "Failed"
    actions = account.actions("my-pipeline", execution)
    assert {name: run["status"] for name, run in actions.items()} == {
        "Source": "Succeeded",
        "Build": "Succeeded",
        "Deploy": "Succeeded",
        "Deploy-Second": "Failed",
    }
    failed = account.details(execution, "Action", "Deploy-Second", "FAILED")
    assert failed["execution-result"]["error-code"] == "JobFailed"
    assert account.changes(execution)[-2:] == ["Stage DeployStage FAILED", "Pipeline FAILED"]


def test_actions_start_by_run_order(account: Account) -> None:
    services(account, HOME)
    wire = pipeline([git_source()], [build(runOrder=1), ecs("Later", runOrder=7), ecs("Sooner", runOrder=5)])
    execution = account.create(wire)
    assert account.ended("my-pipeline", execution) == "Succeeded"
    changes = account.changes(execution)
    assert changes.index("Action Sooner SUCCEEDED") < changes.index("Action Later STARTED")
    assert changes.index("Action Build SUCCEEDED") < changes.index("Action Sooner STARTED")
