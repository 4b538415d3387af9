"""What IAM is asked for a request to CodePipeline.

The resources are those of the service authorization reference,
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscodepipeline.html. What AWS asks besides is
not asked here: ``iam:PassRole`` for a pipeline's role, TagResource for a pipeline that is created with tags.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import assert_never

from local.aws_json.authorization import EVERYTHING, Right, arn
from local.aws_json.messages import Parameters, Request

SERVICE = "codepipeline"


class Kind(StrEnum):
    """What an operation is authorised for, as the reference names it; a tagged resource may be of several types."""

    PIPELINE = "pipeline"
    STAGE = "stage"
    ACTION = "action"
    TAGGED = "tagged"
    NONE = EVERYTHING


KINDS: Mapping[str, Kind] = {
    "CreatePipeline": Kind.PIPELINE,
    "DeletePipeline": Kind.PIPELINE,
    "DisableStageTransition": Kind.STAGE,
    "EnableStageTransition": Kind.STAGE,
    "GetJobDetails": Kind.NONE,
    "GetPipeline": Kind.PIPELINE,
    "GetPipelineExecution": Kind.PIPELINE,
    "GetPipelineState": Kind.PIPELINE,
    "ListActionExecutions": Kind.PIPELINE,
    "ListPipelineExecutions": Kind.PIPELINE,
    "ListPipelines": Kind.NONE,
    "ListRuleExecutions": Kind.PIPELINE,
    "ListRuleTypes": Kind.NONE,
    "ListTagsForResource": Kind.TAGGED,
    "OverrideStageCondition": Kind.STAGE,
    "PutApprovalResult": Kind.ACTION,
    "PutJobFailureResult": Kind.NONE,
    "PutJobSuccessResult": Kind.NONE,
    "RetryStageExecution": Kind.STAGE,
    "RollbackStage": Kind.STAGE,
    "StartPipelineExecution": Kind.PIPELINE,
    "StopPipelineExecution": Kind.PIPELINE,
    "TagResource": Kind.TAGGED,
    "UntagResource": Kind.TAGGED,
    "UpdatePipeline": Kind.PIPELINE,
}


def needed(request: Request) -> list[Right]:
    """The rights that a request needs whose parameters are checked."""
    return [Right(f"{SERVICE}:{request.name}", _resource(request))]


def _resource(request: Request) -> str:
    parameters = request.parameters
    match KINDS[request.name]:
        case Kind.PIPELINE:
            return arn(request, _pipeline(parameters))
        case Kind.STAGE:
            return arn(request, f"{_pipeline(parameters)}/{parameters['stageName']}")
        case Kind.ACTION:
            return arn(request, f"{_pipeline(parameters)}/{parameters['stageName']}/{parameters['actionName']}")
        case Kind.TAGGED:
            return str(parameters["resourceArn"])
        case Kind.NONE:
            return EVERYTHING
        case unknown:
            assert_never(unknown)


def _pipeline(parameters: Parameters) -> str:
    """The name, wherever the operation has it."""
    return str(parameters.get("pipelineName") or parameters.get("name") or parameters["pipeline"]["name"])
