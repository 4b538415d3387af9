"""The query protocol for services of the local account's own: forms in, XML out, checked as ``aws_json`` checks."""

from local.aws_query.endpoint import create_app

__all__ = ["create_app"]
