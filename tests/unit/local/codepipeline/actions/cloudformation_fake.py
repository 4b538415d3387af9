"""A fake CloudFormation: every operation takes until the second look, and ends as the template says."""

import json
from typing import Any

from botocore.exceptions import ClientError

from local.clients import ACCOUNT_ID

TEMPLATE_LIMIT = 51_200  # bytes of a TemplateBody
UPDATABLE = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"}
REASON = "The bucket exists already"

Wire = dict[str, Any]


def refusal(code: str, message: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "CloudFormation")


class FakeCloudFormation:
    """Stacks of one region. A template of ``{"Fails": true}`` is rolled back; the parameters are the outputs."""

    def __init__(self, region: str) -> None:
        self.region = region
        self.stacks: dict[str, Wire] = {}
        self.change_sets: dict[tuple[str, str], Wire] = {}
        self.requests: list[Wire] = []

    def describe_stacks(self, *, StackName: str) -> Wire:  # noqa: N803 - boto3's names, here and below
        stack = self._stack(StackName)
        shown = {key: value for key, value in stack.items() if key not in {"Next", "Template"}}
        stack["StackStatus"] = stack.pop("Next", stack["StackStatus"])
        return {"Stacks": [shown]}

    def describe_stack_events(self, *, StackName: str) -> Wire:  # noqa: N803
        stack = self._stack(StackName)
        begin = "CREATE_IN_PROGRESS" if stack["StackStatus"].startswith("ROLLBACK") else "UPDATE_IN_PROGRESS"
        failed = {"LogicalResourceId": "Bucket", "ResourceStatus": "CREATE_FAILED", "ResourceStatusReason": REASON}
        old = failed | {"LogicalResourceId": "Old"}
        whole = {"LogicalResourceId": stack["StackName"], "PhysicalResourceId": stack["StackId"]}
        events = [whole | {"ResourceStatus": stack["StackStatus"]}, failed, whole | {"ResourceStatus": begin}, old]
        return {"StackEvents": [event | {"StackId": stack["StackId"]} for event in events]}

    def create_stack(self, *, StackName: str, TemplateBody: str, **more: Any) -> Wire:  # noqa: N803
        if StackName in self.stacks and self.stacks[StackName]["StackStatus"] != "REVIEW_IN_PROGRESS":
            raise refusal("AlreadyExistsException", f"Stack [{StackName}] already exists")
        stack = self.stacks[StackName] = self._new(StackName)
        self._apply(stack, "CREATE", TemplateBody, more)
        return {"StackId": stack["StackId"]}

    def update_stack(self, *, StackName: str, TemplateBody: str, **more: Any) -> Wire:  # noqa: N803
        stack = self._stack(StackName)
        if stack["StackStatus"] not in UPDATABLE:
            text = f"Stack:{stack['StackId']} is in {stack['StackStatus']} state and can not be updated."
            raise refusal("ValidationError", text)
        if stack["Template"] == (TemplateBody, more["Parameters"]):
            raise refusal("ValidationError", "No updates are to be performed.")
        self._apply(stack, "UPDATE", TemplateBody, more)
        return {"StackId": stack["StackId"]}

    def delete_stack(self, *, StackName: str, RoleARN: str) -> None:  # noqa: N803
        stack = self.stacks.pop(StackName)
        self.requests.append({"RoleARN": RoleARN})
        self.stacks[stack["StackId"]] = stack | {"StackStatus": "DELETE_IN_PROGRESS", "Next": "DELETE_COMPLETE"}

    def create_change_set(self, *, ChangeSetType: str, TemplateBody: str, **more: Any) -> Wire:  # noqa: N803
        name, change_set = more.pop("StackName"), more.pop("ChangeSetName")
        if (name, change_set) in self.change_sets:
            raise refusal("AlreadyExistsException", f"ChangeSet {change_set} already exists")
        if (ChangeSetType == "CREATE") is (self.stacks.get(name, {}).get("StackStatus") in UPDATABLE):
            raise refusal("ValidationError", f"{ChangeSetType} does not fit the stack")
        stack = self.stacks.setdefault(name, self._new(name) | {"StackStatus": "REVIEW_IN_PROGRESS"})
        empty = stack.get("Template") == (TemplateBody, more["Parameters"])
        reason = "The submitted information didn't contain changes."
        self.change_sets[name, change_set] = {
            "StackId": stack["StackId"],
            "Status": "CREATE_IN_PROGRESS",
            "Next": "FAILED" if empty else "CREATE_COMPLETE",
            "Change": (ChangeSetType, TemplateBody, more),
            **({"StatusReason": reason} if empty else {}),
        }
        return {"StackId": stack["StackId"], "Id": change_set}

    def describe_change_set(self, *, StackName: str, ChangeSetName: str) -> Wire:  # noqa: N803
        found = self.change_sets.get((StackName, ChangeSetName))
        if found is None:
            raise refusal("ChangeSetNotFound", f"ChangeSet [{ChangeSetName}] does not exist")
        shown = {key: value for key, value in found.items() if key not in {"Next", "Change"}}
        found["Status"] = found.pop("Next", found["Status"])
        return shown

    def delete_change_set(self, *, StackName: str, ChangeSetName: str) -> None:  # noqa: N803
        del self.change_sets[StackName, ChangeSetName]

    def execute_change_set(self, *, StackName: str, ChangeSetName: str) -> None:  # noqa: N803
        found = self.change_sets.pop((StackName, ChangeSetName))
        if found["Status"] != "CREATE_COMPLETE":
            raise refusal("InvalidChangeSetStatus", f"ChangeSet [{ChangeSetName}] cannot be executed")
        self._apply(self.stacks[StackName], *found["Change"])

    def _stack(self, name: str) -> Wire:
        for key, stack in self.stacks.items():
            if name in {key, stack["StackId"]}:
                return stack
        raise refusal("ValidationError", f"Stack with id {name} does not exist")

    def _new(self, name: str) -> Wire:
        number = len(self.stacks)
        arn = f"arn:aws:cloudformation:{self.region}:{ACCOUNT_ID}:stack/{name}/{number}"
        return {"StackName": name, "StackId": arn}

    def _apply(self, stack: Wire, verb: str, template: str, more: Wire) -> None:
        assert len(template.encode()) <= TEMPLATE_LIMIT
        self.requests.append(more)
        failed = "ROLLBACK_COMPLETE" if verb == "CREATE" else "UPDATE_ROLLBACK_COMPLETE"
        given = {each["ParameterKey"]: each["ParameterValue"] for each in more["Parameters"]}
        stack |= {
            "StackStatus": f"{verb}_IN_PROGRESS",
            "Next": failed if json.loads(template).get("Fails") else f"{verb}_COMPLETE",
            "Template": (template, more["Parameters"]),
            "Outputs": [{"OutputKey": key, "OutputValue": value} for key, value in given.items()],
        }
