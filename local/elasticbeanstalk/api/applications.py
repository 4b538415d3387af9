"""Applications and their versions."""

from collections.abc import Mapping

from local.aws_json.errors import ApiError
from local.aws_json.messages import Json, Parameters
from local.aws_json.operations import present
from local.elasticbeanstalk import views
from local.elasticbeanstalk.api.call import Call, Operation, page
from local.elasticbeanstalk.state import Application, Version

MOST_APPLICATIONS, MOST_VERSIONS = 75, 1000  # the default quotas of a region


def create_application(call: Call, parameters: Parameters) -> Json:
    """An application that was not there."""
    with call.state.lock:
        return {"Application": views.application(call.scope, _create(call, parameters))}


def _create(call: Call, parameters: Parameters) -> Application:
    name = parameters["ApplicationName"]
    if name in call.applications:
        raise ApiError("InvalidParameterValue", f"Application {name} already exists.")
    if len(call.applications) >= MOST_APPLICATIONS:
        raise _too_many("Applications", MOST_APPLICATIONS)
    made = Application(name, call.now, parameters.get("Description"))
    call.applications[name] = made
    return made


def describe_applications(call: Call, parameters: Parameters) -> Json:
    """All of them, or those of some names."""
    wanted = parameters.get("ApplicationNames")
    with call.state.lock:
        kept = [each for each in call.applications.values() if wanted is None or each.name in wanted]
        return {"Applications": [views.application(call.scope, each) for each in kept]}


def create_version(call: Call, parameters: Parameters) -> Json:
    """A version from a source bundle that lies in a bucket of the region."""
    if "SourceBundle" not in parameters:
        raise ApiError("InvalidParameterValue", "The local account makes versions of a SourceBundle only.")
    name, label = parameters["ApplicationName"], parameters["VersionLabel"]
    if not parameters.get("AutoCreateApplication"):
        call.application(name)
    # Another service is asked: not under the lock.
    bundle = call.bundles.require(call.scope.region, parameters["SourceBundle"])
    with call.state.lock:
        application = call.applications.get(name) or _create(call, {"ApplicationName": name})
        if label in application.versions:
            raise ApiError("InvalidParameterValue", f"Application Version {label} already exists.")
        if sum(len(each.versions) for each in call.applications.values()) >= MOST_VERSIONS:
            raise _too_many("Application Versions", MOST_VERSIONS)
        processed = parameters.get("Process", False)
        made = Version(label, bundle, call.now, parameters.get("Description"), processed)
        application.versions[label] = made
    return {"ApplicationVersion": views.version(call.scope, name, made)}


def describe_versions(call: Call, parameters: Parameters) -> Json:
    """The newest first, those of one application or of all, perhaps only those of some labels."""
    name, labels = parameters.get("ApplicationName"), parameters.get("VersionLabels")
    with call.state.lock:
        found = [
            (application.name, version)
            for application in call.applications.values()
            for version in application.versions.values()
            if name in (None, application.name) and (labels is None or version.label in labels)
        ]
    found.sort(key=lambda pair: pair[1].created, reverse=True)
    shown, token = page(found, parameters)
    described = [views.version(call.scope, application, version) for application, version in shown]
    return {"ApplicationVersions": described, **present(NextToken=token)}


def _too_many(what: str, most: int) -> ApiError:
    text = f"You cannot have more than {most} {what}. Either remove some {what} or request a limit increase."
    return ApiError(f"TooMany{what.replace(' ', '')}Exception", text)


OPERATIONS: Mapping[str, Operation] = {
    "CreateApplication": create_application,
    "DescribeApplications": describe_applications,
    "CreateApplicationVersion": create_version,
    "DescribeApplicationVersions": describe_versions,
}
