"""A release as people see it, folded from the facts of the ledger. Pure: facts in, release out, no clock."""
