"""Brings our rules into the registry, although others may write to it at the same time.

ECR has no conditional write. So nothing happens between the last read and the write, and after a while the
configuration is read again: a writer who read before our write and wrote after it has removed our rules, and then the
update starts again.
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
