"""The artifact store of a region: whether it is still as the stack made it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from crosscheck_cli.doctor.defect import Defect, Severity

BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
# A key that encrypts: https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
_USABLE = frozenset({"Enabled", "Updating"})


@dataclass(frozen=True)
class SeenStore:
    """A store. Without a ``bucket`` no parameter names one. ``encryption`` is the algorithm and the key that S3 uses by
    default; ``key_state`` is empty where there is no such key; ``rotates`` is None where that cannot be asked."""

    region: str
    parameter: str
    bucket: str = ""
    key: str = ""
    exists: bool = True
    public_blocks: Mapping[str, bool] = field(default_factory=dict)
    policy: Mapping[str, Any] = field(default_factory=dict)
    encryption: tuple[str, str] = ("", "")
    versioning: str = ""
    key_state: str = ""
    rotates: bool | None = None


def judge_store(store: SeenStore) -> Iterator[Defect]:
    """What has drifted, or is gone."""
    if not store.bucket:
        problem = f"the parameter {store.parameter} that names the store is gone"
        yield _error(
            store, problem, "take the region out of Regions, deploy, put it back, deploy: stores are found again"
        )
        return
    if not store.exists:
        fix = "take the region out of Regions, deploy, put it back, deploy: a bucket of that name is made anew"
        yield _error(store, f"the bucket {store.bucket} is gone", fix)
    else:
        yield from _bucket(store)
    yield from _key(store)


def _bucket(store: SeenStore) -> Iterator[Defect]:
    if not all(store.public_blocks.get(name) for name in BLOCKS):
        wanted = ",".join(f"{name}=true" for name in BLOCKS)
        fix = f"put-public-access-block --bucket {store.bucket} --public-access-block-configuration {wanted}"
        yield _error(store, f"the bucket {store.bucket} does not block all public access", _s3(store, fix))
    if not any(map(_denies_plain_http, _statements(store.policy))):
        problem = f"the policy of the bucket {store.bucket} does not deny requests without TLS"
        put = f"aws s3api put-bucket-policy --region {store.region}"
        fix = f"add this statement to its policy ({put}): {_tls_only(store)}"
        yield _error(store, problem, fix)
    algorithm, key = store.encryption
    if algorithm != "aws:kms" or not _same_key(key, store.key):
        problem = f"the bucket {store.bucket} encrypts with {algorithm or 'nothing'} {key or ''}".rstrip()
        rule = f"SSEAlgorithm=aws:kms,KMSMasterKeyID={store.key}"
        configuration = f"Rules=[{{ApplyServerSideEncryptionByDefault={{{rule}}},BucketKeyEnabled=true}}]"
        fix = f"put-bucket-encryption --bucket {store.bucket} --server-side-encryption-configuration '{configuration}'"
        yield _error(store, f"{problem}, not with its own key", _s3(store, fix))
    if store.versioning != "Enabled":
        problem = f"the versioning of the bucket {store.bucket} is {store.versioning.lower() or 'off'}"
        fix = f"put-bucket-versioning --bucket {store.bucket} --versioning-configuration Status=Enabled"
        yield _error(store, problem, _s3(store, fix))


def _key(store: SeenStore) -> Iterator[Defect]:
    command = f"aws kms {{}} --region {store.region} --key-id {store.key}"
    enable = command.format("enable-key")
    match store.key_state:
        case state if state in _USABLE:
            if store.rotates is False:
                fix = command.format("enable-key-rotation")
                yield Defect(Severity.WARNING, store.region, f"the key {store.key} does not rotate", fix)
        case "":
            yield _error(
                store,
                f"the key {store.key} is gone: what it encrypted is lost",
                "give pipelines another store: docs/operations.md, section A store is gone",
            )
        case "PendingDeletion":
            fix = f"{command.format('cancel-key-deletion')} && {enable}"
            yield _error(store, f"the key {store.key} is about to be deleted, and with it every artifact", fix)
        case state:
            yield _error(store, f"the key {store.key} is {state} and encrypts nothing", enable)


def _error(store: SeenStore, problem: str, fix: str) -> Defect:
    return Defect(Severity.ERROR, store.region, problem, fix)


def _s3(store: SeenStore, command: str) -> str:
    return f"aws s3api {command} --region {store.region}"


def _same_key(used: str, own: str) -> bool:
    """S3 gives the key as it was named: by its ARN, or its id."""
    return bool(used) and used.rpartition("/")[2] == own.rpartition("/")[2]


def _statements(policy: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = policy.get("Statement", [])
    return found if isinstance(found, list) else [found]


def _denies_plain_http(statement: Mapping[str, Any]) -> bool:
    secure = statement.get("Condition", {}).get("Bool", {}).get("aws:SecureTransport")
    everybody = statement.get("Principal") in ("*", {"AWS": "*"})
    return statement.get("Effect") == "Deny" and everybody and str(secure).lower() in {"false", "['false']"}


def _tls_only(store: SeenStore) -> str:
    partition = store.key.split(":")[1] if store.key.startswith("arn:") else "aws"
    arn = f"arn:{partition}:s3:::{store.bucket}"
    return (
        f'{{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["{arn}", "{arn}/*"], '
        '"Condition": {"Bool": {"aws:SecureTransport": "false"}}}'
    )
