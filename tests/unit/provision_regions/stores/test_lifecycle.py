"""The guard against losing lifecycle settings that this SDK does not know, with a genuine client."""

import boto3
import pytest
from flask import Flask, Response

from local.server import Server
from provision_regions.stores.lifecycle import (
    EVENT,
    UNKNOWN,
    UnknownElementError,
    keep_unknown_elements,
    refuse_losses,
)

KNOWN = """<ID>logs</ID><Status>Enabled</Status><Filter><And><Prefix>a/</Prefix><Tag><Key>k</Key><Value>v</Value></Tag>
</And></Filter><Transition><Days>30</Days><StorageClass>GLACIER</StorageClass></Transition>"""


def _read(rule: str) -> dict[str, object]:
    """What a genuine client makes of an answer of S3 with this rule beside an ordinary one."""
    app = Flask("s3")
    rules = f"<Rule>{KNOWN}</Rule><Rule>{rule}</Rule>"
    body = f'<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{rules}</LifecycleConfiguration>'

    @app.get("/<bucket>")
    def serve(bucket: str) -> Response:
        return Response(body, content_type=f"application/xml; of={bucket}")

    server = Server(app, "s3", threads=1)
    try:
        client = boto3.Session("local", "local", region_name="us-east-1").client("s3", endpoint_url=server.url)
        client.meta.events.register(EVENT, keep_unknown_elements, unique_id=UNKNOWN)
        return dict(client.get_bucket_lifecycle_configuration(Bucket="store"))
    finally:
        server.close()


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ("<ID>b</ID><Status>Enabled</Status><Schedule>night</Schedule>", "rules.Rule.Schedule"),
        (f"{KNOWN}<Transition><Days>1</Days><Via>x</Via></Transition>", "rules.Rule.Transition.Via"),
    ],
)
def test_f72_a_setting_that_the_sdk_would_drop_is_refused_by_name(rule: str, path: str) -> None:
    with pytest.raises(UnknownElementError, match=path):
        refuse_losses(_read(rule), "store")


def test_what_the_sdk_knows_is_written_back() -> None:
    found = _read(KNOWN.replace("logs", "more"))
    refuse_losses(found, "store")
    assert isinstance(found["Rules"], list)
    assert [rule["ID"] for rule in found["Rules"]] == ["logs", "more"]
