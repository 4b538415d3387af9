"""Every service that Crosscheck knows. A new one is a folder under ``services`` and a line here."""

from collections.abc import Mapping

from crosscheck.contracts.check import Check
from crosscheck.contracts.service import DeployProvider
from crosscheck.services.alarms import SERVICE as ALARMS
from crosscheck.services.artifacts import SERVICE as ARTIFACTS
from crosscheck.services.cloudformation import SERVICE as CLOUDFORMATION
from crosscheck.services.codedeploy import SERVICE as CODEDEPLOY
from crosscheck.services.codepipeline import SERVICE as CODEPIPELINE
from crosscheck.services.ecr import SERVICE as ECR
from crosscheck.services.ecs import SERVICE as ECS
from crosscheck.services.elasticbeanstalk import SERVICE as ELASTIC_BEANSTALK
from crosscheck.services.http import SERVICE as HTTP
from crosscheck.services.lambda_ import SERVICE as LAMBDA
from crosscheck.services.metric import SERVICE as METRIC
from crosscheck.services.s3 import SERVICE as S3
from crosscheck.services.window import SERVICE as WINDOW

# Preflight tells what it found in this order: the stores of a pipeline come first.
SERVICES = (
    CODEPIPELINE,
    S3,
    ECR,
    ALARMS,
    ARTIFACTS,
    CLOUDFORMATION,
    CODEDEPLOY,
    ECS,
    ELASTIC_BEANSTALK,
    HTTP,
    LAMBDA,
    METRIC,
    WINDOW,
)

CHECKS: Mapping[str, Check] = {check.kind: check for service in SERVICES for check in service.checks}
"""The checks that a plan may ask for, by kind."""
EVERY_CHECK: Mapping[str, Check] = {
    check.kind: check for service in SERVICES for check in (*service.checks, *service.internal_checks)
}
"""All checks by kind. Some of them only Crosscheck itself plans: preflight's, and the proofs of rollbacks."""
DEPLOY_PROVIDERS: Mapping[str, DeployProvider] = {
    provider.name: provider for service in SERVICES for provider in service.deploy_providers
}
"""The providers of deploy actions, by CodePipeline's name."""
