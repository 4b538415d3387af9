"""`Custom::ReplicationRules`: brings our rules into the registry, although others may write to it at the same time.

ECR has no conditional write. So nothing happens between the last read and the write, and after a while the
configuration is read again: a writer who read before our write and wrote after it has removed our rules, and then the
update starts again.

Several resources may ask for the same rule, those of other stacks included: it is in the record of each, and goes with
the last one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from botocore.exceptions import ClientError

from crosscheck.errors import CrosscheckError
from provision_regions.context import ProviderContext
from provision_regions.custom_resource.request import Request
from provision_regions.ownership.names import Names, names_for
from provision_regions.replication.records import RuleRecord
from provision_regions.replication.registry import QuotaError, ReplicationRegistry, UnknownSettingError
from provision_regions.replication.rules import OurRules, Rule, merge, read_properties, wanted_rules
from provision_regions.retry import Retrying

RECORD = "ReplicationRules"  # has capitals, so it is never the prefix of a store
LOOKS = 12
SETTLE_SECONDS = 3.0  # longer than another of our runs takes between its read and its write


class OutrunError(CrosscheckError):
    """Somebody else wrote after each of our writes."""


@dataclass(frozen=True)
class RegistryUpdate:
    """One request's update of the registry. The record was read."""

    registry: ReplicationRegistry
    record: RuleRecord
    retrying: Retrying

    def apply(self, wanted: Sequence[Rule]) -> frozenset[str]:
        """Replace our rules by the wanted ones; returns the fingerprints of those that are ours then.

        Raises:
            OutrunError: somebody else wrote after each of our writes.
            QuotaError: the rules do not fit.
            UnknownSettingError: a write would lose what this SDK does not know.
        """
        before = self.record.texts
        ours, written = OurRules(dict.fromkeys(before, 0)), False
        for _ in range(LOOKS):
            shared = self.record.named_by_others()
            self.retrying.require()  # now, so that it need not be asked between the read and the write
            present = self.registry.rules()
            merged = merge(present, ours.among(present), wanted, shared)
            if merged.rules == present:
                news = (merged.ours ^ self.record.texts) & shared
                self.record.write(merged.ours)
                if not news:
                    return merged.ours
                # Another resource that gives the rule up at this moment has not read this yet. It may still remove the
                # rule, or leave it to us.
                ours = ours.also(merged.ours)
                self.retrying.sleep(SETTLE_SECONDS)
                continue
            if not merged.ours <= self.record.texts:
                self.record.write(merged.ours | self.record.texts)
                continue  # the write must follow a look at once
            try:
                self.registry.replace(merged)
            except (ClientError, QuotaError, UnknownSettingError):
                if not written:  # we made nothing, so the record must not claim it
                    self.record.write(before)
                raise
            ours, written = ours.after(merged, shared), True
            self.retrying.sleep(SETTLE_SECONDS)
        raise OutrunError("somebody else changed the registry's replication configuration after each of our writes")


def provision_replication(request: Request, context: ProviderContext) -> Mapping[str, str]:
    """Make the rules that the template asks for. Other people's rules stay.

    The attribute ``Rules`` is how many rules of the registry belong to this resource.

    Raises:
        CrosscheckError: the answer is FAILED with this text.
        ClientError: AWS refuses a call; the answer is FAILED, too.
    """
    wanted = wanted_rules(*read_properties(request.properties, context), context.account)
    ours = _update(context, names_for(request, context, RECORD), wanted)
    return {"Rules": str(len(ours))}


def remove_replication(request: Request, context: ProviderContext) -> None:
    """Remove our rules. The properties do not matter, because the record knows the rules."""
    _update(context, names_for(request, context, RECORD), ())


def _update(context: ProviderContext, names: Names, wanted: Sequence[Rule]) -> frozenset[str]:
    record = RuleRecord(context, names)
    record.read()
    if not wanted and not record.exists:  # nobody asks for replication, so the registry is not even read
        return frozenset()
    return RegistryUpdate(ReplicationRegistry(context), record, context.retrying).apply(wanted)
