"""Puts the gate together and answers jobs; imported by the handler only once there is a job to answer."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.config import Config

from crosscheck.clients import CONFIG, Clients
from crosscheck.init_phase import made_at_init
from crosscheck.ledger.card_queue import CardQueue
from crosscheck.ledger.table import Ledger
from crosscheck.telemetry import count
from gate_stage.answers import put
from gate_stage.job import job_id, read_job
from gate_stage.job_runner import JobRunner, logger
from gate_stage.look import GateLook
from gate_stage.recording import VerdictRecorder

# A black hole costs 2 s per attempt, so a region is given up long before the function's time is.
IMPATIENT = CONFIG.merge(Config(connect_timeout=2, read_timeout=5, max_pool_connections=64))

type Run = Callable[[Mapping[str, Any], LambdaContext], None]


def build_runner(aws: Clients, clock: Callable[[], float]) -> Run:
    """Build what answers a job from these clients and this clock.

    Raises:
        MissingSettingError: an environment variable is absent.
    """
    aws.prepare("codepipeline")
    ledger = Ledger.from_env(aws, clock)
    recorder = VerdictRecorder(ledger, CardQueue.from_env(aws))
    session = JobRunner(GateLook(aws, clock, ledger=ledger), recorder, clock)

    # The event carries credentials: it is not logged, whatever the environment says.
    @logger.inject_lambda_context(log_event=False, clear_state=True)
    def run(event: Mapping[str, Any], context: LambdaContext) -> None:
        client = aws.client("codepipeline")
        job = read_job(client, job_id(event), context.function_name)
        if job is None:
            logger.warning(
                "CodePipeline knows no such job of this gate: it gets no look and no answer", job=job_id(event)
            )
            count("GateUnknownJobs")
            return
        count("GateJobs")
        answer = session.answer(job, lambda: context.get_remaining_time_in_millis() / 1000)
        taken = put(client, job.id, answer)
        logger.info("answered" if taken else "the job was over already", job=job.id, answer=type(answer).__name__)

    return run


@made_at_init
def runner() -> Run:
    """What answers a job. It is made once per process.

    Raises:
        MissingSettingError: an environment variable is absent.
    """
    return build_runner(Clients(config=IMPATIENT), time.time)
