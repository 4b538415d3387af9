"""Checks that prove the arrival of an image."""

from collections.abc import Iterable, Mapping

from crosscheck.contracts.check import PlannedCheck
from crosscheck.errors import ConfigurationError
from crosscheck.services.ecr.check import EcrImage
from crosscheck.services.ecs.check import EcsService


def added_images(
    given: Mapping[str, str], region: str, source_region: str, derived: Iterable[PlannedCheck]
) -> tuple[PlannedCheck, ...]:
    """The checks of a plan's ``ecr-image`` in one region: the image that it names, else the intended ones.

    ``derived`` are the checks of the deploy actions; ``source_region`` is where images are pushed unless the plan says
    otherwise. An image in a deploy action's artifact names its registry itself.

    Raises:
        ConfigurationError: the keys do not go together, or nothing says which image is meant.
    """
    if "tag" in given and "digest" in given:
        raise ConfigurationError("checks: ecr-image takes tag or digest, not both")
    if "tag" in given or "digest" in given:
        if "repository" not in given:
            raise ConfigurationError("checks: ecr-image needs the key repository with tag or digest")
        return (PlannedCheck(EcrImage.kind, region, _ordered({"source_region": source_region, **given})),)
    idle = sorted(given.keys() & {"source_region", "account"})
    if idle:
        raise ConfigurationError(f"checks: {idle[0]} of ecr-image goes with tag or digest")
    return _intended(given, region, derived)


def _intended(given: Mapping[str, str], region: str, derived: Iterable[PlannedCheck]) -> tuple[PlannedCheck, ...]:
    services = [check for check in derived if (check.kind, check.region) == (EcsService.kind, region)]
    if not services:
        raise ConfigurationError(
            f"checks: ecr-image needs repository with tag or digest: no ECS action of {region} says which image"
        )
    return tuple(
        PlannedCheck(EcrImage.kind, region, {**given, "service": service.target}, service.run, service.unsupported)
        for service in services
    )


def _ordered(parameters: Mapping[str, str]) -> Mapping[str, str]:
    return {key: parameters[key] for key in EcrImage.parameters if key in parameters}
