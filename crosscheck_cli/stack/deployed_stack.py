"""The stack as CloudFormation describes it."""

from collections.abc import Mapping
from dataclasses import dataclass

from botocore.exceptions import ClientError

from crosscheck.aws_errors import message
from crosscheck.clients import Clients
from crosscheck.errors import ConfigurationError
from crosscheck.ledger.release_index import ReleaseIndex
from crosscheck.ledger.table import Ledger

_MARK = "LedgerTableName"


@dataclass(frozen=True)
class DeployedStack:
    """A stack of Crosscheck. ``resources`` gives the physical id of each logical one, ``types`` its type."""

    name: str
    arn: str
    status: str
    parameters: Mapping[str, str]
    outputs: Mapping[str, str]
    resources: Mapping[str, str]
    types: Mapping[str, str]

    @property
    def partition(self) -> str:
        """The partition of AWS, such as ``aws``."""
        return self.arn.split(":")[1]

    @property
    def home_region(self) -> str:
        """The region that hosts the stack."""
        return self.arn.split(":")[3]

    @property
    def account(self) -> str:
        """The account that hosts the stack."""
        return self.arn.split(":")[4]

    @property
    def other_regions(self) -> tuple[str, ...]:
        """The parameter ``Regions``, without the home region."""
        return tuple(region for region in self.listed("Regions") if region != self.home_region)

    @property
    def regions(self) -> tuple[str, ...]:
        """The home region and those of the parameter ``Regions``."""
        return (self.home_region, *self.other_regions)

    def listed(self, parameter: str) -> tuple[str, ...]:
        """The values of a parameter that is a list."""
        values = (value.strip() for value in self.parameters.get(parameter, "").split(","))
        return tuple(filter(None, values))

    def of_type(self, kind: str) -> Mapping[str, str]:
        """The physical ids of the resources of a type, by their logical ones."""
        return {name: self.resources[name] for name, given in self.types.items() if given == kind}

    def ledger(self, clients: Clients) -> Ledger:
        """The stack's ledger."""
        return Ledger(clients.client("dynamodb"), self.outputs[_MARK], self._retention_days)

    def index(self, clients: Clients) -> ReleaseIndex:
        """What the stack's ledger lists."""
        return ReleaseIndex(clients.client("dynamodb"), self.outputs[_MARK], self._retention_days)

    @property
    def _retention_days(self) -> int:
        return int(self.parameters["LedgerRetentionDays"])


def read_stack(clients: Clients, name: str) -> DeployedStack:
    """The stack of that name in the session's region.

    Raises:
        ConfigurationError: there is none, or it is no stack of Crosscheck's.
    """
    client = clients.client("cloudformation")
    try:
        found = client.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        if "does not exist" not in message(error):
            raise
        where = f"there is no stack {name} in {clients.home_region}"
        raise ConfigurationError(f"{where}: name it with --stack, and its region with --region") from error
    outputs = {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])}
    if _MARK not in outputs:
        raise ConfigurationError(
            f"the stack {name} is {found['StackStatus']} and has no output {_MARK}: it is no stack of Crosscheck's, or "
            "was never deployed to the end"
        )
    pages = client.get_paginator("list_stack_resources").paginate(StackName=name)
    listed = [each for page in pages for each in page["StackResourceSummaries"]]
    return DeployedStack(
        name=name,
        arn=found["StackId"],
        status=found["StackStatus"],
        parameters={each["ParameterKey"]: each["ParameterValue"] for each in found.get("Parameters", [])},
        outputs=outputs,
        resources={each["LogicalResourceId"]: each.get("PhysicalResourceId", "") for each in listed},
        types={each["LogicalResourceId"]: each["ResourceType"] for each in listed},
    )
