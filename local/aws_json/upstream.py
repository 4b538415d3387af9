"""The same service of the emulator, for what this account does not do itself."""

import urllib3

from local.aws_json.messages import Answer, Request
from local.clients import Aws

HOP_BY_HOP = {"connection", "content-length", "transfer-encoding", "accept-encoding"}
ANSWERED = ("content-type", "x-amzn-requestid", "x-amzn-errortype")


class Upstream:
    """Forwards requests as they are."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self._pool = urllib3.PoolManager(maxsize=16, retries=False, timeout=urllib3.Timeout(connect=3, read=60))

    def forward(self, request: Request) -> Answer:
        """Send a request on with all its headers, so that the caller's region and account stay."""
        kept = {name: value for name, value in request.headers.items() if name.lower() not in HOP_BY_HOP}
        answer = self._pool.request("POST", self._aws.endpoint + "/", headers=kept, body=request.body)
        shown = {name: answer.headers[name] for name in ANSWERED if name in answer.headers}
        return Answer(answer.status, answer.data, shown)
