"""The gate's log."""

from aws_lambda_powertools import Logger

logger = Logger()
