"""What the ledger knows of one release, told as a story: what happened when, who said so, and why."""
