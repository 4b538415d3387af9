"""Serves the custom resources that work in many regions: stores, replication rules, forwarding of events."""
