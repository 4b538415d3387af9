from local.web import web_app


def _health(region: str, service: str) -> tuple[bool, str]:
    if service != "my-service":
        raise LookupError(f"no service {service} in {region}")
    return region == "us-east-1", "my-service:7"


def test_the_page_names_the_running_revision() -> None:
    answer = web_app(_health).test_client().get("/us-east-1/my-service")

    assert answer.status_code == 200
    assert answer.json == {"region": "us-east-1", "revision": "my-service:7", "service": "my-service", "status": "ok"}


def test_the_page_is_down_while_no_task_runs() -> None:
    answer = web_app(_health).test_client().get("/eu-west-1/my-service")

    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["status"] == "unavailable"


def test_an_unknown_service_has_no_page() -> None:
    answer = web_app(_health).test_client().get("/eu-west-1/other")

    assert answer.status_code == 404
    assert answer.json == {"error": "no service other in eu-west-1"}
