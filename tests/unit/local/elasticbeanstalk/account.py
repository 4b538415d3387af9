"""An Elastic Beanstalk on a loopback port, with source bundles in a fake S3."""

from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from local.aws_json.authorization import Decides
from local.clients import ACCOUNT_ID, ADMINISTRATOR, Aws, Credentials
from local.clock import Clock
from local.elasticbeanstalk import ElasticBeanstalk
from local.outcomes import Outcome, Outcomes
from tests.unit.local.served import SetClock

REGION = "eu-west-1"
APPLICATION = "my-app"
ENVIRONMENT = "my-env"
STACK = "64bit Amazon Linux 2023 v6.1.5 running Node.js 20"
STORE = "store"
SETTLED = 10_000.0  # seconds after which nothing more happens by itself

Wire = dict[str, Any]


def refusal(status: int, operation: str) -> ClientError:
    response: Any = {"Error": {"Code": str(status)}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, operation)


@dataclass
class FakeS3:
    """Buckets with their regions, and the keys that exist in any of them; ``forbidden`` ones may not be read."""

    regions: dict[str, str | None] = field(default_factory=lambda: {STORE: REGION})
    keys: set[str] = field(default_factory=set)
    forbidden: set[str] = field(default_factory=set)

    def get_bucket_location(self, *, Bucket: str) -> Wire:  # noqa: N803 - boto3's name
        if Bucket not in self.regions:
            raise refusal(404, "GetBucketLocation")
        return {"LocationConstraint": self.regions[Bucket]}

    def head_object(self, *, Bucket: str, Key: str) -> Wire:  # noqa: N803 - boto3's names
        if Key in self.forbidden:
            raise refusal(403, "HeadObject")
        if Bucket not in self.regions or Key not in self.keys:
            raise refusal(404, "HeadObject")
        return {}


class FakeAws(Aws):
    """The services that Elastic Beanstalk asks."""

    def __init__(self) -> None:
        super().__init__("")
        self.s3 = FakeS3()

    def client(self, service: str, region: str, credentials: Credentials = ADMINISTRATOR) -> Any:
        assert (service, credentials) == ("s3", ADMINISTRATOR)
        return self.s3


@dataclass
class Account:
    """What a test works with."""

    s3: FakeS3
    service: ElasticBeanstalk
    clock: Clock
    outcomes: Outcomes
    clients: Aws

    def api(self, region: str = REGION) -> Any:
        return self.clients.client("elasticbeanstalk", region)

    def launch(self, name: str = ENVIRONMENT, **more: Any) -> Wire:
        """Create an environment; the application must be there."""
        named = {"ApplicationName": APPLICATION, "EnvironmentName": name, "SolutionStackName": STACK}
        return dict(self.api().create_environment(**named | more))

    def version(self, label: str, key: str | None = None, **more: Any) -> Wire:
        """Create a version whose bundle is there; the key is the label, if none is given."""
        self.s3.keys.add(key or label)
        bundle = {"S3Bucket": STORE, "S3Key": key or label}
        named = {"ApplicationName": APPLICATION, "VersionLabel": label, "SourceBundle": bundle}
        return dict(self.api().create_application_version(**named | more)["ApplicationVersion"])

    def update(self, label: str, **more: Any) -> Wire:
        """Begin the deployment of a version."""
        return dict(self.api().update_environment(**{"EnvironmentName": ENVIRONMENT, "VersionLabel": label} | more))

    def deploy(self, label: str, outcome: Outcome = Outcome.HEALTHY, seconds: float = SETTLED) -> Wire:
        """Make a version and deploy it; the environment after so many seconds."""
        self.version(label)
        self.outcomes.choose(REGION, "ElasticBeanstalk", ENVIRONMENT, outcome)
        self.update(label)
        self.after(seconds)
        return self.environment()

    def after(self, seconds: float) -> None:
        assert isinstance(self.clock, SetClock)
        self.clock.time += seconds

    def environment(self) -> Wire:
        (found,) = self.api().describe_environments(EnvironmentNames=[ENVIRONMENT])["Environments"]
        return dict(found)

    def look(self) -> tuple[str, str, str, str]:
        """Status, version, health and health status of the environment."""
        found = self.environment()
        return found["Status"], found["VersionLabel"], found["Health"], found["HealthStatus"]

    def messages(self, **asked: Any) -> list[str]:
        """The environment's events, the newest first."""
        return [event["Message"] for event in self.api().describe_events(**asked)["Events"]]

    def page(self) -> tuple[bool, str]:
        return self.service.page(REGION, ENVIRONMENT)


def open_service(clients: Aws, decide: Decides | None = None) -> Account:
    aws, clock, outcomes = FakeAws(), SetClock(), Outcomes()
    service = ElasticBeanstalk(aws, clock, outcomes, ACCOUNT_ID, decide)
    return Account(aws.s3, service, clock, outcomes, clients)


def refused(error: ClientError) -> tuple[str, str]:
    """Its code and message."""
    return error.response["Error"]["Code"], error.response["Error"]["Message"]
