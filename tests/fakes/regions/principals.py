"""Principals of policies. AWS shows a deleted role by its id, and takes no policy that names it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

import json
from typing import Any

DELETED = "AROAQAAAAAAABTP3BVHDT"


def names_deleted(policy: str) -> bool:
    """Whether a statement of the policy names the role that is gone."""
    statements: list[Any] = json.loads(policy)["Statement"]
    return any(DELETED in json.dumps([entry.get("Principal"), entry.get("NotPrincipal")]) for entry in statements)


def beside_deleted(policy: str, **changes: object) -> str:
    """The policy with somebody else's statement for the role that is gone, behind all others."""
    document = json.loads(policy)
    theirs = {"Sid": "Theirs", "Effect": "Allow", "Principal": {"AWS": DELETED}, **changes}
    return json.dumps({**document, "Statement": [*document["Statement"], theirs]})
