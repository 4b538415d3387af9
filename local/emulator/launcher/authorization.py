"""What IAM policies are evaluated for, where ministack differs from AWS in a way that policies notice."""

import json
import re
from typing import Any

from ministack.core import iam_actions, iam_evaluator

from local.emulator.launcher import resources

# By service: the field that names the resource, and the field in which ministack would look for such a name.
_NAMES = {
    "kms": {"AliasName": "KeyId"},
    "ssm": {"Names": "Name", "Path": "Name"},
}


# By what the path ends with, then by method; ministack takes an alias for ListAliases, and tells no reads from
# writes of the others.
_LAMBDA_ACTIONS = (
    (
        re.compile(r"/functions/[^/]+/aliases/[^/]+/?$"),
        {"GET": "GetAlias", "PUT": "UpdateAlias", "DELETE": "DeleteAlias"},
    ),
    (re.compile(r"/functions/[^/]+/provisioned-concurrency/?$"), {"GET": "GetProvisionedConcurrencyConfig"}),
    (
        re.compile(r"/functions/[^/]+/concurrency/?$"),
        {
            "GET": "GetFunctionConcurrency",
            "PUT": "PutFunctionConcurrency",
            "DELETE": "DeleteFunctionConcurrency",
        },
    ),
    (
        re.compile(r"/event-source-mappings/[^/]+/?$"),
        {
            "GET": "GetEventSourceMapping",
            "PUT": "UpdateEventSourceMapping",
            "DELETE": "DeleteEventSourceMapping",
        },
    ),
)


def install() -> None:
    """Authorise requests for what they name, and take loopback for the TLS that clients use on AWS."""
    _authorise_for_what_is_named()
    _tell_the_actions_of_lambda_apart()
    _take_loopback_for_tls()


def _take_loopback_for_tls() -> None:
    resolve = iam_evaluator._resolve_condition_key  # noqa: SLF001 - ministack offers no public name

    def resolve_condition_key(key: str, context: Any) -> Any:
        return "true" if key.lower() == "aws:securetransport" else resolve(key, context)

    iam_evaluator._resolve_condition_key = resolve_condition_key  # noqa: SLF001


def _authorise_for_what_is_named() -> None:
    """Without this, ministack asks for ``*`` where it does not know the field that names the resource, and for the
    cluster where ECS asks for a service.

    AWS asks for each of several SSM parameters, and for an alias and its key; one decision has to do here, so the
    first name and the alias stand for all.
    """
    extract = iam_actions.extract_resource_arn

    def extract_resource_arn(service: str, method: str, path: str, headers: Any, body: bytes, *rest: Any) -> Any:
        _, region, account = rest
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        if found := resources.resource(service, operation, body, region, account):
            return found
        return extract(service, method, path, headers, _named(service, body), *rest)

    iam_actions.extract_resource_arn = extract_resource_arn


def _tell_the_actions_of_lambda_apart() -> None:
    known = iam_actions._lambda_action  # noqa: SLF001 - ministack offers no public name

    def lambda_action(method: str, path: str) -> Any:
        found = (actions.get(method) for pattern, actions in _LAMBDA_ACTIONS if pattern.search(path))
        return next(filter(None, found), None) or known(method, path)

    iam_actions._lambda_action = lambda_action  # noqa: SLF001


def _named(service: str, body: bytes) -> bytes:
    """The body with its resource under the one name that ministack looks at."""
    if service not in _NAMES:
        return body
    try:
        request = json.loads(body)
    except ValueError:
        return body
    for field, known in _NAMES[service].items():
        if named := request.get(field):
            return json.dumps({known: named[0] if isinstance(named, list) else named}).encode()
    return body
