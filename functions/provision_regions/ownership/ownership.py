"""Tells by the tags of a bucket, a key or a parameter to whom it belongs."""

from collections.abc import Mapping
from enum import StrEnum

from crosscheck.errors import CrosscheckError
from provision_regions.ownership.names import ADOPT_TAG, OWNER_TAG, PREFIX_TAG, Names


class Ownership(StrEnum):
    """Whose a bucket, a key or a parameter is."""

    ABSENT = "absent"
    UNTAGGED = "untagged"  # a bucket without any tag; it is ours if a run was killed between making and tagging it
    OURS = "ours"
    ADOPTED = "adopted"  # a person lets us use it, but neither empty nor delete it
    FOREIGN = "foreign"


class ForeignError(CrosscheckError):
    """Something of a name that we need belongs to somebody else. It was left as it is."""


def ownership_by_tags(tags: Mapping[str, str], names: Names) -> Ownership:
    """To whom it belongs. Adoption comes first: what was ever adopted is never emptied."""
    if tags.get(ADOPT_TAG) == names.owner:
        return Ownership.ADOPTED
    if tags.get(OWNER_TAG) == names.owner:
        # A key also has a tag with its prefix: during a rename, a resource has keys of two prefixes.
        return Ownership.OURS if tags.get(PREFIX_TAG, names.prefix) == names.prefix else Ownership.FOREIGN
    return Ownership.FOREIGN if tags else Ownership.UNTAGGED


def foreign(what: str, names: Names) -> ForeignError:
    """The error, which says how to let us use it."""
    return ForeignError(
        f"{what} exists and is not ours; it was left as it is. To have it used, tag it {ADOPT_TAG} = {names.owner}"
    )
