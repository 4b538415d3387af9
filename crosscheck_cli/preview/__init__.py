"""The card that events would make, without a stack."""
