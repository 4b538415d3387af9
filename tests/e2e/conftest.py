"""One local account with the deployed stack for all tests of this folder."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from local.account import RUNS, Account
from local.scenarios.beanstalk_site import BeanstalkSite
from local.scenarios.canary_service import CanaryService
from local.scenarios.data_residency import DataResidency
from local.scenarios.ec2_fleet import Ec2Fleet
from tests.e2e.enforced import refusals
from tests.e2e.outside import Outside

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def account() -> Iterator[Account]:
    with Account(RUNS / f"e2e-{os.getpid()}") as running:
        running.deploy()
        yield running


@pytest.fixture(scope="session")
def canary(account: Account) -> CanaryService:
    """Release A's pipeline, with its first execution, the good one, behind it."""
    return CanaryService(account).release_first()


@pytest.fixture(scope="session")
def residency(account: Account) -> DataResidency:
    """Release B's pipeline, with its first execution behind it."""
    return DataResidency(account).release_first()


@pytest.fixture(scope="session")
def fleet(account: Account) -> Ec2Fleet:
    """Release C's pipeline, with its first execution behind it."""
    return Ec2Fleet(account).release_first()


@pytest.fixture(scope="session")
def site(account: Account) -> BeanstalkSite:
    """The Elastic Beanstalk site's pipeline, with its first execution behind it."""
    return BeanstalkSite(account).release_first()


@pytest.fixture
def outside(account: Account) -> Outside:
    """The account as a client sees it that knows nothing but account.json."""
    return Outside(account.describe())


@pytest.fixture
def unrefused(account: Account) -> Iterator[None]:
    """No function is refused anything during the test."""
    before = refusals(account)
    yield
    assert refusals(account) == before


@pytest.fixture(autouse=True)
def _no_faults(account: Account) -> Iterator[None]:
    yield
    Outside(account.describe()).post("/reset", {}).raise_for_status()
