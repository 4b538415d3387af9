"""What the ledger knows of one subject, as typed facts. No other module reads the records.

============================== ==============================================================
``pipeline``                   the execution itself: state, trigger, author
``stage/<stage>``              a stage's state
``action/<stage>/<action>``    an action's state, region, provider, error
``stuck/<stage>/<action>/…``    a run of an action that holds its execution up
``outline``                    the pipeline's definition, as far as a card needs it
``revision``                   what is released: commit, message, link
``verdict/<stage>/<region>``   what the only judge of that stage says of that region
``verdict/…/<region>/<judge>`` what one of its judges says: the gate action ``<stage>/<action>``
``judge/<stage>/<region>``     who judges that region: the gates, or nobody but the fan-out
``rollback/<stage>/<region>``  what became of taking back what that stage brought to that region
``replaced/<stage>/<region>``  what that took the place of that was somebody else's
``preflight/<region>``         what would break the release in that region, seen when it started
``remarks``                    which remarks stood on the card of the execution before
``plan``                       what is wrong with the plan that the pipeline's tags name
``decision/<question>``         what a person decided, and what came of it
``refused_click/<user>/<kind>`` that somebody clicked who may not
``skipped/<stage>/<region>/…`` that a person takes a check for passed
``claim/…``                    who may do something that must be done once
``image``                      an image: its tags, when it was pushed
``destinations``               an image: the regions in which it has to arrive
``release/<key>``              an image: a release that deploys it
``deploys/<key>``              a release: an image that it deploys
``deployed``                   a repository: a pipeline that deploys its images
``proven``                     a deploy target: what ran there when a release last passed
``before``                     a deploy target: what ran there before the first release
``brought/<key>``              a deploy target's history: what this release brought, as it was judged
============================== ==============================================================

An image's regions have verdicts, too: their stage is ``REPLICATION``.

``/`` cannot occur in the name of a stage or an action (AWS allows ``[A-Za-z0-9.@_-]``), so names are unambiguous.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from crosscheck.ledger.decision_facts import DecisionClaim, RefusedClick, SkippedCheck, TakenDecision
from crosscheck.ledger.execution_facts import (
    ActionState,
    ExecutionState,
    Outline,
    RecordedRevision,
    StageState,
    StuckAction,
    Trigger,
)
from crosscheck.ledger.image_facts import (
    DeployedRepository,
    ImageDestinations,
    ImageLink,
    PushedImage,
    ReleaseLink,
)
from crosscheck.ledger.proof_facts import BroughtState, EarliestState, ProvenState
from crosscheck.ledger.rollback_facts import ReplacedDeployment, RollbackClaim, RollbackProgress
from crosscheck.ledger.states import State
from crosscheck.ledger.stored_fact import StoredFact
from crosscheck.ledger.subjects import ImageSubject, Subject
from crosscheck.ledger.table import Record
from crosscheck.ledger.verdict_facts import (
    EarlierRemarks,
    IgnoredRelease,
    JudgeVerdict,
    PlanProblem,
    PreflightSeen,
    RegionJudge,
)

# The holder of a claim that this version cannot read: nobody is called so.
UNREAD = "?"


@dataclass(frozen=True)
class KnownFacts:
    """The facts of one subject, from what ``Ledger.read`` gives. What is not known is None, or missing in a tuple.

    Tuples are sorted by the names of the facts.
    """

    records: Mapping[str, Record]

    @property
    def version(self) -> int:
        """The version of the subject: the number of changes that the ledger accepted for it."""
        return sum(record.revision for record in self.records.values())

    @cached_property
    def execution(self) -> ExecutionState | None:
        """The execution itself."""
        return self._one(ExecutionState)

    @property
    def trigger(self) -> Trigger:
        """What started the execution; empty texts where no event has reported it."""
        return (self.execution and self.execution.trigger) or Trigger()

    @cached_property
    def stages(self) -> Mapping[str, StageState]:
        """The stages that an event reported, by name."""
        return {known.stage: known for known in self._all(StageState)}

    def state_of(self, stage: str) -> State | None:
        """The state of a stage; None where no event reported it."""
        return self.stages[stage].run.state if stage in self.stages else None

    def attempt_of(self, stage: str) -> int:
        """The latest attempt at a stage that an event reported, -1 where none did."""
        return self.stages[stage].run.attempt if stage in self.stages else -1

    @cached_property
    def actions(self) -> tuple[ActionState, ...]:
        """The actions that an event reported."""
        return self._all(ActionState)

    @property
    def stuck(self) -> tuple[StuckAction, ...]:
        """The runs of actions that held their execution up for longer than anything should take."""
        return self._all(StuckAction)

    @cached_property
    def outline(self) -> Outline | None:
        """The pipeline's definition."""
        return self._one(Outline)

    @property
    def revision(self) -> RecordedRevision | None:
        """What CodePipeline recorded at the source."""
        return self._one(RecordedRevision)

    @cached_property
    def verdicts(self) -> tuple[JudgeVerdict, ...]:
        """What the judges say of all regions in all stages."""
        return self._all(JudgeVerdict)

    @cached_property
    def judges(self) -> Mapping[tuple[str, str], RegionJudge]:
        """Who judges, by stage and region."""
        found = self._all(RegionJudge)
        return {(judge.stage, judge.region): judge for judge in found}

    def verdicts_on(self, stage: str, region: str) -> tuple[JudgeVerdict, ...]:
        """What its judges say of this region in this stage; the one without a name, the fan-out, comes first.

        Who is none of them is not heard; while nobody has decided who they are, everybody is.
        """
        decided = self.judges.get((stage, region))
        said = (each for each in self.verdicts if (each.stage, each.judged.region) == (stage, region))
        return tuple(each for each in said if decided is None or decided.hears(each.judge))

    def rollback(self, stage: str, region: str) -> RollbackProgress | None:
        """What became of taking back what this stage brought to this region."""
        return self._one(RollbackProgress, stage, region)

    def replaced(self, stage: str, region: str) -> ReplacedDeployment | None:
        """What that rollback took the place of that was somebody else's."""
        return self._one(ReplacedDeployment, stage, region)

    @cached_property
    def decisions(self) -> tuple[TakenDecision, ...]:
        """What people decided, the earliest first."""
        return tuple(sorted(self._all(TakenDecision), key=lambda each: (each.at, each.question)))

    @property
    def refused_clicks(self) -> tuple[RefusedClick, ...]:
        """The clicks of whoever may not decide."""
        return self._all(RefusedClick)

    @property
    def skipped(self) -> tuple[SkippedCheck, ...]:
        """The checks that a person takes for passed."""
        return self._all(SkippedCheck)

    def holder(self, claim: RollbackClaim | DecisionClaim) -> str:
        """Who holds the claim; empty where nobody does. One that a later version wrote otherwise is taken as well."""
        return str(self.records[claim.name].once.get("holder", UNREAD)) if claim.name in self.records else ""

    @property
    def preflights(self) -> tuple[PreflightSeen, ...]:
        """What was seen of the regions when the execution started."""
        return self._all(PreflightSeen)

    def preflight(self, region: str) -> PreflightSeen | None:
        """What was seen of this region when the execution started."""
        return self._one(PreflightSeen, region)

    @property
    def ignored(self) -> bool:
        """Whether the pipeline was tagged to be ignored when the execution started."""
        return self._one(IgnoredRelease) is not None

    @property
    def earlier_remarks(self) -> frozenset[str]:
        """The remarks on the card of the pipeline's execution before this one."""
        found = self._one(EarlierRemarks)
        return frozenset(found.texts if found else ())

    @property
    def plan_problem(self) -> PlanProblem | None:
        """What is wrong with the plan that the pipeline's tags name."""
        return self._one(PlanProblem)

    @property
    def deploys(self) -> tuple[ImageSubject, ...]:
        """The images that the release is known to deploy."""
        return tuple(link.image for link in self._all(ImageLink))

    @property
    def image(self) -> PushedImage | None:
        """The push of the image."""
        return self._one(PushedImage)

    @property
    def destinations(self) -> ImageDestinations | None:
        """The regions in which the image has to arrive."""
        return self._one(ImageDestinations)

    @property
    def deployed_by(self) -> tuple[Subject, ...]:
        """The releases that are known to deploy the image."""
        return tuple(link.release for link in self._all(ReleaseLink))

    @property
    def deployed_from(self) -> bool:
        """Whether releases deploy images of the repository."""
        return self._one(DeployedRepository) is not None

    @property
    def proven(self) -> ProvenState | None:
        """What ran at a deploy target when a release last passed."""
        return self._one(ProvenState)

    @property
    def before(self) -> EarliestState | None:
        """What ran at a deploy target before the first release."""
        return self._one(EarliestState)

    @property
    def brought(self) -> tuple[BroughtState, ...]:
        """What the releases that were judged of late have brought to a deploy target."""
        return self._all(BroughtState)

    def _one[F: StoredFact](self, fact: type[F], *place: str) -> F | None:
        name = fact.name_at(*place)
        return fact.from_record(self.records[name]) if name in self.records else None

    def _all[F: StoredFact](self, fact: type[F]) -> tuple[F, ...]:
        prefix = f"{fact.name}/"
        names = sorted(name for name in self.records if name.startswith(prefix))
        return tuple(fact.from_record(self.records[name]) for name in names)
