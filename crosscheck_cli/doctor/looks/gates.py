"""Reading the gates of a region's pipelines, and what their roles may do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from crosscheck.pipelines.definition import account_of, parse_definition
from crosscheck.pipelines.gates import invocations
from crosscheck_cli.doctor.rules.gates import SeenGate
from crosscheck_cli.stack.connection import Connection

if TYPE_CHECKING:
    from mypy_boto3_codepipeline.type_defs import PipelineDeclarationOutputTypeDef


def look_at_gates(connection: Connection, region: str) -> Sequence[SeenGate]:
    """Every gate of every pipeline that the region hosts."""
    client = connection.clients.client("codepipeline", region)
    pages = client.get_paginator("list_pipelines").paginate()
    names = [each["name"] for page in pages for each in page["pipelines"]]
    pipelines = (client.get_pipeline(name=name)["pipeline"] for name in names)
    allowed: dict[str, bool | None] = {}
    gates = []
    for pipeline in pipelines:
        for stage, name, role in _gates(connection, pipeline, region):
            if role not in allowed:
                allowed[role] = _may_invoke(connection, role)
            gates.append(SeenGate(pipeline["name"], region, stage, name, role, allowed[role]))
    return gates


def _gates(
    connection: Connection, pipeline: PipelineDeclarationOutputTypeDef, region: str
) -> Iterator[tuple[str, str, str]]:
    """Stage, name and role of each gate. An action without a role of its own has the pipeline's."""
    for stage in parse_definition(pipeline, region).stages:
        roles = {action.name: action.role for action in stage.actions}
        for gate in invocations(stage, connection.stack.outputs["GateFunctionName"]):
            yield stage.name, gate.name, roles.get(gate.action, "") or pipeline["roleArn"]


def _may_invoke(connection: Connection, role: str) -> bool | None:
    stack = connection.stack
    if account_of(role) != stack.account:
        return None
    name = stack.outputs["GateFunctionName"]
    function = f"arn:{stack.partition}:lambda:{stack.home_region}:{stack.account}:function:{name}"
    found = connection.clients.client("iam").simulate_principal_policy(
        PolicySourceArn=role, ActionNames=["lambda:InvokeFunction"], ResourceArns=[function]
    )
    return all(each["EvalDecision"] == "allowed" for each in found["EvaluationResults"])
