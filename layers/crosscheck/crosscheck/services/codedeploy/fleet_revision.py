"""Whether a deployment to a fleet brought the input artifact of its action.

CodePipeline hands CodeDeploy the copy in the store of the action's region. Nothing says that it names that copy as the
action's input, not the one in the pipeline's own store, so it is the content that counts where the places differ.
"""

from crosscheck.clients import Clients
from crosscheck.contracts.check import Outcome
from crosscheck.contracts.verdicts import Verdict
from crosscheck.pipelines.runs import ActionRun, Artifact
from crosscheck.services.artifacts.difference import difference
from crosscheck.services.artifacts.directory import NotComparableError, read_directory
from crosscheck.services.codedeploy.deployments import GroupDeployment


def judge_revision(ours: GroupDeployment, run: ActionRun | None, region: str, aws: Clients) -> Outcome | None:
    """What is wrong with what was deployed; None where it is the artifact, or nobody knows a run.

    Only of the platform Server: what is deployed to ECS is an AppSpec that CodePipeline makes of templates.

    Raises:
        ClientError, BotoCoreError: S3 or KMS refused otherwise than by denying, or did not answer.
    """
    if run is None:
        return None
    if not run.inputs:
        return Outcome(Verdict.INCONCLUSIVE, f"CodePipeline names no input artifact of {run.name}")
    deployed = Artifact(ours.revision.bucket, ours.revision.key)
    if deployed in run.inputs.values():
        return None
    meant = min(run.inputs.values(), key=lambda artifact: (artifact.bucket, artifact.key))
    other = f"{ours.id} deployed {ours.revision.text}, not the action's s3://{meant.bucket}/{meant.key}"
    if not deployed.bucket:
        return Outcome(Verdict.FAIL, other)
    return _compare(deployed, meant, other, region, aws)


def _compare(deployed: Artifact, meant: Artifact, other: str, region: str, aws: Clients) -> Outcome | None:
    client = aws.client("s3", region)
    try:
        differs = difference(read_directory(client, deployed, region), read_directory(client, meant, region))
    except NotComparableError as error:
        return Outcome(Verdict.INCONCLUSIVE, f"{other}, and the two were not compared: {error}")
    return Outcome(Verdict.FAIL, f"{other}: {differs}") if differs else None
