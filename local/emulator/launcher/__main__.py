"""Start the emulator: ``python -m local.emulator.launcher``, with the environment that ``Emulator`` gives it."""

import asyncio
import os
import resource

from hypercorn.asyncio import serve  # type: ignore[import-not-found]  # lives in the emulator's environment
from hypercorn.config import Config  # type: ignore[import-not-found]  # as above
from ministack.app import app

from local.emulator.launcher import (
    authorization,
    bucket_policies,
    conditions,
    custom_resources,
    decisions,
    definitions,
    event_buses,
    functions,
    log_groups,
    managed_policies,
    pipelines,
    processes,
    regions,
    retirement,
    rule_arns,
    service_events,
    times,
    version,
    waits,
)


async def _forever() -> None:
    await asyncio.Event().wait()


def _serve(token: str) -> None:
    config = Config()
    config.bind = [f"{os.environ['BIND_HOST']}:{os.environ['GATEWAY_PORT']}"]
    config.keep_alive_timeout = 75
    config.loglevel = "WARNING"
    # With a trigger of ours hypercorn leaves SIGTERM and SIGINT to ``processes``.
    application = decisions.answered(service_events.admitted(regions.guarded(app)), token)
    asyncio.run(serve(application, config, shutdown_trigger=_forever))


def main() -> None:
    """Change ministack, then serve until a signal or until the parent is gone."""
    version.require()
    # Taken out of the environment, so that no function inherits them.
    parent = int(os.environ.pop("CROSSCHECK_PARENT"))
    token = os.environ.pop("CROSSCHECK_SERVICE_TOKEN")
    runtime = functions.Runtime(os.environ.pop("CROSSCHECK_RIC_PYTHON"), os.environ.pop("CROSSCHECK_FUNCTIONS"))
    clock = os.environ.pop("CROSSCHECK_CLOCK")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 65536)), hard))
    processes.end_with(parent)
    functions.install(runtime)
    retirement.install()
    service_events.install(token)
    event_buses.install()
    custom_resources.install()
    authorization.install()
    bucket_policies.install()
    managed_policies.install()
    pipelines.install()
    rule_arns.install()
    conditions.install()
    definitions.install()
    log_groups.install()
    times.install()
    waits.install(clock)
    _serve(token)


if __name__ == "__main__":
    main()
