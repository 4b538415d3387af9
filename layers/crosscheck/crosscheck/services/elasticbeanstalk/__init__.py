"""Elastic Beanstalk: the environment that a deploy action gave a version to."""

from crosscheck.contracts.service import Service
from crosscheck.services.elasticbeanstalk.check import ElasticBeanstalkDeploy, ElasticBeanstalkEnvironment
from crosscheck.services.elasticbeanstalk.rollback import ElasticBeanstalkRollback

SERVICE = Service(
    checks=(ElasticBeanstalkEnvironment(),),
    deploy_providers=(ElasticBeanstalkDeploy(),),
    rollbacks={ElasticBeanstalkEnvironment.kind: ElasticBeanstalkRollback()},
)
