"""A file for each command: it reads its options, makes one call, and prints the result."""
