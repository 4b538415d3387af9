"""Releases to Elastic Beanstalk as the local account runs them, whatever Crosscheck makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.scenarios.beanstalk_site import APPLICATION, BeanstalkSite
from tests.e2e.beanstalk_site import SiteEnvironment, label_of
from tests.e2e.code_deploy import without_rollback

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.outside import Outside

pytestmark = pytest.mark.e2e

IRELAND, SINGAPORE = BeanstalkSite.regions


@pytest.fixture(scope="module", autouse=True)
def _left_alone(site: BeanstalkSite) -> Iterator[None]:
    """Nothing is taken back: what is asked here is what the account does by itself."""
    with without_rollback(site):
        yield


def test_a_release_reaches_the_environments_of_both_regions(site: BeanstalkSite, outside: Outside) -> None:
    execution = site.push("Serve the page of spring")
    assert site.wait(execution) == "Succeeded"
    (source,) = [run for run in site.actions(execution) if run["actionName"] == "Source"]
    for region in BeanstalkSite.regions:
        environment, label = SiteEnvironment(outside, region), label_of(site, execution, region)
        assert label.startswith("code-pipeline-")
        assert label.endswith(source["output"]["executionResult"]["externalExecutionId"])
        found = environment.described
        assert (found["ApplicationName"], found["VersionLabel"], found["Health"]) == (APPLICATION, label, "Green")
        assert environment.page() == (200, label)
        named = {"ApplicationName": APPLICATION, "VersionLabels": [label]}
        (version,) = environment.client.describe_application_versions(**named)["ApplicationVersions"]
        assert version["SourceBundle"]["S3Bucket"] == site.stores[region]["location"]


def test_an_unhealthy_version_is_served_with_503_under_a_green_action(site: BeanstalkSite, outside: Outside) -> None:
    singapore = SiteEnvironment(outside, SINGAPORE)
    singapore.ends("unhealthy")
    execution = site.push("Serve a page that is down in Singapore")
    assert site.wait(execution) == "Succeeded"
    singapore.becomes("Severe")
    assert singapore.page() == (503, label_of(site, execution, SINGAPORE))
    assert SiteEnvironment(outside, IRELAND).page() == (200, label_of(site, execution, IRELAND))


def test_an_environment_goes_back_by_itself_under_a_green_action(site: BeanstalkSite, outside: Outside) -> None:
    assert site.wait(site.push("Serve the page of summer")) == "Succeeded"
    singapore = SiteEnvironment(outside, SINGAPORE)
    before = singapore.page()
    singapore.ends("rolled_back")
    execution = site.push("Serve a page that Singapore does not keep")
    assert site.wait(execution) == "Succeeded"
    singapore.becomes("Ok")
    assert singapore.page() == before == (200, singapore.described["VersionLabel"])
    assert "Failed to deploy application." in singapore.errors()


def test_a_deployment_that_fails_fails_the_action(site: BeanstalkSite, outside: Outside) -> None:
    assert site.wait(site.push("Serve the page of autumn")) == "Succeeded"
    singapore = SiteEnvironment(outside, SINGAPORE)
    before = singapore.page()
    singapore.ends("fail")
    execution = site.push("Serve a page that fails in Singapore")
    assert site.wait(execution) == "Failed"
    singapore.becomes("Degraded")
    assert singapore.page() == before
