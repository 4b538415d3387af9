"""An EC2 fleet in three regions, deployed by CodeDeploy and proven by Crosscheck's gate.

The artifact stores of every region come from Crosscheck's custom resource. Synthesise with ``python app.py``, or deploy
with the CDK CLI: ``cdk deploy --parameters RegionalProviderArn=... --parameters GateFunctionName=...``; both values are
outputs of Crosscheck's stack, in the region of which this stack belongs.
"""

import aws_cdk as cdk
from aws_cdk import aws_codedeploy as codedeploy
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_codepipeline_actions as actions
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct

HOME = "us-west-2"
REGIONS = (HOME, "us-east-1", "ap-southeast-2")
APPLICATION = "CrossRegionActionSupport"
GROUP = "CrossRegionActionSupportGroup"


class FleetPipeline(cdk.Stack):
    """The pipeline, its source and its stores."""

    def __init__(self, scope: Construct, name: str, **given: object) -> None:
        super().__init__(scope, name, **given)
        provider = cdk.CfnParameter(self, "RegionalProviderArn", description="Crosscheck's output of that name")
        gate = cdk.CfnParameter(self, "GateFunctionName", description="Crosscheck's output of that name")
        source = s3.Bucket(self, "Source", versioned=True, enforce_ssl=True)
        artifact = codepipeline.Artifact("SourceOutput")
        pipeline = codepipeline.Pipeline(
            self,
            "Pipeline",
            pipeline_name="ec2-fleet",
            pipeline_type=codepipeline.PipelineType.V2,
            execution_mode=codepipeline.ExecutionMode.QUEUED,
            cross_region_replication_buckets=self.stores(provider.value_as_string),
        )
        pipeline.add_stage(
            stage_name="Source",
            actions=[
                actions.S3SourceAction(
                    action_name="Source",
                    bucket=source,
                    bucket_key="s3-app-linux.zip",
                    output=artifact,
                    trigger=actions.S3Trigger.NONE,
                    variables_namespace="SourceVariables",
                )
            ],
        )
        pipeline.add_stage(stage_name="Deploy", actions=[self.deploy(region, artifact) for region in REGIONS])
        pipeline.add_stage(
            stage_name="Validate",
            actions=[
                actions.LambdaInvokeAction(
                    action_name="Validate",
                    lambda_=lambda_.Function.from_function_name(self, "Gate", gate.value_as_string),
                    user_parameters={"execution": "#{codepipeline.PipelineExecutionId}", "soak_minutes": 5},
                )
            ],
        )

    def stores(self, provider: str) -> dict[str, s3.IBucket]:
        """A store in every region, made by Crosscheck, as CDK wants it."""
        made = cdk.CustomResource(
            self,
            "Stores",
            resource_type="Custom::ArtifactStores",
            service_token=provider,
            service_timeout=cdk.Duration.seconds(3300),
            properties={"Regions": list(REGIONS), "Prefix": "pipeline-artifacts-fleet", "OnDelete": "Retain"},
        )
        return {
            region: s3.Bucket.from_bucket_attributes(
                self,
                f"Store-{region}",
                bucket_name=made.get_att_string(f"{region}.Bucket"),
                encryption_key=kms.Key.from_key_arn(self, f"Key-{region}", made.get_att_string(f"{region}.KeyArn")),
                region=region,
            )
            for region in REGIONS
        }

    def deploy(self, region: str, artifact: codepipeline.Artifact) -> actions.CodeDeployServerDeployAction:
        """The deploy action of one region."""
        arn = f"arn:{self.partition}:codedeploy:{region}:{self.account}:application:{APPLICATION}"
        application = codedeploy.ServerApplication.from_server_application_arn(self, f"Application-{region}", arn)
        group = codedeploy.ServerDeploymentGroup.from_server_deployment_group_attributes(
            self, f"Group-{region}", application=application, deployment_group_name=GROUP
        )
        return actions.CodeDeployServerDeployAction(
            action_name=f"Deploy-{region}", deployment_group=group, input=artifact, run_order=1
        )


if __name__ == "__main__":
    app = cdk.App()
    FleetPipeline(app, "fleet-pipeline", env=cdk.Environment(region=HOME))
    app.synth()
