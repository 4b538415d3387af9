"""What a rule finds wrong with a pipeline's definition."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """What is wrong, under the name of CodePipeline's exception for it."""

    code: str
    message: str
