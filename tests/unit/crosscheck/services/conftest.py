from collections.abc import Iterator

import pytest
from moto import mock_aws

from tests.fakes.codepipeline_release import Release


@pytest.fixture
def release() -> Iterator[Release]:
    with mock_aws():
        yield Release()
