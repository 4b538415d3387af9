"""Elastic Beanstalk's operations, one module for each part of the API."""

from local.elasticbeanstalk.api.call import Call
from local.elasticbeanstalk.api.operations import OPERATIONS, check_known

__all__ = ["OPERATIONS", "Call", "check_known"]
