"""Lambda: the alias that a deploy action moved."""

from crosscheck.contracts.service import Service
from crosscheck.services.lambda_.check import LambdaAlias, LambdaDeploy

SERVICE = Service(
    checks=(LambdaAlias(),),
    deploy_providers=(LambdaDeploy(),),
)
