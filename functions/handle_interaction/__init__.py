"""Takes clicks from Slack: verifies the signature, asks for a reason where one is needed, and hands the click on."""
