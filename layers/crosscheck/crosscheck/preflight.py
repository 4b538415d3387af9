"""What is looked at when an execution starts, besides what would break it."""

# The value of a finding that says what works and is unwise.
WARNING = "warning"
LAMBDA_ALIAS = "lambda-alias"
# Looked at only so that a rollback knows what was there before: right or wrong, nothing to tell.
BASELINE_KINDS = frozenset({LAMBDA_ALIAS})
