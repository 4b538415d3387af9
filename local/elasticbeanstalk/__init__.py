"""Elastic Beanstalk for the local account: the query API, with environments that nothing runs in behind it."""

from local.elasticbeanstalk.service import ElasticBeanstalk

__all__ = ["ElasticBeanstalk"]
