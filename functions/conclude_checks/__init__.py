"""Last state of verify_release: what all regions came to."""
