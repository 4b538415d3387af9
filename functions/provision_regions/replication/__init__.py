"""`Custom::ReplicationRules`: our rules in the registry's replication configuration, beside other people's."""
