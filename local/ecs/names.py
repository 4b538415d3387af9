"""ARNs of a service and of what belongs to it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ServiceName:
    """A service's ARN in parts: ``arn:aws:ecs:<region>:<account>:service/<cluster>/<service>``."""

    partition: str
    region: str
    account_id: str
    cluster: str
    service: str

    @classmethod
    def from_arn(cls, arn: str) -> ServiceName:
        """Take a service's ARN apart, or that of one of its deployments or revisions."""
        _, partition, _, region, account_id, resource = arn.split(":", 5)
        _, cluster, service = resource.split("/")[:3]
        return cls(partition, region, account_id, cluster, service)

    def _arn(self, kind: str, *parts: str) -> str:
        return f"arn:{self.partition}:ecs:{self.region}:{self.account_id}:{'/'.join((kind, self.cluster, *parts))}"

    @property
    def arn(self) -> str:
        """The service's ARN."""
        return self._arn("service", self.service)

    @property
    def cluster_arn(self) -> str:
        """The cluster's ARN."""
        return self._arn("cluster")

    def task(self, task_id: str) -> str:
        """A task's ARN."""
        return self._arn("task", task_id)

    def deployment(self, deployment_id: str) -> str:
        """The ARN of the service deployment that made the deployment ``ecs-svc/<number>``."""
        return self._arn("service-deployment", self.service, deployment_id.removeprefix("ecs-svc/"))

    def revision(self, revision_id: str) -> str:
        """A service revision's ARN."""
        return self._arn("service-revision", self.service, revision_id)


def last_part(reference: str) -> str:
    """The name in an ARN, or the name itself: ECS takes either for clusters, services and tasks."""
    return reference.rsplit("/", 1)[-1]
