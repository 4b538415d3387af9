"""Whose a bucket, a key, a rule or a parameter is, and what a resource remembers of itself."""
