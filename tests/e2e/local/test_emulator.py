import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from local.clients import ACCOUNT_ID, Aws
from local.emulator import Emulator, EmulatorError
from local.emulator.service_events import service_event_putter
from tests.e2e.local.functions import REGION, children, deploy, eventually, invoke, listening, package, running

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc")]

ROOT = Path(__file__).parents[3]
HOME = "us-east-1"
LOOPBACK = "0100007F"
SLEEPER = "import time\ndef handler(event, context):\n    print('asleep')\n    time.sleep(50)\n"
WAITING = """
import os, pathlib, time
def handler(event, context):
    print("waits")
    while not pathlib.Path(event["for"]).exists():
        time.sleep(0.05)
    return ["old", os.getpid()]
"""
FAILING = "class NotYetError(Exception): pass\ndef handler(event, context):\n    raise NotYetError(event['why'])\n"
CURIOUS = """
import os, sys, layered
def handler(event, context):
    print("looked around")
    account = context.invoked_function_arn.split(":")[4]
    return {"account": account, "environment": dict(os.environ), "path": sys.path[:2], "layered": layered.__file__}
"""


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    directory = tmp_path_factory.mktemp("emulator")
    with Emulator.start(directory, {"AWS_ENDPOINT_URL_ECS": "http://127.0.0.1:9", "CROSSCHECK_X": "y"}) as started:
        yield started


@pytest.fixture(scope="module")
def aws(emulator: Emulator) -> Aws:
    return Aws(emulator.url)


def test_a_function_error_keeps_its_class(aws: Aws) -> None:
    deploy(aws, "failing", FAILING)

    kind, error = invoke(aws, "failing", {"why": "too early"})
    assert (kind, error["errorType"], error["errorMessage"]) == ("Unhandled", "NotYetError", "too early")


def test_f12_an_import_error_keeps_its_class(aws: Aws) -> None:
    deploy(aws, "broken", "import absent\n")

    kind, error = invoke(aws, "broken")
    assert (kind, error["errorType"]) == ("Unhandled", "Runtime.ImportModuleError")
    assert "absent" in error["errorMessage"]


def test_an_invocation_ends_with_the_code_that_it_began_with(emulator: Emulator, aws: Aws, tmp_path: Path) -> None:
    client, go = aws.client("lambda", REGION), tmp_path / "go"
    log = emulator.log.parent / "functions" / "changing.log"
    deploy(aws, "changing", WAITING)
    with ThreadPoolExecutor() as pool:
        first = pool.submit(invoke, aws, "changing", {"for": str(go)})
        assert eventually(lambda: log.exists() and "waits" in log.read_text())
        client.update_function_code(FunctionName="changing", ZipFile=package(app=WAITING.replace("old", "new")))
        client.update_function_configuration(FunctionName="changing", Environment={"Variables": {"OWN": "1"}})
        go.touch()
        _, (version, pid) = first.result()
        assert version == "old"

    _, (version, _) = invoke(aws, "changing", {"for": str(go)})
    assert version == "new"
    assert eventually(lambda: not running(pid))


def test_a_function_sees_what_lambda_shows_and_logs_where_lambda_does(emulator: Emulator, aws: Aws) -> None:
    layer = aws.client("lambda", REGION).publish_layer_version(
        LayerName="kernel", Content={"ZipFile": package(python__layered="")}
    )
    deploy(aws, "curious", CURIOUS, Layers=[layer["LayerVersionArn"]], Environment={"Variables": {"OWN": "1"}})

    _, seen = invoke(aws, "curious")
    environment = seen["environment"]
    assert seen["account"] == ACCOUNT_ID
    assert seen["path"] == [environment["LAMBDA_TASK_ROOT"], str(Path(seen["layered"]).parent)]
    assert environment["AWS_EXECUTION_ENV"] == "AWS_Lambda_python3.13"
    assert environment["AWS_LAMBDA_LOG_GROUP_NAME"] == "/aws/lambda/curious"
    assert (environment["TZ"], environment["OWN"]) == (":UTC", "1")
    assert (environment["AWS_ENDPOINT_URL_ECS"], environment["CROSSCHECK_X"]) == ("http://127.0.0.1:9", "y")
    assert not {"BIND_HOST", "GATEWAY_PORT", "CROSSCHECK_SERVICE_TOKEN", "CROSSCHECK_PARENT"} & environment.keys()
    assert emulator.service_token not in json.dumps(environment)

    log = emulator.log.parent / "functions" / "curious.log"
    assert eventually(lambda: "looked around" in log.read_text())
    events = aws.client("logs", REGION).filter_log_events(logGroupName="/aws/lambda/curious")["events"]
    assert "looked around" in [event["message"] for event in events]


def test_f09_events_of_services_need_the_token(emulator: Emulator, aws: Aws) -> None:
    entry = {"Source": "aws.codepipeline", "DetailType": "x", "Detail": "{}"}

    refused = aws.client("events", REGION).put_events(Entries=[entry, {**entry, "Source": "mine"}])
    assert [result.get("ErrorCode") for result in refused["Entries"]] == ["NotAuthorizedForSourceException", None]
    service_event_putter(aws, emulator.service_token)(REGION, entry)


def test_f10_a_bus_of_another_region_gets_events_once(emulator: Emulator, aws: Aws) -> None:
    home, away, sqs = aws.client("events", HOME), aws.client("events", REGION), aws.client("sqs", HOME)
    queue = sqs.create_queue(QueueName="events")["QueueUrl"]
    pattern = json.dumps({"source": ["aws.codepipeline"]})
    for client, region, name in ((home, REGION, "back"), (away, HOME, "forward")):
        client.put_rule(Name=name, EventPattern=pattern)
        bus = f"arn:aws:events:{region}:{ACCOUNT_ID}:event-bus/default"
        client.put_targets(Rule=name, Targets=[{"Id": "bus", "Arn": bus, "RoleArn": "arn:aws:iam::1:role/forward"}])
    home.put_rule(Name="keep", EventPattern=pattern)
    home.put_targets(Rule="keep", Targets=[{"Id": "queue", "Arn": f"arn:aws:sqs:{HOME}:{ACCOUNT_ID}:events"}])

    entry = {"Source": "aws.codepipeline", "DetailType": "x", "Detail": '{"n": 1}', "Time": 1_700_000_000}
    service_event_putter(aws, emulator.service_token)(REGION, entry)
    messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=2)["Messages"]
    (event,) = [json.loads(message["Body"]) for message in messages]
    assert event["region"] == REGION
    assert event["time"] != "2023-11-14T22:13:20Z"  # each hop stamps anew


@pytest.mark.parametrize(("service", "operation"), [("sqs", "list_queues"), ("s3", "list_buckets")])
def test_f29_an_unknown_region_is_refused(aws: Aws, service: str, operation: str) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(aws.client(service, "nowhere-9"), operation)()

    assert caught.value.response["Error"]["Code"] == "UnrecognizedClientException"
    assert "nowhere-9" in caught.value.response["Error"]["Message"]


def test_f57_regions_of_every_partition_are_known(aws: Aws) -> None:
    for region in ("cn-north-1", "us-gov-west-1", "ap-southeast-2"):
        assert aws.client("sqs", region).list_queues()["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_everything_listens_on_the_loopback_address_only(emulator: Emulator, aws: Aws) -> None:
    deploy(aws, "warm", "def handler(event, context): return 1\n")
    invoke(aws, "warm")

    assert listening(emulator.pid) == {LOOPBACK}


def test_f21_lambda_calls_a_custom_resource_again_until_it_answers(aws: Aws) -> None:
    deploy(
        aws,
        "provider",
        "import json, urllib.request\ncalls = []\n"
        "def handler(event, context):\n"
        "    calls.append(1)\n"
        "    if len(calls) < 3: raise TimeoutError('near the timeout')\n"
        "    keys = ('StackId', 'RequestId', 'LogicalResourceId')\n"
        "    body = {'Status': 'SUCCESS', 'PhysicalResourceId': 'p', **{key: event[key] for key in keys}}\n"
        "    data, url = json.dumps(body).encode(), event['ResponseURL']\n"
        "    urllib.request.urlopen(urllib.request.Request(url, data, {'Content-Type': ''}, method='PUT'))\n",
    )
    cloudformation = aws.client("cloudformation", REGION)
    token = f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:provider"
    template = {"Resources": {"Made": {"Type": "Custom::Thing", "Properties": {"ServiceToken": token}}}}
    cloudformation.create_stack(StackName="things", TemplateBody=json.dumps(template))

    def status() -> str:
        (stack,) = cloudformation.describe_stacks(StackName="things")["Stacks"]
        return "" if stack["StackStatus"].endswith("IN_PROGRESS") else str(stack["StackStatus"])

    assert eventually(status) == "CREATE_COMPLETE"


@pytest.mark.parametrize(("secret", "taken"), [("arn:aws:secretsmanager", "arn"), ("a/name", "name")])
def test_conditions_may_split_a_parameter(aws: Aws, secret: str, taken: str) -> None:
    cloudformation, stack = aws.client("cloudformation", REGION), f"conditions-{taken}"
    first = {"Fn::Select": [0, {"Fn::Split": [":", {"Ref": "Secret"}]}]}
    template = {
        "Parameters": {"Secret": {"Type": "String", "Default": secret}},
        "Conditions": {"IsArn": {"Fn::Equals": [first, "arn"]}},
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {"Taken": {"Value": {"Fn::If": ["IsArn", "arn", "name"]}}},
    }
    cloudformation.create_stack(StackName=stack, TemplateBody=json.dumps(template))

    def outputs() -> list[dict[str, str]]:
        (described,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
        return list(described.get("Outputs", []))

    assert [output["OutputValue"] for output in eventually(outputs)] == [taken]


def test_sigterm_ends_the_emulator_while_a_function_runs(tmp_path: Path) -> None:
    with Emulator.start(tmp_path, {}) as started:
        (worker,) = _asleep(started.url, started.pid, tmp_path)
        os.kill(started.pid, signal.SIGTERM)

        assert eventually(lambda: not running(worker))
        assert eventually(lambda: not running(started.pid))


def test_nothing_outlives_a_parent_that_is_killed(tmp_path: Path) -> None:
    script = (
        "import pathlib, sys, time\nfrom local.emulator import Emulator\n"
        "started = Emulator.start(pathlib.Path(sys.argv[1]), {})\n"
        "print(started.pid, started.url, flush=True)\ntime.sleep(600)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:  # noqa: S603 - our own script
        assert parent.stdout is not None
        pid, url = parent.stdout.readline().split()
        (worker,) = _asleep(url, int(pid), tmp_path)
        assert os.getpgid(worker) == os.getpgid(int(pid)) == os.getpgid(parent.pid)
        parent.kill()

    assert eventually(lambda: not running(int(pid)))
    assert eventually(lambda: not running(worker))


def test_an_emulator_that_cannot_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(EmulatorError, match="ValueError: invalid literal for int"):
        Emulator.start(tmp_path, {"CROSSCHECK_PARENT": "nobody"})


def _asleep(url: str, pid: int, directory: Path) -> list[int]:
    """Let a function sleep; the processes that the emulator runs functions in."""
    aws, log = Aws(url), directory / "functions" / "sleeper.log"
    deploy(aws, "sleeper", SLEEPER)
    aws.client("lambda", REGION).invoke(FunctionName="sleeper", InvocationType="Event", Payload=b"{}")
    assert eventually(lambda: log.exists() and "asleep" in log.read_text())
    return children(pid)
