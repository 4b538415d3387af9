"""One folder per AWS service: what is read of it, what that proves, and how a deployment goes back.

A function that asks AWS raises ClientError or BotoCoreError where the service refuses or does not answer. Docstrings
name only what a function raises besides.
"""
