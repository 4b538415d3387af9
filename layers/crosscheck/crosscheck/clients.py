"""The one place that creates AWS clients.

Creating a client costs 5 to 40 ms and is not thread-safe on a shared session; using one is. So clients are
made under a lock, kept per (service, region), and may be called from many threads. A call that nobody answers
ends after about half a minute with all its tries, below every function's own timeout, so that a black-hole
endpoint in one region cannot hold up the others.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, cast

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_codedeploy import CodeDeployClient
    from mypy_boto3_codepipeline import CodePipelineClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_ecr import ECRClient
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient
    from mypy_boto3_stepfunctions import SFNClient

CONFIG = Config(
    connect_timeout=3,
    read_timeout=6,
    retries={"mode": "standard", "total_max_attempts": 3},
    max_pool_connections=40,
    user_agent_extra="crosscheck",
)
# For functions with minutes to spare, whose calls may themselves take seconds: emptying a bucket.
PATIENT = CONFIG.merge(Config(read_timeout=30))


class Clients:
    """Cached clients of one session; ``region`` None means the function's own region."""

    def __init__(self, session: boto3.Session | None = None, config: Config = CONFIG) -> None:
        self._session = session or boto3.Session()
        self._config = config
        self._lock = threading.Lock()
        self._cache: dict[tuple[str, str | None], Any] = {}

    @property
    def home_region(self) -> str:
        """The region in which the function runs."""
        return self._session.region_name

    def _get(self, service: str, region: str | None) -> Any:
        with self._lock:
            key = (service, region)
            if key not in self._cache:
                make = cast("Any", self._session.client)  # the stubs want a literal service name
                self._cache[key] = make(service, region_name=region, config=self._config)
            return self._cache[key]

    def cloudformation(self, region: str | None = None) -> CloudFormationClient:
        """CloudFormation."""
        return cast("CloudFormationClient", self._get("cloudformation", region))

    def cloudwatch(self, region: str | None = None) -> CloudWatchClient:
        """CloudWatch."""
        return cast("CloudWatchClient", self._get("cloudwatch", region))

    def codedeploy(self, region: str | None = None) -> CodeDeployClient:
        """CodeDeploy."""
        return cast("CodeDeployClient", self._get("codedeploy", region))

    def codepipeline(self, region: str | None = None) -> CodePipelineClient:
        """CodePipeline: jobs in the function's region, pipelines in theirs."""
        return cast("CodePipelineClient", self._get("codepipeline", region))

    def dynamodb(self, region: str | None = None) -> DynamoDBClient:
        """DynamoDB."""
        return cast("DynamoDBClient", self._get("dynamodb", region))

    def ecr(self, region: str | None = None) -> ECRClient:
        """ECR."""
        return cast("ECRClient", self._get("ecr", region))

    def ecs(self, region: str | None = None) -> ECSClient:
        """ECS."""
        return cast("ECSClient", self._get("ecs", region))

    def events(self, region: str | None = None) -> EventBridgeClient:
        """EventBridge."""
        return cast("EventBridgeClient", self._get("events", region))

    def kms(self, region: str | None = None) -> KMSClient:
        """KMS."""
        return cast("KMSClient", self._get("kms", region))

    def lambda_(self, region: str | None = None) -> LambdaClient:
        """Lambda."""
        return cast("LambdaClient", self._get("lambda", region))

    def s3(self, region: str | None = None) -> S3Client:
        """S3."""
        return cast("S3Client", self._get("s3", region))

    def secretsmanager(self, region: str | None = None) -> SecretsManagerClient:
        """Secrets Manager."""
        return cast("SecretsManagerClient", self._get("secretsmanager", region))

    def sqs(self, region: str | None = None) -> SQSClient:
        """SQS."""
        return cast("SQSClient", self._get("sqs", region))

    def stepfunctions(self, region: str | None = None) -> SFNClient:
        """Step Functions."""
        return cast("SFNClient", self._get("stepfunctions", region))

    def ssm(self, region: str | None = None) -> SSMClient:
        """Systems Manager."""
        return cast("SSMClient", self._get("ssm", region))
