"""What AWS's answers hold beside what Crosscheck reads of them is a secret here, and so is what errors quote."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import boto3
import pytest

from check_region import handler as looking
from check_region.region_check import RegionCheck
from crosscheck.cards.release import render
from crosscheck.contracts.check import PlannedCheck
from crosscheck.events.verifications import finished_stage, preflight
from crosscheck.ledger.card_queue import CardQueue
from crosscheck.ledger.known_facts import KnownFacts
from crosscheck.ledger.proof_facts import ProvenState
from crosscheck.ledger.states import State
from crosscheck.ledger.subjects import DeployTarget, Subject
from crosscheck.ledger.table import Ledger
from crosscheck.releases.fold import fold
from crosscheck.services.codepipeline.rollback import StageRollback
from crosscheck.services.http.probe import NoAnswerError, Page, Probe
from crosscheck.verification.item import Purpose, VerificationItem
from plan_checks import handler as planning
from roll_back import handler as rolling_back
from roll_back.log import RollbackLog
from roll_back.region_rollback import RegionRollback
from roll_back.stage_rollback import WholeStageRollback
from tests.builders import lambdas, tables
from tests.builders.rollback_worlds import REGION, STARTED, WORLDS, RollbackWorld, WholeStage
from tests.fakes.codepipeline_plans import EXECUTION, HOME, PIPELINE
from tests.fakes.json_protocol import JsonService, RefusedError
from tests.fakes.planted import Planted
from tests.integration.reconcile.test_handler import HAPPENED, Function
from tests.integration.reconcile.test_handler import SUBJECT as RECONCILED
from tests.integration.test_planted_secrets import MARK, Sinks, queued, sinks, table  # noqa: F401 - one is a fixture
from tests.unit.plan_checks.conftest import Account
from tests.unit.roll_back.test_stage_rollback import World as Stages

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from mypy_boto3_dynamodb import DynamoDBClient

RELEASE = Subject(HOME, PIPELINE, EXECUTION)
NOW = STARTED.timestamp() + 300
CONTEXT = cast("LambdaContext", lambdas.Context())
ITEM = VerificationItem(
    Purpose.STAGE, RELEASE, REGION, NOW, stage="Deploy", attempt=1, mode="auto", deployed_regions=(REGION,)
)
# A text that is shown keeps its words; the secret of one is in an address.
ADDRESS = f"https://user:{MARK}@host.example/?X-Amz-Signature={MARK}"
SHOWN = ("StatusReason", "externalExecutionSummary", "externalExecutionUrl", "errorDetails.message")
# What Crosscheck goes by: pages, regions, the ids of what was begun, where an artifact lies, codes of errors.
READ = ("token", "marker", "region", "externalexecutionid", "rollbackdeploymentid", "s3location", "errordetails.code")
OF_ACTIONS = [world for world in WORLDS if world is not WholeStage]


@dataclass(frozen=True)
class Scene:
    """An invocation of a function, ``run``, and the fakes that it asks."""

    run: Callable[[], Any]
    fakes: tuple[JsonService, ...]
    release: Subject = RELEASE


@dataclass(frozen=True)
class Stack:
    """What every function of a stack has: the ledger, the queues, and an environment that names them."""

    client: DynamoDBClient
    cards: str
    patch: pytest.MonkeyPatch

    @property
    def ledger(self) -> Ledger:
        """The ledger."""
        return Ledger(self.client, tables.NAME, 90)

    @property
    def card_queue(self) -> CardQueue:
        """The cards' queue."""
        return CardQueue(boto3.client("sqs", region_name=HOME), self.cards, "C0123456789")


@pytest.fixture
def stack(ledger_table: DynamoDBClient, monkeypatch: pytest.MonkeyPatch) -> Stack:
    queue = boto3.client("sqs", region_name=HOME).create_queue(
        QueueName="crosscheck-cards.fifo", Attributes={"FifoQueue": "true"}
    )["QueueUrl"]
    named = {"LEDGER_TABLE": tables.NAME, "LEDGER_RETENTION_DAYS": "90", "CARD_QUEUE_URL": queue}
    settings = {"ROLLBACK_MODE": "auto", "GATE_FUNCTION": "gate", "PLANS_MAY_ROLL_BACK": "true"}
    for name, value in (named | settings).items():
        monkeypatch.setenv(name, value)
    return Stack(ledger_table, queue, monkeypatch)


def looks(stack: Stack, world: RollbackWorld) -> Scene:
    """check_region looks at what an action has deployed."""
    planned = replace(world.target, run=replace(world.target.run, status="Succeeded"))
    check = RegionCheck(world.aws, stack.ledger, stack.card_queue, lambda: NOW)
    stack.patch.setattr(looking, "_looking", lambda: check)
    item = replace(ITEM, checks=(planned,)).to_json()
    return Scene(lambda: looking.handler(item, CONTEXT), (world.fake,))


def rolls_back(stack: Stack, world: RollbackWorld) -> Scene:
    """roll_back takes it back."""
    proven = ProvenState(world.baseline, RELEASE.key, NOW - 900, NOW - 800)
    stack.ledger.merge(DeployTarget(REGION, world.target.subject), proven.to_fact())
    log = RollbackLog(stack.ledger, stack.card_queue, lambda: NOW)
    both = RegionRollback(world.aws, log), WholeStageRollback(world.aws, log, StageRollback())
    stack.patch.setattr(rolling_back, "_rollbacks", lambda: both)
    event = {"holder": "holder", "item": replace(ITEM, checks=(world.target,)).to_json()}
    return Scene(lambda: rolling_back.handler(event, CONTEXT), (world.fake,))


def rolls_a_stage_back(stack: Stack) -> Scene:
    """roll_back takes a whole stage back."""
    world = Stages(stack.client)
    stack.patch.setattr(rolling_back, "_rollbacks", lambda: (None, world.stage))
    item = replace(ITEM, purpose=Purpose.WHOLE_STAGE, subject=world.release, region=HOME, regions=(REGION,)).to_json()
    run = {"holder": "holder", "item": item}
    return Scene(lambda: rolling_back.handler(run, CONTEXT), (world.codepipeline,), world.release)


def plans(stack: Stack) -> Scene:
    """plan_checks plans a preflight, and what is looked at once a stage has ended."""
    account = Account(stack.client)
    account.codepipeline.ran("DeploySecondary", "Deploy-EU-West", "Failed", error="JobFailed")
    account.codepipeline.ran("DeploySecondary", "Deploy-AP", outputs={"Brought": MARK})
    account.codepipeline.tags[PIPELINE] = {"team": MARK}
    stack.patch.setattr(planning, "_clients", lambda: account.clients)
    ended = finished_stage(RELEASE, "DeploySecondary", State.FAILED, 1, NOW).input

    def run() -> Any:
        return [planning.handler(event, CONTEXT) for event in (preflight(RELEASE).input, ended)]

    return Scene(run, (account.codepipeline,))


def reconciles(stack: Stack) -> Scene:
    """reconcile finds a release of which every event was lost, and record_events takes its events. These hold what
    EventBridge's would: nobody is told of them before they are facts."""
    made = Function(stack.client)
    made.install(stack.patch)
    made.happen(HAPPENED, lost=True)

    def run() -> Any:
        return made.run(), made.record(), made.changed_cards()

    return Scene(run, (made.codepipeline,), RECONCILED)


def _of(staged: Callable[[Stack, RollbackWorld], Scene], kind: type[RollbackWorld]) -> Callable[[Stack], Scene]:
    return lambda stack: staged(stack, kind())


SCENES: Mapping[str, Callable[[Stack], Scene]] = {
    **{f"looks at {kind.kind}": _of(looks, kind) for kind in {each.kind: each for each in OF_ACTIONS}.values()},
    **{f"rolls {kind.__name__} back": _of(rolls_back, kind) for kind in OF_ACTIONS},
    "rolls a stage back": rolls_a_stage_back,
    "plans": plans,
    "reconciles": reconciles,
}


def told(stack: Stack, scene: Scene, sinks: Sinks) -> str:  # noqa: F811 - the fixture
    """Whatever anybody can read of an invocation."""
    sinks.tries(scene.run)
    known = KnownFacts(stack.ledger.read(scene.release))
    release = fold(scene.release, known)
    drawn = json.dumps(render(release).blocks)
    return f"{sinks.text()} {table(stack.client)} {queued(stack.cards)} {drawn}"


def marked(where: str) -> str:
    """What is planted there."""
    if any(each in where.lower() for each in READ):
        return ""
    return ADDRESS if where.endswith(SHOWN) else MARK


@pytest.mark.parametrize("name", SCENES)
def test_f50_what_no_one_reads_of_an_answer_gets_nowhere(
    name: str,
    stack: Stack,
    sinks: Sinks,  # noqa: F811 - the fixture
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    planted = Planted(marked)
    planted.install(monkeypatch)
    scene = SCENES[name](stack)
    planted.active = True
    text = told(stack, scene, sinks)
    assert len(planted.places) > 10
    assert "Error" not in repr(sinks.seen), "what was planted stands in nobody's way"
    assert MARK not in text


@pytest.mark.parametrize("name", SCENES)
def test_f50_what_an_error_quotes_gets_nowhere(
    name: str,
    stack: Stack,
    sinks: Sinks,  # noqa: F811 - the fixture
) -> None:
    """AWS's refusals, and what nobody thought of: Lambda logs its text, and the state machine keeps it."""
    sinks.tries((scene := SCENES[name](stack)).run)
    operations = sorted({operation for fake in scene.fakes for operation, _ in fake.calls})
    assert operations
    for operation in operations:
        for error in (RefusedError("AccessDeniedException", MARK), ZeroDivisionError(MARK)):
            scene = SCENES[name](stack)
            for fake in scene.fakes:
                fake.refuse(operation, error)
            assert MARK not in told(stack, scene, sinks), operation


PAGES: Mapping[str, Page | Exception] = {
    "redirects": Page(302, f"https://{MARK}@host.example/", b"", whole=True, milliseconds=5, address="192.0.2.1"),
    "fails": Page(500, "", f"{' ' * 380}{ADDRESS}".encode(), whole=True, milliseconds=5, address="192.0.2.1"),
    "hangs": NoAnswerError("no answer within 10 seconds"),
    "crashes": ZeroDivisionError(MARK),
}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_f50_the_secrets_of_a_page_and_of_its_address_get_nowhere(
    page: Page | Exception,
    stack: Stack,
    sinks: Sinks,  # noqa: F811 - the fixture
) -> None:
    def get(_probe: Probe, _url: object) -> Page:
        if isinstance(page, Exception):
            raise page
        return page

    stack.patch.setattr(Probe, "get", get)
    asked = PlannedCheck("http", REGION, {"url": f"https://host.example/health?token={MARK}"})
    check = RegionCheck(cast("Any", None), stack.ledger, stack.card_queue, lambda: NOW)
    stack.patch.setattr(looking, "_looking", lambda: check)
    item = replace(ITEM, checks=(asked,)).to_json()
    text = told(stack, Scene(lambda: looking.handler(item, CONTEXT), ()), sinks)
    assert "host.example" in text
    assert MARK not in text


@pytest.mark.parametrize(
    "plan",
    [
        f'{{"checks": [{{"kind": "http", "url": "https://user:{MARK}@host.example/"}}]}}',
        f'{{"checks": [{{"kind": "http", "url": "https://host.example/", "status": "{MARK}"}}]}}',
        f'{{"checks": [{{"kind": "http", "planted": "{MARK}"}}]}}',
        f'{{"deadline_minutes": "{MARK}"}}',
        f'{{"rollback": "{MARK}"}}',
        f'["{MARK}"]',
        f"{MARK}: 5",
    ],
)
def test_f50_what_a_plan_holds_is_not_quoted(
    plan: str,
    stack: Stack,
    sinks: Sinks,  # noqa: F811 - the fixture
) -> None:
    account = Account(stack.client)
    account.codepipeline.ran("DeploySecondary", "Deploy-EU-West")
    account.publish(plan)
    stack.patch.setattr(planning, "_clients", lambda: account.clients)
    ended = finished_stage(RELEASE, "DeploySecondary", State.SUCCEEDED, 1, NOW).input
    text = told(stack, Scene(lambda: planning.handler(ended, CONTEXT), (account.codepipeline,)), sinks)
    assert "'kind': 'plan'" in repr(sinks.seen), "it is told that something is wrong"
    assert MARK not in text
