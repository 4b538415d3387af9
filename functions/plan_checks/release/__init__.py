"""A finished stage: what is due in each of its regions, and what may follow where one fails."""
