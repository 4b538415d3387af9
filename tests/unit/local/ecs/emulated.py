"""A fake of the emulator: its ECS, which is always steady, and an ECR. Keeps to what EcsLayer asks of them."""

from tests.unit.local.emulated import EmulatedService, Json, RefusedError

ACCOUNT_ID = "111122223333"


def _cluster_name(given: Json) -> str:
    return str(given.get("cluster", "default")).rsplit("/", 1)[-1]


class Emulated(EmulatedService):
    """Services by (region, cluster, name); ``images`` maps (region, repository, tag) to a digest."""

    def __init__(self) -> None:
        super().__init__()
        self.services: dict[tuple[str, str, str], Json] = {}
        self.task_definitions: dict[tuple[str, str], str] = {}
        self.images: dict[tuple[str, str, str], str] = {}
        self.deregistered: set[str] = set()
        self.now = 2_000_000.0

    def define(self, region: str, name: str, image: str) -> str:
        """Register a task definition ``family:revision`` with one container."""
        self.task_definitions[region, name] = image
        return self._arn(region, f"task-definition/{name}")

    def CreateService(self, region: str, given: Json) -> Json:  # noqa: N802 - named as the operation
        cluster, name = given.get("cluster", "default"), given["serviceName"]
        self.services[region, cluster, name] = {
            "serviceArn": self._arn(region, f"service/{cluster}/{name}"),
            "serviceName": name,
            "clusterArn": self._arn(region, f"cluster/{cluster}"),
            "status": "ACTIVE",
            "createdAt": 1_000_000 + len(self.services),
            "deployments": [{"createdAt": self.now}],
            "desiredCount": given.get("desiredCount", 1),
            "runningCount": given.get("desiredCount", 1),
            "taskDefinition": self._task_definition(region, given["taskDefinition"]),
            "deploymentConfiguration": given.get("deploymentConfiguration", {}),
            "deploymentController": given.get("deploymentController", {"type": "ECS"}),
            "launchType": "FARGATE",
            "somethingOfTheEmulator": True,
        }
        return {"service": self.services[region, cluster, name]}

    def UpdateService(self, region: str, given: Json) -> Json:  # noqa: N802
        service = self._service(region, given)
        if "taskDefinition" in given:
            service["taskDefinition"] = self._task_definition(region, given["taskDefinition"])
            service["deployments"].insert(0, {"createdAt": self.now})
        service["desiredCount"] = given.get("desiredCount", service["desiredCount"])
        return {"service": service}

    def DeleteService(self, region: str, given: Json) -> Json:  # noqa: N802
        service = self._service(region, given)
        service["status"] = "INACTIVE"
        return {"service": service}

    def DescribeServices(self, region: str, given: Json) -> Json:  # noqa: N802
        self._cluster(region, given)
        names = {reference: reference.rsplit("/", 1)[-1] for reference in given["services"]}
        keys = {reference: (region, _cluster_name(given), name) for reference, name in names.items()}
        return {
            "services": [self.services[key] for key in keys.values() if key in self.services],
            "failures": [{"arn": ref, "reason": "MISSING"} for ref, key in keys.items() if key not in self.services],
        }

    def DescribeTaskDefinition(self, region: str, given: Json) -> Json:  # noqa: N802
        arn = self._task_definition(region, given["taskDefinition"])
        image = self.task_definitions[region, arn.rsplit("/", 1)[1]]
        containers = [{"name": "app", "image": image}]
        status = "INACTIVE" if arn in self.deregistered else "ACTIVE"
        return {"taskDefinition": {"taskDefinitionArn": arn, "containerDefinitions": containers, "status": status}}

    def ListClusters(self, region: str, _: Json) -> Json:  # noqa: N802
        return {"clusterArns": sorted({self._arn(region, f"cluster/{key[1]}") for key in self.services})}

    def ListServices(self, region: str, given: Json) -> Json:  # noqa: N802
        self._cluster(region, given)
        return {
            "serviceArns": [
                service["serviceArn"]
                for key, service in self.services.items()
                if key[:2] == (region, _cluster_name(given)) and service["status"] == "ACTIVE"
            ]
        }

    def ListTasks(self, region: str, given: Json) -> Json:  # noqa: N802
        self._cluster(region, given)
        return {"taskArns": [self._arn(region, f"task/{given['cluster']}/{task}") for task in ("alone", "emulated")]}

    def DescribeTasks(self, region: str, given: Json) -> Json:  # noqa: N802
        groups = {"alone": "family:job", "emulated": "service:my-service"}
        names = {reference: reference.rsplit("/", 1)[-1] for reference in given["tasks"]}
        return {
            "tasks": [
                {"taskArn": self._arn(region, f"task/{given['cluster']}/{name}"), "group": groups[name]}
                for name in names.values()
                if name in groups
            ],
            "failures": [{"arn": ref, "reason": "MISSING"} for ref, name in names.items() if name not in groups],
        }

    def DescribeImages(self, region: str, given: Json) -> Json:  # noqa: N802
        tag = given["imageIds"][0].get("imageTag", "")
        digest = self.images.get((region, given["repositoryName"], tag))
        if digest is None:
            raise RefusedError("ImageNotFoundException", "The image does not exist")
        return {"imageDetails": [{"imageDigest": digest}]}

    def ListServiceDeployments(self, _region: str, _given: Json) -> Json:  # noqa: N802
        return {"serviceDeployments": []}

    def DescribeServiceDeployments(self, _region: str, _given: Json) -> Json:  # noqa: N802
        return {"serviceDeployments": []}

    def DescribeServiceRevisions(self, _region: str, _given: Json) -> Json:  # noqa: N802
        return {"serviceRevisions": []}

    def _arn(self, region: str, resource: str) -> str:
        return f"arn:aws:ecs:{region}:{ACCOUNT_ID}:{resource}"

    def _cluster(self, region: str, given: Json) -> None:
        if not any(key[:2] == (region, _cluster_name(given)) for key in self.services):
            raise RefusedError("ClusterNotFoundException", "Cluster not found.")

    def _service(self, region: str, given: Json) -> Json:
        self._cluster(region, given)
        service = self.services.get((region, _cluster_name(given), given["service"].rsplit("/", 1)[-1]))
        if service is None:
            raise RefusedError("ServiceNotFoundException", "Service not found.")
        return service

    def _task_definition(self, region: str, reference: str) -> str:
        name = reference.rsplit("/", 1)[-1]
        if (region, name) not in self.task_definitions:
            raise RefusedError("ClientException", "Unable to describe task definition.")
        return self._arn(region, f"task-definition/{name}")
