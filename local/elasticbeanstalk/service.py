"""The local Elastic Beanstalk as the rest of the local account sees it."""

from local.aws_json.authorization import Authorization, Decides, Right
from local.aws_json.messages import Answer, Request, Scope
from local.aws_json.model import Service
from local.aws_json.operations import Operations
from local.aws_query import create_app
from local.clients import Aws
from local.clock import Clock
from local.elasticbeanstalk.api import OPERATIONS, Call, check_known
from local.elasticbeanstalk.bundles import Bundles
from local.elasticbeanstalk.model import Health
from local.elasticbeanstalk.rights import needed
from local.elasticbeanstalk.state import State
from local.outcomes import Outcomes

SERVICE = Service("elasticbeanstalk", invalid="ValidationError")


class UnknownEnvironmentError(LookupError):
    """The region has no environment of that name."""


class ElasticBeanstalk:
    """Serve ``app`` and announce its URL as ``AWS_ENDPOINT_URL_ELASTIC_BEANSTALK``.

    ``aws`` reaches S3 for the bundles. With ``decide`` requests are refused whose caller lacks the rights to them.
    """

    def __init__(
        self, aws: Aws, clock: Clock, outcomes: Outcomes, account_id: str, decide: Decides | None = None
    ) -> None:
        self._state, self._clock, self._outcomes, self._account_id = State(), clock, outcomes, account_id
        self._bundles = Bundles(aws)
        self._authorize = Authorization(self._needed, decide) if decide else None
        self.app = create_app(SERVICE, account_id, self._answer)

    def page(self, region: str, name: str) -> tuple[bool, str]:
        """Whether the instances of an environment serve, and the label of the version that they serve.

        Raises:
            UnknownEnvironmentError: the region has no environment of that name.
        """
        with self._state.lock:
            for environment in self._state.environments(Scope(self._account_id, region)):
                if environment.name == name:
                    newest, now = environment.newest, self._clock.now()
                    running = newest.running(now)
                    healthy = running is not None and newest.health(now) is not Health.SEVERE
                    return healthy, running or "no version"
        raise UnknownEnvironmentError(f"no Elastic Beanstalk environment {name} in {region}")

    def _answer(self, request: Request) -> Answer:
        def call(scope: Scope) -> Call:
            return Call(self._state, self._bundles, self._clock, self._outcomes, scope, request.id)

        return Operations(OPERATIONS, call, check_known, self._authorize)(request)

    def _needed(self, request: Request) -> list[Right]:
        return needed(self._state, request)
