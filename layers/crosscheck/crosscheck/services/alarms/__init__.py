"""CloudWatch alarms: no alarm goes off since a release began."""
