"""What is wrong with a stack, and how to mend it. ``looks`` call AWS and Slack, ``rules`` judge what they saw."""
