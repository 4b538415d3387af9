"""A CloudWatch metric, before and after a release."""
