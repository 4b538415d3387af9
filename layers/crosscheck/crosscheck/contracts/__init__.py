"""What a check, a verdict and a rollback are: the types that every service implements. Nothing here calls AWS."""
