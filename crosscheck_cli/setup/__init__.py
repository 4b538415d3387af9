"""The files with which a stack is deployed: samconfig.toml, and the manifest of the Slack app."""
