"""The kinds of actions that the local account runs, by (category, owner, provider)."""

from collections.abc import Mapping

from local.codepipeline.actions import (
    approval,
    build,
    cloudformation,
    codedeploy,
    codedeploy_ecs,
    ecs_deploy,
    elastic_beanstalk,
    lambda_deploy,
    lambda_invoke,
    repository_source,
    s3_deploy,
    s3_source,
)
from local.codepipeline.actions.base import ActionKind
from local.codepipeline.declarations import ActionType

Key = tuple[str, str, str]

_KINDS = (
    approval.KIND,
    s3_source.KIND,
    repository_source.KIND,
    build.KIND,
    build.TEST_KIND,
    ecs_deploy.KIND,
    codedeploy.KIND,
    codedeploy_ecs.KIND,
    elastic_beanstalk.KIND,
    cloudformation.KIND,
    s3_deploy.KIND,
    lambda_deploy.KIND,
    lambda_invoke.KIND,
)

REGISTRY: Mapping[Key, ActionKind] = {
    (kind.type.category, kind.type.owner, kind.type.provider): kind for kind in _KINDS
}


def kind_of(action_type: ActionType) -> ActionKind:
    """The kind of an action that the definition rules let through."""
    return REGISTRY[action_type.category, action_type.owner, action_type.provider]
