"""In which regions a resource may have a rule, written before any rule is made.

So a Delete and a rollback apply the rules of every run, those that were killed and those of other properties included.
"""

from collections.abc import Collection

from provision_regions.ownership.record import ResourceRecord

RECORD = "EventForwarding"  # no store's prefix has capitals


class ForwardingRecord(ResourceRecord):
    """The record of one resource: about 600 bytes for all regions of AWS."""

    key = "regions"

    def change(self, before: Collection[str], after: Collection[str]) -> None:
        """Write the regions where they differ; without regions there is no record."""
        if set(before) == set(after):
            return
        if after:
            self.write(after, new=not before)
        else:
            self.remove()
