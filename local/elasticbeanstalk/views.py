"""Applications, versions, environments and events in Elastic Beanstalk's own shape; times are epoch seconds."""

from local.aws_json.messages import Json, Scope
from local.aws_json.operations import present
from local.elasticbeanstalk.events import Event
from local.elasticbeanstalk.state import Application, Environment, Version, arn

TIER = {"Name": "WebServer", "Type": "Standard", "Version": "1.0"}


def application(scope: Scope, shown: Application) -> Json:
    """ApplicationDescription."""
    described = {
        "ApplicationArn": arn(scope, f"application/{shown.name}"),
        "ApplicationName": shown.name,
        "DateCreated": shown.created,
        "DateUpdated": shown.created,
        "Versions": list(reversed(shown.versions)),
        "ConfigurationTemplates": [],
    }
    return described | present(Description=shown.description)


def version(scope: Scope, application_name: str, shown: Version) -> Json:
    """ApplicationVersionDescription."""
    bundle = None if shown.bundle is None else dict(zip(("S3Bucket", "S3Key"), shown.bundle, strict=True))
    described = {
        "ApplicationVersionArn": arn(scope, f"applicationversion/{application_name}/{shown.label}"),
        "ApplicationName": application_name,
        "VersionLabel": shown.label,
        "DateCreated": shown.created,
        "DateUpdated": shown.created,
        "Status": "Processed" if shown.processed else "Unprocessed",
    }
    return described | present(Description=shown.description, SourceBundle=bundle)


def environment(shown: Environment, now: float) -> Json:
    """EnvironmentDescription."""
    newest, health = shown.newest, shown.newest.health(now)
    described = {
        "EnvironmentName": shown.name,
        "EnvironmentId": shown.id,
        "EnvironmentArn": arn(shown.scope, f"environment/{shown.application}/{shown.name}"),
        "ApplicationName": shown.application,
        "VersionLabel": newest.shown(now),
        "CNAME": f"{shown.name}.{shown.scope.region}.elasticbeanstalk.com".lower(),
        "DateCreated": shown.history[0].created,
        "DateUpdated": max(event.at for event in shown.events(now)),
        "Status": str(newest.status(now)),
        "AbortableOperationInProgress": newest.abortable(now),
        "Health": health.colour,
        "HealthStatus": health.status,
        "Tier": TIER,
    }
    return described | shown.platform | present(Description=shown.description)


def event(of: Environment, shown: Event) -> Json:
    """EventDescription."""
    return {
        "EventDate": shown.at,
        "Message": shown.message,
        "ApplicationName": of.application,
        "EnvironmentName": of.name,
        "RequestId": shown.request_id,
        "Severity": shown.severity.name,
    }
