"""IAM's decisions about the account's own services: the emulator evaluates the policies, as for its own."""

import urllib3

from local.aws_json.authorization import Decides, Right
from local.aws_json.errors import ApiError
from local.aws_json.messages import OK
from local.emulator.service_events import TOKEN_HEADER

PATH = "/_crosscheck/decisions"  # the launcher knows it too; it runs in another environment


class DecisionError(RuntimeError):
    """The emulator did not decide; says with which status it answered."""


def decider(url: str, token: str) -> Decides:
    """Asks the emulator at ``url``; ``token`` is its ``service_token``.

    Raises:
        ApiError: from the call, where it may not: AccessDeniedException in AWS's words, or what is wrong with the key.
        DecisionError: from the call, where the emulator does not answer the question.
    """
    pool = urllib3.PoolManager(maxsize=16, retries=False, timeout=urllib3.Timeout(connect=3, read=60))

    def decide(access_key_id: str, region: str, right: Right) -> None:
        asked = {"key": access_key_id, "region": region, "action": right.action, "resource": right.resource}
        answer = pool.request("POST", url + PATH, headers={TOKEN_HEADER: token}, json=asked)
        if answer.status != OK:
            raise DecisionError(f"{right.action} on {right.resource}: the emulator answered {answer.status}")
        if refusal := answer.json():
            raise ApiError(refusal["code"], refusal["message"])

    return decide
