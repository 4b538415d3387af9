"""The calls. Each look reads one thing, changes nothing, and lets AWS's refusals through."""
