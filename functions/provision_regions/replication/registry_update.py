"""Read, merge, write, and look again: the registry as it must be, whoever else is writing to it.

ECR has no conditional write. So nothing lies between the last read and the write, and after a while the configuration
is read again: a writer who had read before us and wrote after us has thrown our rules out, and then we go round again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from crosscheck.errors import CrosscheckError
from provision_regions.ownership.record import SetRecord
from provision_regions.replication.registry import QuotaError, ReplicationRegistry, UnknownSettingError
from provision_regions.replication.rules import OurRules, merge
from provision_regions.retry import Retrying

if TYPE_CHECKING:
    from mypy_boto3_ecr.type_defs import ReplicationRuleOutputTypeDef as Rule

RECORD = "ReplicationRules"  # no store's prefix has capitals
LOOKS = 12
SETTLE_SECONDS = 3.0  # longer than another of our runs takes between its read and its write


class ReplicationRecord(SetRecord):
    """The record of one resource: about 35 bytes for each rule."""

    key = "rules"


class OutrunError(CrosscheckError):
    """Somebody else wrote after each of our writes."""


@dataclass
class RegistryUpdate:
    """One request's work at the registry. ``recorded`` is what the record says, None where there is none."""

    registry: ReplicationRegistry
    records: ReplicationRecord
    retrying: Retrying
    recorded: frozenset[str] | None

    def apply(self, wanted: Sequence[Rule]) -> frozenset[str]:
        """Make our rules the wanted ones; the fingerprints of those that are ours then.

        Raises:
            OutrunError: others write all the time.
            QuotaError: the rules do not fit.
            UnknownSettingError: a write would lose what this SDK does not know.
        """
        before = self.recorded or frozenset()
        ours, written = OurRules(dict.fromkeys(before, 0)), False
        for _ in range(LOOKS):
            present = self.registry.rules()
            merged = merge(present, ours.among(present), wanted)
            if merged.rules == present:
                self._record(merged.ours)
                return merged.ours
            if not merged.ours <= (self.recorded or frozenset()):
                self._record(merged.ours.union(self.recorded or ()))
                continue  # and look again: nothing may lie between the look and the write
            try:
                self.registry.replace(merged)
            except (ClientError, QuotaError, UnknownSettingError):
                if not written:  # what we set out to make is not ours, and the record says so again
                    self._record(before)
                raise
            ours, written = ours.after(merged), True
            self.retrying.sleep(SETTLE_SECONDS)
        raise OutrunError("somebody else changed the registry's replication configuration after each of our writes")

    def _record(self, rules: frozenset[str]) -> None:
        if rules != self.recorded and (rules or self.recorded is not None):
            self.records.write(rules, new=self.recorded is None)
            self.recorded = rules
