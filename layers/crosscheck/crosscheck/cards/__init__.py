"""The Slack cards of a release and of an image: pure functions of what the ledger tells."""
