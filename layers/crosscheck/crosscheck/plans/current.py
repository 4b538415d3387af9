"""What CodePipeline says now of an action that was in progress when its check was planned.

A stage may have failed while another action of it goes on, and a plan outlives a retry.
https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-retry.html
"""

from dataclasses import replace

from crosscheck.clients import Clients
from crosscheck.contracts.check import PlannedCheck
from crosscheck.ledger.subjects import ImageSubject, Subject
from crosscheck.pipelines.runs import read_runs


def current(planned: PlannedCheck, subject: Subject | ImageSubject, clients: Clients) -> PlannedCheck:
    """The check with the action's run as it is now; unchanged where that had ended already.

    Raises:
        ClientError, BotoCoreError: CodePipeline refused, or did not answer.
    """
    run = planned.run
    if run is None or run.status != "InProgress" or isinstance(subject, ImageSubject):
        return planned
    runs = read_runs(clients.client("codepipeline", subject.region), subject.pipeline, subject.execution)
    return replace(planned, run=runs.get((run.stage, run.name), run))
