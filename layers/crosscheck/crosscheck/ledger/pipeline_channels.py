"""Which Slack channel shows the cards of a pipeline, as ``update_card`` found it in the pipeline's tags.

Whoever tells that a release changed has to know it, because the queue of the cards has a group for each channel; and
only ``update_card`` asks CodePipeline for it. A pipeline that is not known yet has the stack's own channel.
"""

from crosscheck.ledger.subjects import LedgerKey, Subject
from crosscheck.ledger.table import AttributeValues, ReleaseTable, item_key, pipeline_key


class PipelineChannels(ReleaseTable):
    """The channels, beside the ledger's facts in the same table. An empty channel is the stack's own."""

    def find(self, subject: LedgerKey) -> str:
        """The channel of the subject's pipeline; empty where it is not known, and for an image."""
        if not isinstance(subject, Subject):
            return ""
        answer = self.client.get_item(TableName=self.table, Key=_key(subject))
        return answer.get("Item", {}).get("channel", {"S": ""})["S"]

    def save(self, subject: Subject, channel: str) -> None:
        """Keep the channel of the subject's pipeline."""
        self.update(_key(subject), ["#channel = :channel"], {":channel": {"S": channel}})


def _key(subject: Subject) -> AttributeValues:
    return item_key(f"channel#{pipeline_key(subject.region, subject.pipeline)}", "channel")
