from local.ecs.names import ServiceName, last_part

ARN = "arn:aws-cn:ecs:cn-north-1:111122223333:service/production/my-service"


def test_f57_a_service_keeps_its_partition() -> None:
    name = ServiceName.from_arn(ARN)

    assert name.arn == ARN
    assert name.task("7") == "arn:aws-cn:ecs:cn-north-1:111122223333:task/production/7"


def test_a_deployment_and_a_revision_lead_back_to_their_service() -> None:
    name = ServiceName.from_arn(ARN)

    assert ServiceName.from_arn(name.deployment("ecs-svc/7")) == name
    assert ServiceName.from_arn(name.revision("9")) == name
    assert last_part(name.deployment("ecs-svc/7")) == "7"


def test_a_name_is_its_own_last_part() -> None:
    assert last_part("production") == "production"
    assert last_part("arn:aws:ecs:eu-west-1:111122223333:cluster/production") == "production"
