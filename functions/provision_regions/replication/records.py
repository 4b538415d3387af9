"""Which rules are ours: their fingerprints, written before the registry is changed."""

from provision_regions.ownership.record import ResourceRecord

RECORD = "ReplicationRules"  # no store's prefix has capitals


class ReplicationRecord(ResourceRecord):
    """The record of one resource: about 35 bytes for each rule."""

    key = "rules"
