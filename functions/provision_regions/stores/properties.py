"""The properties of `Custom::ArtifactStores`."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from provision_regions.context import ProviderContext
from provision_regions.custom_resource.properties import PropertyReader

PREFIX = re.compile(r"[a-z0-9]([a-z0-9.-]{0,28}[a-z0-9])?")
RESERVED_STARTS = ("xn--", "sthree-", "amzn-s3-demo-")  # S3 refuses such names of buckets
MAX_BUCKET_NAME = 63
MAX_DAYS = 36_500
ACCOUNT = re.compile("[0-9]{12}")
KNOWN = frozenset({"Regions", "IncludeHome", "Prefix", "OnDelete", "ExpireArtifactsAfterDays", "ReaderAccounts"})


@dataclass(frozen=True)
class StoreProperties:
    """What the template asks for. ``regions`` has its order; IncludeHome adds the home region in front.
    ``empties`` is whether a later Delete empties the stores. ``reader_accounts`` are other accounts whose actions read
    artifacts."""

    regions: tuple[str, ...]
    prefix: str
    expire_days: int
    empties: bool = False
    reader_accounts: tuple[str, ...] = ()


def read_properties(raw: Mapping[str, object], context: ProviderContext) -> StoreProperties:
    """Read the properties of a Create or an Update.

    Raises:
        ConfigurationError: the text names every problem.
    """
    reader = PropertyReader(raw, KNOWN)
    prefix = raw.get("Prefix")
    reader.problems += _prefix_problems(prefix, context)
    regions = reader.regions("Regions", context.partition, required=False)
    if reader.boolean("IncludeHome") and context.home_region not in regions:
        regions = (context.home_region, *regions)
    if not regions:
        reader.problems.append("Regions is empty: name at least one region")
    reader.problems += _length_problems(str(prefix), regions, context)
    on_delete = raw.get("OnDelete", "Retain")
    if on_delete not in ("Retain", "Empty"):
        reader.problems.append("OnDelete must be Retain or Empty")
    days = _days(raw.get("ExpireArtifactsAfterDays", "0"))
    if days is None:
        reader.problems.append(f"ExpireArtifactsAfterDays must be a whole number from 0 (never) to {MAX_DAYS}")
    readers = reader.strings("ReaderAccounts", expected="a list of accounts", required=False)
    reader.problems += [f"ReaderAccounts: {each[:40]!r} is no account, 12 digits" for each in _no_accounts(readers)]
    reader.raise_problems()
    return StoreProperties(regions, str(prefix), days or 0, on_delete == "Empty", tuple(dict.fromkeys(readers)))


def readable_prefix(prefix: object) -> str | None:
    """The prefix; None if no store can ever have had it."""
    return prefix if isinstance(prefix, str) and PREFIX.fullmatch(prefix) and ".." not in prefix else None


def _prefix_problems(prefix: object, context: ProviderContext) -> Iterable[str]:
    if not isinstance(prefix, str) or not prefix:
        yield "Prefix is missing"
        return
    if not PREFIX.fullmatch(prefix) or ".." in prefix:
        yield f"Prefix {prefix[:40]!r} must be 1 to 30 of a-z, 0-9, '.', '-', a letter or digit at both ends, no '..'"
    if prefix.startswith(RESERVED_STARTS):
        yield f"Prefix {prefix[:40]!r} begins with a word that S3 keeps for itself"
    if not prefix.startswith(context.store_prefix):
        yield (
            f"Prefix {prefix[:40]!r} must begin with {context.store_prefix!r} (ArtifactStorePrefix of the stack that "
            "serves this resource), because the function's rights in S3 end there; if that parameter was changed, set "
            "it back"
        )


def _length_problems(prefix: str, regions: Iterable[str], context: ProviderContext) -> Iterable[str]:
    for region in regions:
        if len(f"{prefix}-{region}-{context.account}") > MAX_BUCKET_NAME:
            yield f"the bucket's name for {region} would be longer than {MAX_BUCKET_NAME} characters"


def _no_accounts(named: Iterable[str]) -> Iterable[str]:
    return (each for each in named if not ACCOUNT.fullmatch(each))


def _days(value: object) -> int | None:
    text = str(value).strip()
    return int(text) if re.fullmatch("[0-9]{1,5}", text) and int(text) <= MAX_DAYS else None
