"""The actions: one module for each kind, and the registry of all."""
