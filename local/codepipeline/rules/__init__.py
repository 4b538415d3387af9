"""The rules of stage conditions: one module for each provider, and the registry of all."""
