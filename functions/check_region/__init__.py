"""Looks at one region once; the state machine comes back while something is pending."""
