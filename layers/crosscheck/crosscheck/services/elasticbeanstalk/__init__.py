"""Elastic Beanstalk: the environment that a deploy action gave a version to."""

from crosscheck.contracts.service import Service
from crosscheck.services.elasticbeanstalk.check import ElasticBeanstalkDeploy, ElasticBeanstalkEnvironment

SERVICE = Service(
    checks=(ElasticBeanstalkEnvironment(),),
    deploy_providers=(ElasticBeanstalkDeploy(),),
)
