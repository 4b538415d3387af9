"""Shows each changed release in Slack: one card per release, updated in place."""
