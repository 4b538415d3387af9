"""The guard against losing what this SDK does not know, with a genuine client."""

import json
from typing import Any

import boto3
import pytest
from botocore.config import Config
from flask import Flask, Response, request

from crosscheck.clients import Clients
from local.server import Server
from provision_regions.ownership.names import Names
from provision_regions.replication.records import RuleRecord
from provision_regions.replication.registry import ReplicationRegistry, UnknownSettingError
from provision_regions.replication.resource import RECORD, RegistryUpdate
from provision_regions.replication.rules import Merged
from tests.fakes.regions.ecr_world import EU, RegistryWorld, rule
from tests.fakes.regions.requests import provider_context


def registry_that_answers(content: dict[str, Any]) -> tuple[Server, ReplicationRegistry, list[Any]]:
    app, puts = Flask("registry"), list[Any]()

    @app.post("/")
    def serve() -> Response:
        if request.headers["X-Amz-Target"].endswith("PutReplicationConfiguration"):
            puts.append(request.get_json(force=True))
        return Response(json.dumps(content), content_type="application/x-amz-json-1.1")

    server = Server(app, "registry", threads=1)
    session = boto3.Session("local", "local", region_name="us-east-1")
    make = session.client

    def client(
        service: str, region_name: str | None = None, config: Config | None = None, verify: str | None = None
    ) -> Any:
        return make(service, region_name=region_name, config=config, endpoint_url=server.url)  # type: ignore[call-overload]

    session.client = client  # type: ignore[method-assign, assignment]
    context = provider_context(RegistryWorld())
    object.__setattr__(context, "clients", Clients(session))
    return server, ReplicationRegistry(context), puts


def names() -> Names:
    return Names("aws", "111122223333", "us-east-1", "shop", "Replication", RECORD)


@pytest.mark.parametrize(
    ("content", "path"),
    [
        ({"rules": [rule(EU), rule(EU, schedule={"at": "night"})]}, "replicationConfiguration.rules.schedule"),
        ({"rules": [], "mode": "paused"}, "replicationConfiguration.mode"),
        (
            {"rules": [{"destinations": [{"region": EU, "registryId": "111122223333", "kind": "x"}]}]},
            "replicationConfiguration.rules.destinations.kind",
        ),
    ],
)
def test_f72_a_setting_that_the_sdk_would_drop_is_refused_by_name(content: dict[str, Any], path: str) -> None:
    server, registry, puts = registry_that_answers({"registryId": "1", "replicationConfiguration": content})
    try:
        rules = registry.rules()
        with pytest.raises(UnknownSettingError, match=path):
            registry.replace(Merged(rules, frozenset()))
    finally:
        server.close()
    assert puts == []


@pytest.mark.parametrize(
    "content",
    [
        {"registryId": "1", "encryption": {"type": "KMS"}, "replicationConfiguration": {"rules": []}},
        {"replicationConfiguration": {"rules": [], "mode": None, "tags": []}},
        {"replicationConfiguration": {"rules": [rule(EU, schedule={"enabled": False, "times": []})]}},
        {"replicationConfiguration": {"rules": [rule(EU, deleteReplication={"enabled": False})]}},
    ],
)
def test_what_is_elsewhere_or_off_stops_nobody(content: dict[str, Any]) -> None:
    server, registry, puts = registry_that_answers(content)
    try:
        registry.replace(Merged(registry.rules(), frozenset()))
    finally:
        server.close()
    assert len(puts) == 1


@pytest.mark.parametrize("recorded", [frozenset(), frozenset({"a rule that somebody removed"})])
def test_a_delete_with_nothing_to_remove_is_not_stopped_by_a_strange_setting(recorded: frozenset[str]) -> None:
    strange = {"replicationConfiguration": {"rules": [rule(EU, schedule={"at": "night"})]}}
    server, registry, puts = registry_that_answers(strange)
    context = provider_context(RegistryWorld())
    records = RuleRecord(context, names())
    records.write(recorded)
    try:
        assert RegistryUpdate(registry, records, context.retrying).apply(()) == frozenset()
    finally:
        server.close()
    assert puts == []


def test_f22_a_create_that_a_strange_setting_stops_leaves_nothing_to_remove() -> None:
    strange = {"replicationConfiguration": {"rules": [rule(EU, schedule={"at": "night"})]}}
    server, registry, _ = registry_that_answers(strange)
    context = provider_context(RegistryWorld())
    records = RuleRecord(context, names())
    try:
        with pytest.raises(UnknownSettingError):
            RegistryUpdate(registry, records, context.retrying).apply([rule(EU, prefixes=("ours",))])
    finally:
        server.close()
    assert records.read() == frozenset()
    assert not records.exists


def test_what_it_knows_is_read_and_written_whole() -> None:
    rules: Any = (rule(EU, prefixes=("team",), deleteReplication={"enabled": True}),)
    server, registry, puts = registry_that_answers({"replicationConfiguration": {"rules": rules}})
    try:
        assert registry.rules() == rules
        registry.replace(Merged(rules, frozenset()))
    finally:
        server.close()
    assert puts == [{"replicationConfiguration": {"rules": list(rules)}}]
