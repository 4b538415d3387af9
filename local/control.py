"""``control``: what a test or a demonstration does to the account from outside. Wrong input is answered in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from flask import Flask, jsonify, request

from local.clock import DEFAULT_SPEED
from local.events import EventFaults
from local.outcomes import Outcome
from local.regions import is_region

if TYPE_CHECKING:
    from flask import Response

    from local.account import Account

type Body = Mapping[str, Any]

PROVIDERS = ("CodeDeploy", "CodeDeployToECS", "ECS", "ElasticBeanstalk", "Lambda", "S3")


def control_app(account: Account) -> Flask:
    """Every way to change how the account behaves; ``docs/local-account.md`` lists the bodies."""
    app = Flask(__name__)
    controls = {
        "/clock": _set_clock,
        "/deployments": _set_deployments,
        "/events": _set_events,
        "/push": _push,
        "/replication": _set_replication,
        "/reset": _reset,
    }
    for path, control in controls.items():
        app.add_url_rule(path, path, _answering(control, account), methods=["POST"])
    return app


def _answering(control: Callable[[Account, Body], Body], account: Account) -> Callable[[], tuple[Response, int]]:
    def answer() -> tuple[Response, int]:
        body = request.get_json(force=True, silent=True) if request.data else {}
        if not isinstance(body, dict):
            return jsonify({"error": "the body must be a JSON object"}), 400
        try:
            return jsonify(control(account, body)), 200
        except (ValueError, TypeError) as error:
            return jsonify({"error": str(error)}), 400

    return answer


def _set_events(account: Account, body: Body) -> Body:
    _refuse_unknown(body, {"shuffle", "hold", "duplicate", "drop", "seed"})
    account.events.inject(EventFaults(**body))
    return body


def _set_deployments(account: Account, body: Body) -> Body:
    _refuse_unknown(body, {"region", "provider", "service", "outcome"})
    provider = _text(body, "provider")
    if provider not in PROVIDERS:
        raise ValueError(f"provider must be one of {', '.join(PROVIDERS)}")
    service = _text(body, "service") if body.get("service") is not None else None
    account.outcomes.choose(_region(body), provider, service, _outcome(_text(body, "outcome")))
    return body


def _set_replication(account: Account, body: Body) -> Body:
    _refuse_unknown(body, {"region", "delay_seconds", "outcome"})
    account.ecr.set_replication(_text(body, "region"), body.get("delay_seconds"), body.get("outcome", "complete"))
    return body


def _set_clock(account: Account, body: Body) -> Body:
    _refuse_unknown(body, {"speed"})
    speed = body.get("speed")
    if isinstance(speed, bool) or not isinstance(speed, int | float) or not 0 < speed < float("inf"):
        raise ValueError(f"speed must be a number above 0, not {speed!r}")
    account.set_speed(speed)
    return body


def _push(account: Account, body: Body) -> Body:
    _refuse_unknown(body, {"repository", "branch", "message", "author"})
    started = account.codepipeline.push(
        _text(body, "repository"),
        _text({"branch": "main", **body}, "branch"),
        _text({"message": "A change", **body}, "message"),
        _text({"author": "release-bot", **body}, "author"),
    )
    return {"executions": started}


def _reset(account: Account, body: Body) -> Body:
    """Clear every fault; what exists and what runs stays."""
    _refuse_unknown(body, set())
    account.events.inject(EventFaults())
    account.outcomes.clear()
    account.ecr.clear_faults()
    account.slack.clear_faults()
    account.set_speed(DEFAULT_SPEED)
    return body


def _refuse_unknown(body: Body, known: set[str]) -> None:
    if unknown := sorted(body.keys() - known):
        raise ValueError(f"unknown key {unknown[0]!r}; known: {', '.join(sorted(known)) or 'none'}")


def _text(body: Body, key: str) -> str:
    value = body.get(key)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{key} must be a text")
    return value


def _region(body: Body) -> str:
    region = _text(body, "region")
    if not is_region(region):
        raise ValueError(f"region must be a region of AWS, not {region!r}")
    return region


def _outcome(value: str) -> Outcome:
    try:
        return Outcome(value)
    except ValueError as error:
        raise ValueError(f"outcome must be one of {', '.join(Outcome)}") from error
