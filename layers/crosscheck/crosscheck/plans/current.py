"""What this execution has brought by now to what a check looks at: a plan outlives retries and later actions.

A stage may have failed while another action of it goes on, and a later stage may deploy to the same thing once more.
https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-retry.html
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from crosscheck.aws_errors import AWS_ERRORS, explain
from crosscheck.clients import Clients
from crosscheck.contracts.check import PlannedCheck
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.ledger.subjects import ImageSubject, Subject
from crosscheck.pipelines.runs import ActionRun, read_runs
from crosscheck.plans.derived import deployed_by
from crosscheck.registry.checks import accounts, place, run_check

_BRINGS = frozenset({"InProgress", "Succeeded"})


def current(planned: PlannedCheck, subject: Subject | ImageSubject, clients: Clients) -> PlannedCheck:
    """The check with the action's run as it is now; unchanged where that had ended already, or where it was retried
    and deployed to something else: a variable may name another target by then.

    Raises:
        ClientError, BotoCoreError: CodePipeline refused, or did not answer.
    """
    run = planned.run
    if run is None or run.status != "InProgress" or isinstance(subject, ImageSubject):
        return planned
    now = _runs(subject, clients).get((run.stage, run.name), run)
    same = now.started == run.started or any(each.key == planned.key for each in deployed_by([now]))
    return replace(planned, run=now) if same else planned


def run_current(
    planned: PlannedCheck, beside: Sequence[PlannedCheck], subject: Subject | ImageSubject, clients: Clients
) -> Finding:
    """Look once, as ``run_check`` does. Where something later is there, it may be of this execution's own later
    actions: then what they brought is looked at, and waited for outside of any deadline while they go on.
    """
    try:
        planned = current(planned, subject, clients)
        found = run_check(planned, clients, beside)
        own = later_checks(planned, subject, clients) if found.moved_on else ()
    except AWS_ERRORS as error:
        return planned.finding(Verdict.INCONCLUSIVE, explain(error, subject.region))
    if not own:
        return found
    newest = as_of(planned, own)
    found = run_check(newest, clients, [*beside, *own])
    waits = newest is not planned and newest.deployed.status == "InProgress"
    return replace(found, waits=found.waits or waits)


def later_checks(planned: PlannedCheck, subject: Subject | ImageSubject, clients: Clients) -> tuple[PlannedCheck, ...]:
    """The checks of what this execution's later actions deployed, in the order in which they started.

    Raises:
        ClientError, BotoCoreError: as above.
    """
    if planned.run is None or isinstance(subject, ImageSubject):
        return ()
    after = planned.run.started
    return tuple(each for each in checks_begun(subject, clients) if each.deployed.started > after)


def checks_begun(subject: Subject, clients: Clients) -> tuple[PlannedCheck, ...]:
    """The checks of everything to which an execution has begun to deploy, in the order in which it began.

    Raises:
        ClientError, BotoCoreError: as above.
    """
    return tuple(deployed_by(sorted(_runs(subject, clients).values(), key=lambda run: run.started)))


def as_of(planned: PlannedCheck, later: Iterable[PlannedCheck]) -> PlannedCheck:
    """The check as of the last of these that deployed to the same thing. What did not succeed brought nothing that its
    own stage's judge would not fail.

    An action that left no trace may have named what is somebody else's: no later one of another account, or of the same
    names, makes that this execution's. Nor does an ARN: one that names another account is of its namesake, and whether
    one is meant by a name is unknown where nothing tells the action's account.
    """
    if not planned.deployed.left_a_trace:
        return planned
    for each in later:
        ran = each.deployed.account == planned.deployed.account
        same = ran and place(each) == place(planned) and accounts(each) == accounts(planned)
        if same and each.deployed.status in _BRINGS:
            planned = replace(planned, run=each.run)
    return planned


def _runs(subject: Subject, clients: Clients) -> dict[tuple[str, str], ActionRun]:
    return dict(read_runs(clients.client("codepipeline", subject.region), subject.pipeline, subject.execution))
