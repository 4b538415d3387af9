"""The properties of `Custom::ArtifactStores`. CloudFormation sends every value as a string or a list of strings."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from crosscheck.errors import ConfigurationError
from provision_regions.context import ProviderContext

PREFIX = re.compile(r"[a-z0-9]([a-z0-9.-]{0,28}[a-z0-9])?")
RESERVED_STARTS = ("xn--", "sthree-", "amzn-s3-demo-")  # S3 refuses buckets that begin so
MAX_BUCKET_NAME = 63
MAX_DAYS = 36_500
KNOWN = frozenset({"Regions", "IncludeHome", "Prefix", "OnDelete", "ExpireArtifactsAfterDays"})
IGNORED = frozenset({"ServiceToken", "ServiceTimeout"})


class OnDelete(StrEnum):
    """What becomes of the stores when the resource is deleted."""

    RETAIN = "Retain"
    EMPTY = "Empty"


@dataclass(frozen=True)
class StoreProperties:
    """What the template asks for; ``regions`` in its order, the home region first where it is included."""

    regions: tuple[str, ...]
    prefix: str
    on_delete: OnDelete
    expire_days: int


def read_properties(raw: Mapping[str, object], context: ProviderContext) -> StoreProperties:
    """Read the properties of a Create or an Update.

    Raises:
        ConfigurationError: with every problem, in words.
    """
    problems = [f"unknown property {name[:40]}" for name in sorted(raw.keys() - KNOWN - IGNORED)]
    prefix = raw.get("Prefix")
    problems += _prefix_problems(prefix, context)
    regions = listed_regions(raw)
    problems += _region_problems(regions, context)
    if not isinstance(raw.get("Regions", ""), str | list):
        problems.append("Regions must be a list of regions")
    home = _boolean(raw.get("IncludeHome", "false"))
    if home is None:
        problems.append("IncludeHome must be true or false")
    if home and context.home_region not in regions:
        regions = (context.home_region, *regions)
    if not regions:
        problems.append("Regions is empty: name at least one region")
    text = str(prefix)
    long = [region for region in regions if len(f"{text}-{region}-{context.account}") > MAX_BUCKET_NAME]
    problems += [f"the bucket's name for {region} would be longer than {MAX_BUCKET_NAME} characters" for region in long]
    on_delete = raw.get("OnDelete", OnDelete.RETAIN)
    if on_delete not in list(OnDelete):
        problems.append("OnDelete must be Retain or Empty")
    days = _days(raw.get("ExpireArtifactsAfterDays", "0"))
    if days is None:
        problems.append(f"ExpireArtifactsAfterDays must be a whole number from 0 (never) to {MAX_DAYS}")
    if problems:
        raise ConfigurationError("; ".join(problems))
    return StoreProperties(regions, text, OnDelete(str(on_delete)), days or 0)


def listed_regions(raw: Mapping[str, object]) -> tuple[str, ...]:
    """The regions as the template lists them: a list, or one string with commas; an empty parameter is ``[""]``."""
    value = raw.get("Regions", "")
    entries = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    return tuple(text for entry in entries if (text := str(entry).strip()))


def readable_prefix(raw: Mapping[str, object]) -> str | None:
    """The prefix where it could ever have named a store, else None."""
    prefix = raw.get("Prefix")
    return prefix if isinstance(prefix, str) and PREFIX.fullmatch(prefix) and ".." not in prefix else None


def readable_regions(raw: Mapping[str, object], context: ProviderContext) -> tuple[str, ...]:
    """The regions that properties name, whatever else is wrong with them."""
    home = (context.home_region,) if _boolean(raw.get("IncludeHome", "false")) else ()
    return tuple(
        dict.fromkeys(region for region in (*home, *listed_regions(raw)) if region in context.partition.regions)
    )


def shall_empty(raw: Mapping[str, object]) -> bool:
    """Whether a Delete empties; whatever is not plainly Empty retains."""
    return raw.get("OnDelete") == OnDelete.EMPTY


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


def _region_problems(regions: tuple[str, ...], context: ProviderContext) -> Iterable[str]:
    unknown = sorted(set(regions) - context.partition.regions)
    for region in unknown:
        yield f"unknown region {region[:40]!r} (partition {context.partition.name})"
    for region in sorted({region for region in regions if regions.count(region) > 1} - set(unknown)):
        yield f"region {region} is listed twice"


def _boolean(value: object) -> bool | None:
    return {"true": True, "false": False}.get(str(value).lower())


def _days(value: object) -> int | None:
    text = str(value).strip()
    if isinstance(value, bool) or not text.isascii() or not text.isdigit() or len(text) > len(str(MAX_DAYS)):
        return None
    return int(text) if int(text) <= MAX_DAYS else None
