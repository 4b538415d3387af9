"""`Custom::ReplicationRules`: brings our rules into the registry, although others may write to it at the same time.

ECR has no conditional write. So nothing happens between the last read and the write, and after a while the
configuration is read again: a writer who read before our write and wrote after it has removed our rules, and then the
update starts again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from botocore.exceptions import ClientError

from crosscheck.errors import CrosscheckError
from provision_regions.context import ProviderContext
from provision_regions.custom_resource.request import Answer, Request, succeeded
from provision_regions.ownership.names import names_for, names_for_removal
from provision_regions.ownership.owned_parameters import SetRecord
from provision_regions.replication.registry import QuotaError, ReplicationRegistry, UnknownSettingError
from provision_regions.replication.rules import OurRules, Rule, merge, read_properties, wanted_rules
from provision_regions.retry import Retrying

RECORD = "ReplicationRules"  # has capitals, so it is never the prefix of a store
LOOKS = 12
SETTLE_SECONDS = 3.0  # longer than another of our runs takes between its read and its write


class ReplicationRecord(SetRecord):
    """The record of one resource: about 35 bytes for each rule."""

    key = "rules"


class OutrunError(CrosscheckError):
    """Somebody else wrote after each of our writes."""


@dataclass
class RegistryUpdate:
    """One request's update of the registry. ``recorded`` is the content of the record, None if there is no record."""

    registry: ReplicationRegistry
    record: ReplicationRecord
    retrying: Retrying
    recorded: frozenset[str] | None

    def apply(self, wanted: Sequence[Rule]) -> frozenset[str]:
        """Replace our rules by the wanted ones; returns the fingerprints of those that are ours then.

        Raises:
            OutrunError: somebody else wrote after each of our writes.
            QuotaError: the rules do not fit.
            UnknownSettingError: a write would lose what this SDK does not know.
        """
        before = self.recorded or frozenset()
        ours, written = OurRules(dict.fromkeys(before, 0)), False
        for _ in range(LOOKS):
            present = self.registry.rules()
            merged = merge(present, ours.among(present), wanted)
            if merged.rules == present:
                self._remember(merged.ours)
                return merged.ours
            if not merged.ours <= (self.recorded or frozenset()):
                self._remember(merged.ours.union(self.recorded or ()))
                continue  # the write must follow a look at once
            try:
                self.registry.replace(merged)
            except (ClientError, QuotaError, UnknownSettingError):
                if not written:  # we made nothing, so the record must not claim it
                    self._remember(before)
                raise
            ours, written = ours.after(merged), True
            self.retrying.sleep(SETTLE_SECONDS)
        raise OutrunError("somebody else changed the registry's replication configuration after each of our writes")

    def _remember(self, rules: frozenset[str]) -> None:
        if rules != self.recorded and (rules or self.recorded is not None):
            self.record.write(rules, new=self.recorded is None)
            self.recorded = rules


def serve_replication(request: Request, physical_id: str, context: ProviderContext) -> Answer:
    """Make the rules that the template asks for, or remove them. Other people's rules stay.

    Raises:
        CrosscheckError: the answer is FAILED with this text.
        ClientError: AWS refuses a call; the answer is FAILED, too.
    """
    if request.deletes:
        return _remove(request, physical_id, context)
    wanted = wanted_rules(read_properties(request.properties, context), context.account)
    record = ReplicationRecord(context, names_for(request, context, RECORD))
    recorded = record.read()
    if not wanted and recorded is None:  # nobody asks for replication, so the registry is not even read
        return _answer(physical_id, 0)
    ours = RegistryUpdate(ReplicationRegistry(context), record, context.retrying, recorded).apply(wanted)
    return _answer(physical_id, len(ours))


def _remove(request: Request, physical_id: str, context: ProviderContext) -> Answer:
    """Serve a Delete. The properties do not matter, because the record knows our rules."""
    names = names_for_removal(request, context, RECORD)
    if names is None:
        return succeeded(physical_id)
    record = ReplicationRecord(context, names)
    recorded = record.read()
    if recorded is not None:
        RegistryUpdate(ReplicationRegistry(context), record, context.retrying, recorded).apply(())
        record.remove()
    return succeeded(physical_id)


def _answer(physical_id: str, count: int) -> Answer:
    """The answer with ``!GetAtt <logical id>.Rules``: how many rules of the registry belong to this resource."""
    return succeeded(physical_id, {"Rules": str(count)})
