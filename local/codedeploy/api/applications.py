"""Applications."""

from collections.abc import Mapping

from local.aws_json.errors import ApiError
from local.aws_json.messages import Json, Parameters
from local.codedeploy import views
from local.codedeploy.api.call import Call, Operation, named_page
from local.codedeploy.state import Application, Platform, same_revision


def create_application(call: Call, parameters: Parameters) -> Json:
    """Server is the default platform."""
    name, platform = parameters["applicationName"], parameters.get("computePlatform", Platform.SERVER)
    if name in call.applications:
        raise ApiError("ApplicationAlreadyExistsException", f"Application already exists: {name}")
    if platform not in set(Platform):
        raise ApiError("InvalidComputePlatformException", f"The local account has no compute platform {platform}")
    call.applications[name] = made = Application(name, Platform(platform), call.now)
    return {"applicationId": made.id}


def get_application(call: Call, parameters: Parameters) -> Json:
    """One application."""
    return {"application": views.application(call.application(parameters))}


def list_applications(call: Call, parameters: Parameters) -> Json:
    """Their names."""
    return named_page(list(call.applications), parameters, "applications")


def delete_application(call: Call, parameters: Parameters) -> Json:
    """With its groups; an application that does not exist is as good as deleted."""
    call.applications.pop(parameters["applicationName"], None)
    return {}


def get_application_revision(call: Call, parameters: Parameters) -> Json:
    """A revision is registered by its first deployment."""
    application = call.application(parameters)
    revision = call.deployer.state.registered(call.scope, application.name, parameters["revision"])
    used = [
        (group.name, deployment.created)
        for group in application.groups.values()
        for deployment in group.history
        if same_revision(deployment.revision, revision)
    ]
    times = [created for _, created in used]
    information = {
        "deploymentGroups": sorted({name for name, _ in used}),
        "registerTime": min(times),
        "firstUsedTime": min(times),
        "lastUsedTime": max(times),
    }
    return {"applicationName": application.name, "revision": revision, "revisionInfo": information}


OPERATIONS: Mapping[str, Operation] = {
    "CreateApplication": create_application,
    "GetApplication": get_application,
    "ListApplications": list_applications,
    "DeleteApplication": delete_application,
    "GetApplicationRevision": get_application_revision,
}
