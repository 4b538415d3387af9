"""The page of each service, as the tasks of its region would serve it."""

from collections.abc import Callable

from flask import Flask, Response, jsonify

Health = Callable[[str, str], tuple[bool, str]]


def web_app(health: Health) -> Flask:
    """Serve ``/<region>/<service>``: 200 and the running revision while any task runs, else 503.

    ``health`` answers whether the service runs and which revision; it raises LookupError for an unknown service.
    """
    app = Flask("web")

    @app.get("/<region>/<service>")
    def page(region: str, service: str) -> tuple[Response, int]:
        try:
            healthy, revision = health(region, service)
        except LookupError as error:
            return jsonify(error=str(error.args[0])), 404
        status = "ok" if healthy else "unavailable"
        return jsonify(service=service, region=region, status=status, revision=revision), 200 if healthy else 503

    return app
