"""Builders with defaults and overrides: a test names only what it is about."""
