"""The local account: every service on a loopback port of its own, and the stack deployed into it."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import yaml

from local import stack
from local.board import Dashboard, board_app
from local.clients import ADMINISTRATOR, Aws, endpoint_variable
from local.clock import Clock
from local.codedeploy import CodeDeploy
from local.codepipeline import CodePipeline
from local.control import control_app
from local.ecr import EcrLayer
from local.ecs import EcsLayer
from local.elasticbeanstalk import ElasticBeanstalk
from local.emulator import Emulator, free_port
from local.emulator.decisions import decider
from local.emulator.service_events import service_event_putter
from local.events import EventEmitter
from local.outcomes import Outcomes
from local.server import HOST, Server
from local.slack import SlackWorkspace
from local.web import web_app

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import TracebackType

    from local.aws_json.authorization import Right

ROOT = Path(__file__).resolve().parent.parent
MANIFEST = ROOT / "slack/manifest.yaml"
RUNS = Path(os.environ.get("CROSSCHECK_LOCAL_DIR") or ROOT / ".local")
HOME_REGION = "us-east-1"
REGIONS = ("eu-west-1", "ap-southeast-1")
STACK = "crosscheck"
CHANNEL = "C0RELEASES"
# Who may decide: a person, and those of a group.
APPROVER, GROUP, MEMBER = "U0APPROVER", "S0ONCALL", "U0ONCALL"
TEAM_CHANNEL = "C0TEAM"  # for pipelines that are tagged with it
SLACK_SECRET = "crosscheck/slack"  # noqa: S105 - the name of the secret


class AccountInUseError(RuntimeError):
    """Two accounts would write into the same directory."""


@contextmanager
def _only_one(directory: Path) -> Iterator[None]:
    """Hold the directory; the kernel lets go of it when the process ends, however it ends."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    with directory.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AccountInUseError(f"a local account is already running in {directory}: end it first") from error
        yield


@dataclass
class Account:
    """A running account. Everything that it writes lies under ``directory``; ``stop`` ends all of it.

    The emulator and our own deploy services refuse what a role's policies do not allow.
    ``function_variables`` are added to every function's environment; their names begin with ``CROSSCHECK_``.
    """

    directory: Path
    clock: Clock = field(default_factory=Clock)
    outcomes: Outcomes = field(default_factory=Outcomes)
    function_variables: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Nothing runs before ``start``."""
        self._cleanup = ExitStack()
        self.outputs: dict[str, str] = {}

    def start(self) -> Self:
        """Start every service; the stack is not deployed yet.

        Raises:
            AccountInUseError: an account with this directory is running.
        """
        with ExitStack() as undo:
            undo.callback(self.stop)
            self._cleanup.enter_context(_only_one(self.directory))
            shutil.rmtree(self.directory, ignore_errors=True)
            self.directory.mkdir(parents=True)
            self._start()
            undo.pop_all()
        return self

    def _start(self) -> None:
        port = free_port()
        endpoint = f"http://{HOST}:{port}"
        emulator_only = Aws(endpoint)
        endpoints: dict[str, str] = {}
        self.aws = Aws(endpoint, endpoints)
        # CROSSCHECK_RESPONSE_HOST: CloudFormation's own S3 hosts do not exist here, the provider answers the emulator.
        # CROSSCHECK_HOOKS_HOST: nor does Slack's, which takes the answers to clicks.
        # The emulator makes up the token that lets service events pass and IAM decide, so both get their way later.
        self.events = EventEmitter(self._emit)
        self.ecs = EcsLayer(
            emulator_only, self.aws, self.clock, self.outcomes, self.events, self.account_id, self._task_sets
        )
        self.ecr = EcrLayer(emulator_only, self.clock, self.events, self.account_id)
        self.codepipeline = CodePipeline(
            self.aws, self.clock, self.events, self.outcomes, self.account_id, self._authorize
        )
        self.bot_token = f"local-{secrets.token_hex(12)}"
        self.signing_secret = secrets.token_hex(16)
        channels = {CHANNEL: "releases", TEAM_CHANNEL: "team"}
        scopes = frozenset(yaml.safe_load(MANIFEST.read_text())["oauth_config"]["scopes"]["bot"])
        self.slack = SlackWorkspace(self.bot_token, channels, groups={GROUP: (MEMBER,)}, scopes=scopes)
        self.codedeploy = CodeDeploy(self.aws, self.clock, self.outcomes, self.events, self.account_id, self._authorize)
        self.elasticbeanstalk = ElasticBeanstalk(self.aws, self.clock, self.outcomes, self.account_id, self._authorize)
        self.board_url = self._serve(board_app(self._board), "board").url
        endpoints["elasticbeanstalk"] = self._serve(self.elasticbeanstalk.app, "elasticbeanstalk").url
        endpoints["codedeploy"] = self._serve(self.codedeploy.app, "codedeploy").url
        endpoints["ecr"] = self._serve(self.ecr.app, "ecr").url
        endpoints["ecs"] = self._serve(self.ecs.app, "ecs").url
        endpoints["codepipeline"] = self._serve(self.codepipeline.app, "codepipeline").url
        self.slack_url = self._serve(self.slack.app, "slack").url
        self.web_url = self._serve(web_app(self._page), "web").url
        self.control_url = self._serve(control_app(self), "control").url
        hosts = {
            "CROSSCHECK_RESPONSE_HOST": f"{HOST}:{port}",
            "CROSSCHECK_HOOKS_HOST": self.slack_url.removeprefix("http://"),
        }
        own = {"AUTH": "true", **self._endpoint_variables(endpoints, endpoint)}
        variables = {**own, **hosts, **self.function_variables}
        self.emulator = Emulator.start(self.directory, variables, port)
        self.emulator.set_speed(self.clock.speed)
        self._cleanup.callback(self.emulator.stop)
        self._cleanup.callback(self.events.close)
        self._cleanup.callback(self.codepipeline.close)
        self._put_event = service_event_putter(self.aws, self.emulator.service_token)
        self._decide = decider(self.emulator.url, self.emulator.service_token)

    def deploy(self, template: Path = stack.BUILT_TEMPLATE, **parameters: str) -> str:
        """Deploy what ``sam build`` made, with these parameters over the usual ones; the output of ``sam deploy``."""
        self.ensure_secret()
        everything = {**self.stack_parameters, **parameters}
        log = self.directory / "deploy.log"
        output = stack.deploy(STACK, HOME_REGION, everything, self.sam_environment, log, template)
        self.outputs = stack.outputs(self.aws, HOME_REGION, STACK)
        self.slack.listen_for_clicks(self.interactions_url, self.signing_secret)
        return output

    @property
    def stack_parameters(self) -> dict[str, str]:
        """The stack's parameters in this account, those that differ from their defaults."""
        return {
            "Regions": ",".join(REGIONS),
            "ReplicateRepositories": "my-service",
            "AllowPrivateProbes": "true",
            "SlackChannel": CHANNEL,
            "SlackSecret": SLACK_SECRET,
            "Approvers": f"{APPROVER},{GROUP}",
            "SlackApiUrl": f"{self.slack_url}/api/",
        }

    def delete(self) -> None:
        """Delete the stack with ``sam delete``."""
        stack.delete(STACK, HOME_REGION, self.sam_environment, self.directory / "delete.log")

    @property
    def sam_environment(self) -> dict[str, str]:
        """The SAM CLI's environment: this account, and none of the developer's own."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        path = f"{stack.SAM.parent}{os.pathsep}{inherited.get('PATH', os.defpath)}"
        return {**inherited, **self.environment, "PATH": path, "SAM_CLI_TELEMETRY": "0"}

    def set_speed(self, speed: float) -> None:
        """Let so many of AWS's seconds pass in a second: polls, rollouts, replication, Step Functions' waits."""
        self.clock.speed = speed
        self.emulator.set_speed(speed)

    def stop(self) -> None:
        """End every service and every process; safe to call twice."""
        self.clock.stop()
        self._cleanup.close()

    @property
    def account_id(self) -> str:
        """The account's id."""
        return ADMINISTRATOR.access_key_id

    @property
    def environment(self) -> dict[str, str]:
        """What a client exports to reach every service with plain boto3 or the AWS CLI."""
        return {
            "AWS_ACCESS_KEY_ID": ADMINISTRATOR.access_key_id,
            "AWS_SECRET_ACCESS_KEY": ADMINISTRATOR.secret_access_key,
            "AWS_DEFAULT_REGION": HOME_REGION,
            "AWS_REGION": HOME_REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            **self._endpoint_variables(self.aws.endpoints, self.aws.endpoint),
        }

    def describe(self) -> dict[str, Any]:
        """What ``.local/account.json`` tells."""
        return {
            "aws": self.aws.endpoint,
            "codepipeline": self.aws.endpoints["codepipeline"],
            "slack": self.slack_url,
            "control": self.control_url,
            "web": self.web_url,
            "board": self.board_url,
            "stack": STACK,
            "home_region": HOME_REGION,
            "regions": [HOME_REGION, *REGIONS],
            "env": self.environment,
        }

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def interactions_url(self) -> str:
        """The address under which the emulator serves the stack's Function URL, whose host no name server knows; empty
        where the stack has none."""
        name = self.outputs.get("InteractionsUrl", "").removeprefix("https://").partition(".")[0]
        return f"{self.aws.endpoint}/_aws/lambda-url/{name}/" if name else ""

    def _page(self, region: str, name: str) -> tuple[bool, str]:
        """What runs in a region under a name: CodeDeploy's first, as ECS knows of its services only that they exist."""
        for page in (self.codedeploy.page, self.elasticbeanstalk.page):
            with suppress(LookupError):
                return page(region, name)
        return self.ecs.service_health(region, name)

    def _board(self) -> Dashboard:
        if "BoardDashboardName" not in self.outputs:
            raise LookupError("the stack, which has the board, is not deployed yet")
        return Dashboard(self.aws, HOME_REGION, self.outputs["BoardDashboardName"])

    def _task_sets(self, region: str, cluster: str, service: str) -> list[dict[str, Any]]:
        return self.codedeploy.ecs_task_sets(region, cluster, service)

    def _emit(self, region: str, entry: Mapping[str, Any]) -> None:
        self._put_event(region, entry)

    def _authorize(self, access_key_id: str, region: str, right: Right) -> None:
        self._decide(access_key_id, region, right)

    def _serve(self, app: Any, name: str) -> Server:
        server = Server(app, name)
        self._cleanup.callback(server.close)
        return server

    @staticmethod
    def _endpoint_variables(endpoints: Mapping[str, str], endpoint: str) -> dict[str, str]:
        own = {endpoint_variable(service): url for service, url in endpoints.items()}
        return {
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
            **own,
        }

    def ensure_secret(self) -> None:
        """Store Slack's secret, unless it is there."""
        client = self.aws.client("secretsmanager", HOME_REGION)
        value = json.dumps({"bot_token": self.bot_token, "signing_secret": self.signing_secret})
        try:
            client.create_secret(Name=SLACK_SECRET, SecretString=value)
        except client.exceptions.ResourceExistsException:
            return
