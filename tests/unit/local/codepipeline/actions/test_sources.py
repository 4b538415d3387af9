"""Source actions: what is not available, and revisions that were asked for."""

from tests.unit.local.codepipeline.harness import HOME, Account
from tests.unit.local.codepipeline.wires import git_source, invoke, pipeline, s3_source

NEXT = invoke(function="nobody-made-it")


def failure(account: Account, execution: str) -> str:
    assert account.ended("my-pipeline", execution) == "Failed"
    result = account.actions("my-pipeline", execution)["Source"]["output"]["executionResult"]
    return str(result["errorDetails"]["message"])


def test_an_s3_source_needs_a_versioned_bucket(account: Account) -> None:
    account.bucket("source", versioned=False)
    account.aws.client("s3", HOME).put_object(Bucket="source", Key="app.zip", Body=b"")
    execution = account.create(pipeline([s3_source()], [NEXT]))
    assert "does not have versioning enabled" in failure(account, execution)


def test_a_missing_object_or_bucket_is_named(account: Account) -> None:
    account.bucket("source")
    execution = account.create(pipeline([s3_source()], [NEXT]))
    assert "s3://source/app.zip in us-east-1" in failure(account, execution)
    other = account.create(pipeline([s3_source("nowhere")], [NEXT], name="other"))
    assert account.ended("other", other) == "Failed"


def test_an_older_version_can_be_asked_for(account: Account) -> None:
    account.bucket("source")
    old = account.upload("source", "app.zip", {"app.py": b"old"})
    account.upload("source", "app.zip", {"app.py": b"new"})
    account.create(pipeline([s3_source()], [NEXT]))
    wanted = [{"actionName": "Source", "revisionType": "S3_OBJECT_VERSION_ID", "revisionValue": old}]
    execution = account.start("my-pipeline", sourceRevisions=wanted)
    account.ended("my-pipeline", execution)
    run = account.actions("my-pipeline", execution)["Source"]["output"]
    assert run["outputVariables"]["VersionId"] == old
    assert account.unzip(run["outputArtifacts"][0]["s3location"], HOME) == {"app.py": b"old"}


def test_an_older_commit_can_be_asked_for(account: Account) -> None:
    first = account.create(pipeline([git_source()], [NEXT]))
    account.ended("my-pipeline", first)
    commit = account.execution("my-pipeline", first)["artifactRevisions"][0]["revisionId"]
    account.service.push("my-org/my-service", "main", "Change it", "release-bot")
    wanted = [{"actionName": "Source", "revisionType": "COMMIT_ID", "revisionValue": commit}]
    execution = account.start("my-pipeline", sourceRevisions=wanted)
    account.ended("my-pipeline", execution)
    assert account.actions("my-pipeline", execution)["Source"]["output"]["outputVariables"]["CommitId"] == commit


def test_an_unknown_commit_is_refused(account: Account) -> None:
    account.create(pipeline([git_source()], [NEXT]))
    wanted = [{"actionName": "Source", "revisionType": "COMMIT_ID", "revisionValue": "f" * 40}]
    execution = account.start("my-pipeline", sourceRevisions=wanted)
    assert "is not on the branch main" in failure(account, execution)


def test_the_variables_of_a_git_source(account: Account) -> None:
    execution = account.create(pipeline([git_source()], [NEXT]))
    account.ended("my-pipeline", execution)
    variables = account.actions("my-pipeline", execution)["Source"]["output"]["outputVariables"]
    assert variables.keys() == {
        "AuthorDate",
        "BranchName",
        "CommitId",
        "CommitMessage",
        "ConnectionArn",
        "FullRepositoryName",
        "ProviderType",
    }
    assert (variables["BranchName"], variables["FullRepositoryName"]) == ("main", "my-org/my-service")
