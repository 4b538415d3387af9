"""The check ``ecr-image``: an image, by digest and with all its manifests, has arrived in the region's registry."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from crosscheck.aws_errors import AWS_ERRORS, explain
from crosscheck.clients import Clients
from crosscheck.contracts.check import Check, Outcome, PlannedCheck
from crosscheck.contracts.parameters import matching
from crosscheck.contracts.verdicts import Finding, Verdict, worst
from crosscheck.errors import ConfigurationError
from crosscheck.images import tags
from crosscheck.images.tags import is_immutable
from crosscheck.ledger.subjects import ImageSubject
from crosscheck.pipelines.definition import without_empty
from crosscheck.services.artifacts.files import UnreadableArtifactError
from crosscheck.services.ecr import replica, replication
from crosscheck.services.ecr.replica import SourceImage, UnreadableManifestError, describe, pushed_at, read_replica
from crosscheck.services.ecr.replication import (
    Replication,
    ReplicationState,
    read_replication,
    read_rules,
    running_backfill,
)
from crosscheck.services.ecr.rules import (
    SETTLING,
    arrived,
    before_the_rule,
    judge_states,
    tag_gave_way,
    tag_moved,
    tag_stays,
    unlisted,
    vanished,
    what_lacks,
    what_tag_lacks,
)
from crosscheck.services.ecs import intended_images as intended
from crosscheck.services.ecs.check import EcsService
from crosscheck.services.ecs.intended_images import intended_images

# ECR calls a replication complete a moment before every reader sees the image.
SECOND_LOOK = 2.0
# So many missing manifests are asked for: the manifests of an image share their fate.
ASKED = 10


@dataclass(frozen=True)
class _Journey:
    """An image on its way. ``needs_tag``: it is pulled by its tag in the destination. ``since`` is when whoever asks
    expects it to have begun, 0 if unknown."""

    image: SourceImage
    destination: str
    needs_tag: bool
    since: float


type _Completed = Callable[[_Journey, Sequence[Replication], Clients], Outcome]


@dataclass(frozen=True)
class EcrImage(Check):
    """An image that is there by its digest, and under the tag that was pushed, is the proof; the state of its
    replication only explains an absence.

    ``clock`` gives epoch seconds, ``pause`` waits for seconds between two looks at a replication that is complete.
    """

    kind = "ecr-image"
    reads_configuration = intended.READS_CONFIGURATION
    permissions = replica.PERMISSIONS | replication.PERMISSIONS | tags.PERMISSIONS | intended.PERMISSIONS
    parameters = {
        "repository": matching(r"[a-z0-9][a-z0-9._/-]{1,255}", "a repository's name"),
        "tag": matching(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}", "an image's tag"),
        "digest": matching(r"sha256:[0-9a-f]{64}", "an image's digest, sha256: and 64 hexadecimal digits"),
        "source_region": matching(r"[a-z]{2,}(-[a-z]+)+-\d+", "the region to which the image is pushed"),
        "account": matching(r"\d{12}", "the account of the registry"),
    }

    clock: Callable[[], float] = time.time
    pause: Callable[[float], None] = time.sleep

    def plan(
        self, given: Mapping[str, str], region: str, home_region: str, derived: Sequence[PlannedCheck]
    ) -> Iterable[PlannedCheck]:
        """The image that the plan names, else those that the region's ECS actions are given. Images are pushed in
        ``home_region`` unless the plan says otherwise; an image in an action's artifact names its registry itself."""
        if "tag" in given and "digest" in given:
            raise ConfigurationError("checks: ecr-image takes tag or digest, not both")
        if "tag" in given or "digest" in given:
            if "repository" not in given:
                raise ConfigurationError("checks: ecr-image needs the key repository with tag or digest")
            named = {"source_region": home_region, **given}
            return (PlannedCheck(self.kind, region, {key: named[key] for key in self.parameters if key in named}),)
        idle = sorted(given.keys() & {"source_region", "account"})
        if idle:
            raise ConfigurationError(f"checks: {idle[0]} of ecr-image goes with tag or digest")
        services = [check for check in derived if (check.kind, check.region) == (EcsService.kind, region)]
        if not services:
            raise ConfigurationError(
                f"checks: ecr-image needs repository with tag or digest: no ECS action of {region} says which image"
            )
        return [
            PlannedCheck(self.kind, region, {**given, "service": each.target}, each.run, each.unsupported)
            for each in services
        ]

    def run(self, planned: PlannedCheck, aws: Clients) -> Finding:
        """Look once at the destination and, for what is not there, at the source."""
        try:
            images, instead = _wanted(planned, aws)
        except UnreadableArtifactError as error:
            return planned.finding(Verdict.INCONCLUSIVE, f"the intended image is unknown: {error}")
        seen = [self._prove(image, planned, aws) for image in images]
        verdict = worst(outcome.verdict for outcome, _ in seen)
        decisive = [outcome for outcome, _ in seen if outcome.verdict is verdict]
        reasons = dict.fromkeys(outcome.reason for outcome in decisive)
        reason = "; ".join([*reasons, instead] if instead else reasons)
        found = planned.finding(verdict, reason, {k: v for _, values in seen for k, v in values.items()})
        return replace(found, waits=all(outcome.waits for outcome in decisive))

    def _prove(self, wanted: SourceImage, planned: PlannedCheck, aws: Clients) -> tuple[Outcome, Mapping[str, str]]:
        try:
            digest, pushed = (wanted.digest, 0.0) if wanted.digest else _tagged(wanted, wanted.region, aws)
        except AWS_ERRORS as error:
            return Outcome(Verdict.INCONCLUSIVE, explain(error, wanted.region)), {}
        image = replace(wanted, digest=digest)
        if not image.digest:
            return _nothing_meant(wanted, planned.region), {}
        values = {f"intended digest {image.repository}": image.digest, f"source {image.repository}": image.region}
        try:
            # An action that was given an image of another region pulls it there, under the tag that it has there.
            needs_tag = planned.run is None and planned.region != image.region
            outcome = self._compare(_Journey(image, planned.region, needs_tag, planned.since), aws)
        except UnreadableManifestError as error:
            return Outcome(Verdict.INCONCLUSIVE, f"{image.repository}: {error}"), values
        moved = 0 < planned.since < pushed
        return tag_moved(image, outcome, pushed, self.clock()) if moved else outcome, values

    def _compare(self, journey: _Journey, aws: Clients) -> Outcome:
        image, destination = journey.image, journey.destination
        replica = read_replica(aws.client("ecr", destination), image)
        if not replica.missing:
            outcome = arrived(image, replica, destination)
            proven = outcome.verdict is not Verdict.PASS or not journey.needs_tag or replica.tagged(image)
            return outcome if proven else self._judge_tag(journey, outcome, aws)
        elsewhere, _ = _tagged(image, destination, aws) if image.tag else ("", 0.0)
        lack = what_lacks(image, replica, destination, elsewhere)
        if image.region == destination:
            return Outcome(Verdict.FAIL, lack)
        return self._explain(journey, lack, sorted(replica.missing)[:ASKED], self._look_again, aws)

    def _judge_tag(self, journey: _Journey, is_there: Outcome, aws: Clients) -> Outcome:
        """The image is there, and was not there under its tag. Only what its source still has under it is missed."""
        image, destination = journey.image, journey.destination
        elsewhere, _ = _tagged(image, destination, aws)
        if elsewhere == image.digest:
            return is_there
        try:
            current, _ = _tagged(image, image.region, aws)
        except AWS_ERRORS as error:
            return Outcome(Verdict.INCONCLUSIVE, explain(error, image.region))
        if current != image.digest:
            return tag_gave_way(image, destination, current)
        lack = what_tag_lacks(image, destination, elsewhere)
        complete = partial(self._tag_stays, taken=bool(elsewhere))
        return self._explain(journey, lack, [image.digest], complete, aws)

    def _tag_stays(self, journey: _Journey, states: Sequence[Replication], aws: Clients, *, taken: bool) -> Outcome:
        """The replication is complete. A tag that no other image has is not in the way of anything."""
        image, destination = journey.image, journey.destination
        age = self.clock() - max(journey.since, *(state.pushed for state in states))
        here = aws.client("ecr", destination)
        immutable = taken and is_immutable(here, image.repository, image.tag, image.account)
        return tag_stays(image, age, immutable=immutable)

    def _explain(
        self, journey: _Journey, lack: str, asked: Sequence[str], complete: _Completed, aws: Clients
    ) -> Outcome:
        """Why something lacks, by what the source says of the manifests that are ``asked`` for. ``complete`` judges
        what lacks although all of them are replicated."""
        try:
            outcome = self._explanation(journey, asked, complete, aws)
        except AWS_ERRORS as error:
            outcome = Outcome(Verdict.INCONCLUSIVE, explain(error, journey.image.region))
        if outcome.verdict is Verdict.PASS:
            return outcome
        return Outcome(outcome.verdict, f"{lack}: {outcome.reason}")

    def _explanation(self, journey: _Journey, asked: Sequence[str], complete: _Completed, aws: Clients) -> Outcome:
        image, destination = journey.image, journey.destination
        source = aws.client("ecr", image.region)
        states = [read_replication(source, image, digest, destination) for digest in asked]
        outcome = judge_states(states, image.region, destination)
        if outcome:
            return outcome
        quiet = next((state for state in states if state.state is ReplicationState.UNLISTED), None)
        if quiet is None:
            return complete(journey, states, aws)
        rules = read_rules(source, quiet.registry)
        outcome = unlisted(rules, quiet, image, destination, aws.home_region, self.clock())
        if outcome:
            return outcome
        return before_the_rule(quiet, image, destination, running_backfill(source, quiet.registry, destination))

    def _look_again(self, journey: _Journey, states: Sequence[Replication], aws: Clients) -> Outcome:
        """The replication is complete and the image was not there before that was known."""
        image, destination = journey.image, journey.destination
        if self.clock() - max(state.pushed for state in states) < SETTLING:
            return Outcome(Verdict.PENDING, f"its replication from {image.region} has just completed")
        self.pause(SECOND_LOOK)
        replica = read_replica(aws.client("ecr", destination), image)
        return vanished(image.region, destination) if replica.missing else arrived(image, replica, destination)


def planned_replica(image: ImageSubject, tag: str, pushed: float, destination: str) -> PlannedCheck:
    """The check that an image of our own account has come from its region to another, under the tag that was pushed
    then (epoch seconds); ``tag`` is empty where it is not known."""
    parameters = {"repository": image.repository, "digest": image.digest, "source_region": image.region, "tag": tag}
    return PlannedCheck(EcrImage.kind, destination, without_empty(parameters), since=pushed)


def _wanted(planned: PlannedCheck, aws: Clients) -> tuple[Sequence[SourceImage], str]:
    """The image that the plan names, else those of ECR that the deploy action was given; and why it was not the
    action's artifact that said so, empty where it was.

    Raises:
        UnreadableArtifactError: there is none, or it cannot be read.
    """
    parameters = planned.parameters
    if planned.run is None:
        return [_named_image(parameters, planned.region)], ""
    try:
        cluster, _, service = parameters.get("service", "").rpartition("/")
        meant = intended_images(planned.run, planned.region, cluster, service, aws)
    except AWS_ERRORS as error:
        raise UnreadableArtifactError(explain(error, planned.region)) from error
    images = {
        SourceImage(reference.repository, reference.digest, registry.region, registry.account, reference.tag): None
        for reference in meant.images.values()
        if (registry := reference.registry)
        and parameters.get("repository", reference.repository) == reference.repository
    }
    if not images:
        which = f"of repository {parameters['repository']}" if "repository" in parameters else "in ECR"
        raise UnreadableArtifactError(f"{planned.run.name} was given no image {which}")
    return list(images), meant.fallback_reason


def _named_image(parameters: Mapping[str, str], region: str) -> SourceImage:
    if not parameters.get("repository") or not (parameters.get("digest") or parameters.get("tag")):
        raise UnreadableArtifactError("the check names no repository with a tag or a digest")
    source = parameters.get("source_region", region)
    return SourceImage(
        parameters["repository"],
        parameters.get("digest", ""),
        source,
        parameters.get("account", ""),
        parameters.get("tag", ""),
    )


def _tagged(image: SourceImage, region: str, aws: Clients) -> tuple[str, float]:
    """The digest that a region's registry has under the image's tag, empty where it has no such tag, and when it got
    that."""
    found = describe(aws.client("ecr", region), image, [{"imageTag": image.tag}])
    return next(((digest, pushed_at(detail)) for digest, detail in found.items()), ("", 0.0))


def _nothing_meant(wanted: SourceImage, destination: str) -> Outcome:
    """The source lacks the tag. That is the answer for the source's own region, and proves nothing of any other."""
    verdict = Verdict.FAIL if wanted.region == destination else Verdict.INCONCLUSIVE
    return Outcome(verdict, f"the registry in {wanted.region} has no {wanted.repository}:{wanted.tag}")
