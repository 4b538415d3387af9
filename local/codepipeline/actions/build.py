"""Build and test actions CodeBuild: a real image manifest is pushed to ECR, and its address goes to the outputs."""

import contextlib
import json
import uuid

from botocore.exceptions import ClientError

from local.clients import ADMINISTRATOR
from local.codepipeline import zips
from local.codepipeline.actions import ecs_deploy, image
from local.codepipeline.actions.base import ActionContext, ActionKind, ActionResult
from local.codepipeline.actions.build_settings import BuildSettings, build_settings
from local.codepipeline.declarations import Action, ActionType
from local.codepipeline.errors import ActionError, FailureType
from local.codepipeline.state import Artifact
from local.console import build_url
from local.regions import partition_of

BUILD_SECONDS = 30


def _run(context: ActionContext) -> ActionResult:
    source = _primary(context)
    files = context.files(source)
    settings = build_settings(context, source.revision or _first_revision(context))
    build_id = f"{settings.project}:{uuid.uuid4()}"
    url = build_url(context.region, context.execution.pipeline.account, settings.project, build_id)
    context.report(build_id, url)
    context.pause(BUILD_SECONDS)
    if context.action.type.category == "Test" and not context.action.outputs:
        return ActionResult(build_id, url)
    manifest = image.manifest(settings.repository, context.read(source))
    digest = _push(context, settings, manifest)
    registry = _registry(context)
    uri = f"{registry}/{settings.repository}:{settings.tag}"
    context.write_outputs(zips.pack(files | _descriptions(context, settings, uri, digest)))
    return ActionResult(
        build_id,
        url,
        variables={"IMAGE_URI": uri, "IMAGE_TAG": settings.tag, "IMAGE_DIGEST": digest},
    )


def _primary(context: ActionContext) -> Artifact:
    name = context.configuration.get("PrimarySource", context.inputs[0].name)
    try:
        return next(artifact for artifact in context.inputs if artifact.name == name)
    except StopIteration:
        text = f"The PrimarySource {name} is not among the input artifacts."
        raise ActionError(FailureType.CONFIGURATION, text) from None


def _first_revision(context: ActionContext) -> str:
    """What a build of another build's output is named after."""
    revisions = (run.revision.id for run in context.execution.actions if run.revision is not None)
    return next(revisions, context.execution.id)


def _push(context: ActionContext, settings: BuildSettings, manifest: str) -> str:
    # The project's own role pushes, not the pipeline's; there are no projects here.
    ecr = context.tools.aws.client("ecr", context.region, ADMINISTRATOR)
    with contextlib.suppress(ecr.exceptions.RepositoryAlreadyExistsException):
        ecr.create_repository(repositoryName=settings.repository)
    try:
        pushed = ecr.put_image(
            repositoryName=settings.repository,
            imageManifest=manifest,
            imageManifestMediaType=image.MANIFEST_TYPE,
            imageTag=settings.tag,
        )
    except ecr.exceptions.ImageAlreadyExistsException:
        return image.digest(manifest)
    except ClientError as error:
        text = f"COMMAND_EXECUTION_ERROR: Error while executing command: docker push. Reason: {error}"
        raise ActionError(FailureType.JOB_FAILED, text) from error
    return str(pushed["image"]["imageId"]["imageDigest"])


def _registry(context: ActionContext) -> str:
    suffix = "amazonaws.com.cn" if partition_of(context.region) == "aws-cn" else "amazonaws.com"
    return f"{context.execution.pipeline.account}.dkr.ecr.{context.region}.{suffix}"


def _descriptions(context: ActionContext, settings: BuildSettings, uri: str, digest: str) -> dict[str, bytes]:
    container = settings.container or _deployed_container(context) or settings.repository
    detail = {
        "ImageURI": f"{uri.rpartition(':')[0]}@{digest}",
        "ImageDigest": digest,
        "ImageTags": [settings.tag],
        "RegistryId": context.execution.pipeline.account,
        "RepositoryName": settings.repository,
    }
    return {
        "imagedefinitions.json": json.dumps([{"name": container, "imageUri": uri}]).encode(),
        "imageDetail.json": json.dumps(detail).encode(),
    }


def _deployed_container(context: ActionContext) -> str | None:
    """The container that the pipeline's first ECS deployment of this output runs, as a project's author would know."""
    action = _first_deployment(context)
    if action is None:
        return None
    ecs = context.tools.aws.client("ecs", action.region, ADMINISTRATOR)
    cluster, service = action.configuration["ClusterName"], action.configuration["ServiceName"]
    try:
        services = ecs.describe_services(cluster=cluster, services=[service])["services"]
        if not services:
            return None
        described = ecs.describe_task_definition(taskDefinition=services[0]["taskDefinition"])
    except ClientError:
        return None
    return str(described["taskDefinition"]["containerDefinitions"][0]["name"])


def _first_deployment(context: ActionContext) -> Action | None:
    outputs = set(context.action.outputs)
    actions = (action for _, action in context.execution.pipeline.actions)
    return next(
        (
            action
            for action in actions
            if (action.type.category, action.type.owner, action.type.provider) == ecs_deploy.KEY
            and outputs.intersection(action.inputs)
        ),
        None,
    )


def _kind(category: str) -> ActionKind:
    return ActionKind(
        ActionType(category, "AWS", "CodeBuild", "1"),
        required=frozenset({"ProjectName"}),
        optional=frozenset({"PrimarySource", "EnvironmentVariables", "BatchEnabled", "CombineArtifacts"}),
        inputs=(1, 5),
        outputs=(0, 5),
        run=_run,
    )


KIND = _kind("Build")
TEST_KIND = _kind("Test")
