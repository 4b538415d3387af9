"""The source bundles that application versions are made of."""

from dataclasses import dataclass
from http import HTTPStatus

from botocore.exceptions import ClientError

from local.aws_json.errors import ApiError
from local.aws_json.messages import Json
from local.clients import Aws

_AT_HOME = "us-east-1"  # whose buckets have no location


@dataclass(frozen=True)
class Bundles:
    """Looks at bundles with the account's own rights; on AWS the caller's count."""

    aws: Aws

    def require(self, region: str, location: Json) -> tuple[str, str]:
        """The bucket and key of a bundle, which is there.

        Raises:
            ApiError: InvalidParameterCombination, or S3LocationNotInServiceRegionException for another region's bucket.
        """
        if not location.get("S3Bucket") or not location.get("S3Key"):
            raise ApiError("InvalidParameterCombination", "Both S3 bucket and S3 key must be specified.")
        bucket, key = str(location["S3Bucket"]), str(location["S3Key"])
        s3 = self.aws.client("s3", region)
        try:
            found = s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] or _AT_HOME
            if found != region:
                text = (
                    f"The S3 bucket {bucket} lies in {found}, not in the same region as the Elastic Beanstalk service."
                )
                raise ApiError("S3LocationNotInServiceRegionException", text)
            s3.head_object(Bucket=bucket, Key=key)
        except ClientError as error:
            reason = HTTPStatus(error.response["ResponseMetadata"]["HTTPStatusCode"]).phrase
            text = f"Unable to download from S3 location (Bucket: {bucket}  Key: {key}). Reason: {reason}"
            raise ApiError("InvalidParameterCombination", text) from error
        return bucket, key
