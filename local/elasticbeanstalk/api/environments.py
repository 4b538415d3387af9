"""Environments and what is deployed to them."""

import re
from collections.abc import Mapping

from local.aws_json.errors import ApiError
from local.aws_json.messages import Json, Parameters
from local.aws_json.operations import present
from local.elasticbeanstalk import views
from local.elasticbeanstalk.api.call import Call, Operation, matches, page
from local.elasticbeanstalk.model import Deployment
from local.elasticbeanstalk.state import Environment, Version
from local.outcomes import Outcome

PROVIDER = "ElasticBeanstalk"
SAMPLE = "Sample Application"
PLATFORM = ("SolutionStackName", "PlatformArn")
MOST_ENVIRONMENTS = 200  # the default quota of a region
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?")


def create_environment(call: Call, parameters: Parameters) -> Json:
    """Launch an environment, which is always healthy; without a version it runs the sample application."""
    name, label = _new_name(parameters), parameters.get("VersionLabel", SAMPLE)
    platform = {key: parameters[key] for key in PLATFORM if key in parameters}
    if len(platform) != 1:
        raise ApiError("InvalidParameterCombination", f"Exactly one of {' and '.join(PLATFORM)} must be specified.")
    with call.state.lock:
        application = call.application(parameters["ApplicationName"])
        environments = list(call.state.environments(call.scope))
        if any(each.name == name for each in environments):
            raise ApiError("InvalidParameterValue", f"Environment {name} already exists.")
        if len(environments) >= MOST_ENVIRONMENTS:
            raise ApiError(
                "TooManyEnvironmentsException", f"You cannot have more than {MOST_ENVIRONMENTS} environments."
            )
        if "VersionLabel" not in parameters:
            application.versions.setdefault(SAMPLE, Version(SAMPLE, None, call.now))
        bundle = application.version(label).bundle
        launch = Deployment(call.request_id, label, Outcome.HEALTHY, call.now, call.clock.real(1))
        described = parameters.get("Description")
        made = Environment(call.scope, application.name, name, platform, (launch,), described, {bundle})
        application.environments[name] = made
        return views.environment(made, call.now)


def _new_name(parameters: Parameters) -> str:
    name = parameters.get("EnvironmentName")
    if name is None:
        raise ApiError("MissingRequiredParameter", "The local account needs the parameter EnvironmentName.")
    if not _NAME.fullmatch(name):
        rule = "Member must contain only letters, digits, and the dash character and may not start or end with a dash"
        text = f"Value {name} at 'EnvironmentName' failed to satisfy constraint: {rule}"
        raise ApiError("InvalidParameterValue", text)
    return str(name)


def describe_environments(call: Call, parameters: Parameters) -> Json:
    """The newest first; names and ids that nothing has are left out."""
    names, ids = parameters.get("EnvironmentNames"), parameters.get("EnvironmentIds")
    with call.state.lock:
        now = call.now
        kept = [
            each
            for each in call.state.environments(call.scope)
            if matches(each, parameters)
            and (names is None or each.name in names)
            and (ids is None or each.id in ids)
            and parameters.get("VersionLabel") in (None, each.newest.shown(now))
        ]
        kept.sort(key=lambda environment: environment.history[0].created, reverse=True)
        shown, token = page(kept, parameters)
        return {"Environments": [views.environment(each, now) for each in shown], **present(NextToken=token)}


def update_environment(call: Call, parameters: Parameters) -> Json:
    """Deploy a version, if the environment is Ready; how that ends is decided now."""
    with call.state.lock:
        environment, now = call.environment(parameters), call.now
        environment.require_ready(now)
        environment.description = parameters.get("Description", environment.description)
        if "VersionLabel" in parameters:
            _deploy(call, environment, parameters["VersionLabel"], now)
        return views.environment(environment, now)


def _deploy(call: Call, environment: Environment, label: str, now: float) -> None:
    bundle, outcome = call.application(environment.application).version(label).bundle, Outcome.HEALTHY
    if bundle not in environment.good:
        outcome = call.outcomes.of(call.scope.region, PROVIDER, environment.name)
    if outcome is Outcome.HEALTHY:
        environment.good.add(bundle)
    newest = environment.newest
    begun = Deployment(
        request_id=call.request_id,
        label=label,
        outcome=outcome,
        created=now,
        pace=call.clock.real(1),
        previous=newest.shown(now),
        before=newest.health(now),
    )
    environment.history = (*environment.history, begun)


def abort_update(call: Call, parameters: Parameters) -> Json:
    """Cancel the deployment in progress; the environment goes back to the version before."""
    with call.state.lock:
        call.environment(parameters).abort(call.now)
    return {}


OPERATIONS: Mapping[str, Operation] = {
    "CreateEnvironment": create_environment,
    "DescribeEnvironments": describe_environments,
    "UpdateEnvironment": update_environment,
    "AbortEnvironmentUpdate": abort_update,
}
