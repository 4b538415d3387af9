"""Drawing a subject's card from what the ledger knows, completed by what has to be asked."""

from dataclasses import dataclass, field, replace

from crosscheck.cards.details import Detail, details
from crosscheck.cards.image import render_image
from crosscheck.cards.layout import Card
from crosscheck.cards.release import render
from crosscheck.decisions.approvers import Approvers
from crosscheck.ledger.image_facts import DeployedRepository, ImageLink, ReleaseLink
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.subjects import FactSubject, ImageSubject, Repository, Subject
from crosscheck.ledger.table import Ledger
from crosscheck.releases.deployments import images_of
from crosscheck.releases.fold import fold, fold_image
from crosscheck.releases.model import ImageArrival, RegionState, Release
from crosscheck.releases.moments import Moment, moments_of
from crosscheck.releases.offers import offers_of
from update_card.pipeline_lookup import PipelineLookup


@dataclass(frozen=True)
class Drawing:
    """A card, the moments of which a person is told beside it, and what of the ``release`` its thread tells.

    ``quiet``: the card of a release says what there is to say, so no message is posted for this one.
    """

    card: Card
    moments: tuple[Moment, ...] = ()
    release: Release | None = None
    details: tuple[Detail, ...] = ()
    quiet: bool = False


@dataclass(frozen=True)
class CardLoader:
    """Draws cards. ``approvers`` are those who may click; without any there are no buttons. ``may_roll_back`` is
    whether the stack's mode lets them roll back."""

    ledger: Ledger
    lookup: PipelineLookup
    approvers: Approvers = field(default_factory=Approvers)
    may_roll_back: bool = False

    def release(self, subject: Subject) -> Drawing | None:
        """The card of a release, with its moments; None where nothing is known of it."""
        known = self._known(subject)
        if not known.records:
            return None
        if self.lookup.complete(subject, known):
            known = self._known(subject)
        # What the judges see now, and what they saw before: a failing look does not get as far as the digests.
        deployed = sorted({*known.deploys, *images_of(known)}, key=lambda image: image.key)
        arrivals = (self._arrival(image, subject, known) for image in deployed)
        images = tuple(image for image in arrivals if image)
        release = replace(fold(subject, known), images=images)
        if self.approvers:
            offers = offers_of(release, known, may_roll_back=self.may_roll_back)
            release = replace(release, offers=offers, approvers=self.approvers)
        return Drawing(render(release), moments_of(release, known), release, details(release, known))

    def image(self, subject: ImageSubject) -> Drawing | None:
        """The card of an image; None where nothing is known of it. An image that releases deploy, or whose repository
        they deploy from, is quiet unless it failed."""
        known = self._known(subject)
        if not known.records:
            return None
        arrival = fold_image(subject, known)
        quiet = arrival.state is not RegionState.FAILED and (bool(known.deployed_by) or self._deployed_from(subject))
        return Drawing(render_image(arrival), quiet=quiet)

    def _deployed_from(self, image: ImageSubject) -> bool:
        return self._known(Repository(image.region, image.repository)).deployed_from

    def _known(self, subject: FactSubject) -> KnownFacts:
        return KnownFacts(self.ledger.read(subject))

    def _arrival(self, image: ImageSubject, release: Subject, of_release: KnownFacts) -> ImageArrival | None:
        """How far an image is that the release deploys; None for one that goes to no other region.

        Image and release learn of each other first, so that nothing that happens to the image is missed.
        """
        of_image = self._known(image)
        if of_image.destinations is None:
            return None
        if image not in of_release.deploys:
            self.ledger.merge(release, ImageLink(image).to_fact())
        if release not in of_image.deployed_by and self.ledger.merge(image, ReleaseLink(release).to_fact()):
            repository = Repository(image.region, image.repository)
            self.ledger.merge(repository, DeployedRepository(release.pipeline).to_fact(self.ledger.clock()))
            of_image = self._known(image)
        return fold_image(image, of_image)
