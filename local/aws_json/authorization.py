"""Whether the caller of a request may do what it asks for."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from local.aws_json.messages import Request
from local.regions import partition_of

EVERYTHING = "*"  # the resource of operations for which AWS knows no other


@dataclass(frozen=True)
class Right:
    """What somebody needs: an action such as ``codepipeline:GetPipeline`` on a resource, an ARN or ``EVERYTHING``."""

    action: str
    resource: str


# Takes an access key's id, a region and a right; raises ApiError where that key has no such right there.
type Decides = Callable[[str, str, Right], None]


@dataclass(frozen=True)
class Authorization:
    """Refuses requests whose caller lacks one of the rights that they need."""

    needed: Callable[[Request], Iterable[Right]]
    decide: Decides

    def __call__(self, request: Request) -> None:
        """Raises ApiError (AccessDeniedException) for the first right that the caller lacks."""
        for right in self.needed(request):
            self.decide(request.access_key_id, request.region, right)


def arn(request: Request, resource: str) -> str:
    """The ARN of a resource of the service, in the account and region that the request is for."""
    service, region = request.service.signing_name, request.region
    return f"arn:{partition_of(region)}:{service}:{region}:{request.scope.account}:{resource}"
