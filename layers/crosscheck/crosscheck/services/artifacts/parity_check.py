"""The check ``source-parity``: a region was given the artifact that the pipeline's source made of its revision.

CodePipeline copies an artifact into the store of every region that deploys it. The copies have version ids and ETags of
their own, so it is their content that is compared: the names, sizes and checksums in the directories of the zips.
"""

from crosscheck.clients import Clients
from crosscheck.contracts.check import Check, Outcome, PlannedCheck
from crosscheck.contracts.parameters import text
from crosscheck.contracts.verdicts import Finding, Verdict
from crosscheck.pipelines.runs import Artifact
from crosscheck.services.artifacts.directory import NotComparableError, difference, read_directory
from crosscheck.services.artifacts.files import PERMISSIONS

REVISION = "source revision"
COMPARED = "compared with the source"
SHOWN = 12


class SourceParity(Check):
    """Compares the artifact ``bucket``/``key`` in the check's region with the source's own, in ``source_region``.

    That a region deployed the artifact which it was given is proven by the check of the service that deployed it. So
    where the two artifacts cannot be compared, as in a store that Crosscheck may not read, the region is not in doubt:
    the check passes, its reason says that nothing was compared, and why.
    """

    kind = "source-parity"
    permissions = PERMISSIONS
    outlasts_deployments = True
    parameters = {
        "revision": text(1024),
        "artifact": text(needed=True),
        "bucket": text(needed=True),
        "key": text(1024, needed=True),
        "source_region": text(needed=True),
        "source_bucket": text(needed=True),
        "source_key": text(1024, needed=True),
    }

    def run(self, planned: PlannedCheck, aws: Clients) -> Finding:
        """Look once; nothing is read where the region was given the source's own artifact."""
        values = {REVISION: planned.parameters["revision"]} if "revision" in planned.parameters else {}
        try:
            outcome, compared = _compare(planned, aws), "yes"
        except NotComparableError as error:
            outcome, compared = Outcome(Verdict.PASS, f"the source revision was not compared: {error}"), "no"
        return planned.finding(outcome.verdict, outcome.reason, {**values, COMPARED: compared})


def _compare(planned: PlannedCheck, aws: Clients) -> Outcome:
    """The verdict on the two artifacts.

    Raises:
        NotComparableError: one of them cannot be had, or read.
        ClientError, BotoCoreError: S3 or KMS refused otherwise, or did not answer.
    """
    parameters, region = planned.parameters, planned.region
    copy = Artifact(parameters["bucket"], parameters["key"])
    source = Artifact(parameters["source_bucket"], parameters["source_key"])
    differs = ""
    if copy != source:
        home = parameters["source_region"]
        differs = difference(
            read_directory(aws.client("s3", region), copy, region), read_directory(aws.client("s3", home), source, home)
        )
    if differs:
        return Outcome(Verdict.FAIL, f"the artifact in {region} differs from the source's: {differs}")
    what = f"version {parameters['revision'][:SHOWN]}" if "revision" in parameters else "the same artifact"
    return Outcome(Verdict.PASS, f"deployed {what}, as in the source")
