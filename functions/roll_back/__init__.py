"""Rolls back what failed: a region, or a whole stage. The only function with the right to change a deployed service."""
