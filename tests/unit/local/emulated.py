"""A fake of the emulator: the operations are methods of the subclass, called as AWS calls them."""

import re
from typing import Any

from flask import Flask, Response, jsonify, request

Json = dict[str, Any]


class RefusedError(Exception):
    """An operation's error answer."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(code)
        self.answer = {"__type": code, "message": message or f"refused: {code}"}


class EmulatedService:
    """Each operation takes a region and the parameters; ``denied`` ones are refused as IAM refuses them."""

    def __init__(self) -> None:
        self.denied: set[tuple[str, str]] = set()
        self.forwarded: list[tuple[str, str]] = []
        self.app = Flask("emulated")
        self.app.add_url_rule("/", view_func=self._serve, methods=["POST"])

    def _serve(self) -> Response:
        operation = request.headers["X-Amz-Target"].rsplit(".", 1)[1]
        found = re.search(r"/\d{8}/([^/]+)/", request.headers["Authorization"])
        region = found[1] if found else ""
        self.forwarded.append((region, operation))
        try:
            answer = jsonify(self._handler(region, operation)(region, request.get_json(force=True)))
        except RefusedError as error:
            answer = jsonify(error.answer)
            answer.status_code = 400
        answer.content_type = "application/x-amz-json-1.1"
        return answer

    def _handler(self, region: str, operation: str) -> Any:
        if (region, operation) in self.denied:
            raise RefusedError("AccessDeniedException")
        return getattr(self, operation, self._unknown)

    def _unknown(self, _region: str, _given: Json) -> Json:
        raise RefusedError("InvalidAction")
