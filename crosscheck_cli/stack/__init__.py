"""The stack that the operator means, and the releases in its ledger."""

STACK = "crosscheck"
