"""A Slack workspace: the Web API as strict as Slack's, what was called, and a page as a person sees it."""

from local.slack.workspace import SlackWorkspace

__all__ = ["SlackWorkspace"]
