from local import console


def test_each_partition_has_a_console_of_its_own() -> None:
    assert console.deployment_url("us-west-2", "d-1").startswith("https://us-west-2.console.aws.amazon.com/codesuite/")
    assert console.function_url("cn-north-1", "gate").startswith("https://cn-north-1.console.amazonaws.cn/lambda/")
    assert console.s3_object_url("us-gov-west-1", "b", "k").startswith(
        "https://us-gov-west-1.console.amazonaws-us-gov.com/s3/"
    )


def test_what_would_break_a_link_is_quoted() -> None:
    assert console.s3_object_url("eu-west-1", "store", "a b.zip").endswith("prefix=a%20b.zip")
    assert console.build_url("eu-west-1", "111122223333", "build", "build:1").count("build%3A1") == 1
    stack = "arn:aws:cloudformation:eu-west-1:111122223333:stack/infra/1"
    assert "stackId=arn%3Aaws%3Acloudformation" in console.stack_url("eu-west-1", stack)
