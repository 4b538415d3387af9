"""The page that shows the workspace as a person sees it in Slack. All text in it is untrusted."""
