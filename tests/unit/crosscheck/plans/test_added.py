from __future__ import annotations

from typing import Any

import pytest

from crosscheck.errors import ConfigurationError
from crosscheck.pipelines import PipelineDefinition, parse_definition
from crosscheck.plans.added import added_checks
from crosscheck.plans.scope import Position, Scope, scope
from tests.fakes.codepipeline_release import STAGES


def pipeline(*stages: Any) -> PipelineDefinition:
    return parse_definition({"name": "p", "stages": list(stages or STAGES)}, "us-east-1")  # type: ignore[typeddict-item]  # as GetPipeline gives it


def secondaries(*regions: str) -> Scope:
    return scope(pipeline(), Position("ValidateSecondary", "Validate-Secondary"), "", regions)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({}, "needs the key kind"),
        ({"kind": "codedeploy"}, "no check 'codedeploy' in this version; it knows: ecs-service"),
        ({"kind": "nonsense"}, "no check 'nonsense'"),
        ({"kind": "ecs-service", "cluster": "c"}, "ecs-service needs the key service"),
        ({"kind": "ecs-service", "cluster": "c", "service": 4}, "service of ecs-service must be a string"),
        ({"kind": "ecs-service", "cluster": "c", "service": "s", "url": "u"}, "unknown key 'url' in ecs-service"),
        (
            {"kind": "ecs-service", "cluster": "c", "service": "s", "region": "us-east-1"},
            "deploys to ap-southeast-1, eu",
        ),
        (
            {"kind": "ecs-service", "cluster": "c", "service": "s", "region": 1},
            "region of ecs-service must be a string",
        ),
    ],
)
def test_f19_a_wrong_check_is_refused_in_words(entry: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        added_checks([entry], secondaries())
