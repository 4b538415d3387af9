"""First state of verify_release: what has to be looked at, and in which regions."""
