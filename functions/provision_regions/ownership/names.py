"""The names of everything that belongs to one resource, and whose something of such a name is, by its tags."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from crosscheck.errors import ConfigurationError, CrosscheckError
from provision_regions.context import ProviderContext
from provision_regions.custom_resource.request import Request

OWNER_TAG = "crosscheck:owner"
PREFIX_TAG = "crosscheck:prefix"  # during a rename, which is a replacement, one resource has two prefixes
ADOPT_TAG = "crosscheck:adopt"
MAX_TAG_VALUE = 256
RECORDS = "/crosscheck/_records"
# The parameters of such a stack would lie among the plans of the gate or among our own records.
RESERVED_STACKS = frozenset({"plans", "_records"})


@dataclass(frozen=True)
class Names:
    """The names of one resource."""

    partition: str
    account: str
    home_region: str
    stack: str
    logical_id: str
    prefix: str

    @property
    def owner(self) -> str:
        """The value of the tag that says to whom something belongs."""
        return f"{self.home_region}/{self.stack}/{self.logical_id}"

    @property
    def alias(self) -> str:
        """The key's alias. KMS allows no dots in it."""
        return f"alias/{self.prefix.replace('.', '_')}"

    @property
    def parameter_path(self) -> str:
        """The path of the stores' parameters, one per region."""
        return f"/crosscheck/{self.stack}/{self.prefix}"

    @property
    def record(self) -> str:
        """The parameter of the resource's record. No stack's name begins with an underscore."""
        return f"{RECORDS}/{self.stack}/{self.logical_id}/{self.prefix}"

    def bucket(self, region: str) -> str:
        """The bucket of a region."""
        return f"{self.prefix}-{region}-{self.account}"

    def bucket_arn(self, region: str) -> str:
        """The bucket's ARN, in its partition."""
        return f"arn:{self.partition}:s3:::{self.bucket(region)}"

    def parameter(self, region: str) -> str:
        """The parameter that holds the region's store."""
        return f"{self.parameter_path}/{region}"


def names_for(request: Request, context: ProviderContext, prefix: str) -> Names:
    """The names for a request.

    Raises:
        ConfigurationError: the stack has a reserved name, or the owner's tag is too long.
    """
    if request.stack_name in RESERVED_STACKS:
        raise ConfigurationError(
            f"a stack must not be called {request.stack_name!r}: Crosscheck keeps the parameters "
            f"/crosscheck/{request.stack_name}/ for itself; nothing was made, give the stack another name"
        )
    names = Names(
        context.partition.name, context.account, context.home_region, request.stack_name, request.logical_id, prefix
    )
    if len(names.owner) > MAX_TAG_VALUE:
        raise ConfigurationError(f"stack name and logical id are too long: the tag {OWNER_TAG} holds {MAX_TAG_VALUE}")
    return names


def names_for_removal(request: Request, context: ProviderContext, prefix: str | None) -> Names | None:
    """The names for a Delete; None if nothing was ever made for such a request."""
    try:
        return names_for(request, context, prefix) if prefix else None
    except ConfigurationError:
        return None


def compact(value: object) -> str:
    """The value as JSON without blanks."""
    return json.dumps(value, separators=(",", ":"))


class Ownership(StrEnum):
    """Whose a bucket, a key or a parameter is."""

    ABSENT = "absent"
    UNTAGGED = "untagged"  # a bucket without any tag; it is ours if a run was killed between making and tagging it
    OURS = "ours"
    ADOPTED = "adopted"  # a person lets us use it, but neither empty nor delete it
    FOREIGN = "foreign"


class ForeignError(CrosscheckError):
    """Something of a name that we need belongs to somebody else. It was left as it is."""


def ownership_by_tags(tags: Mapping[str, str], names: Names, *, untagged: Ownership = Ownership.FOREIGN) -> Ownership:
    """To whom it belongs. Adoption comes first: what was ever adopted is never emptied."""
    if tags.get(ADOPT_TAG) == names.owner:
        return Ownership.ADOPTED
    if tags.get(OWNER_TAG) == names.owner:
        # A key also has a tag with its prefix: during a rename, a resource has keys of two prefixes.
        return Ownership.OURS if tags.get(PREFIX_TAG, names.prefix) == names.prefix else Ownership.FOREIGN
    return Ownership.FOREIGN if tags else untagged


def foreign(what: str, names: Names) -> ForeignError:
    """The error, which says how to let us use it."""
    return ForeignError(
        f"{what} exists and is not ours; it was left as it is. To have it used, tag it {ADOPT_TAG} = {names.owner}"
    )
