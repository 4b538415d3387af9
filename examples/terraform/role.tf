# The pipeline's role: Crosscheck's managed policies for stores and gate, and what the pipeline itself deploys.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["codepipeline.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "release" {
  statement {
    actions   = ["s3:GetBucketVersioning", "s3:GetObject", "s3:GetObjectVersion"]
    resources = ["arn:${data.aws_partition.current.partition}:s3:::${var.source_bucket}", "arn:${data.aws_partition.current.partition}:s3:::${var.source_bucket}/*"]
  }

  statement {
    actions   = ["codebuild:BatchGetBuilds", "codebuild:StartBuild"]
    resources = ["arn:${data.aws_partition.current.partition}:codebuild:${var.home}:${data.aws_caller_identity.current.account_id}:project/residency-service-build"]
  }

  statement {
    actions = [
      "codedeploy:CreateDeployment",
      "codedeploy:GetApplication",
      "codedeploy:GetApplicationRevision",
      "codedeploy:GetDeployment",
      "codedeploy:GetDeploymentConfig",
      "codedeploy:RegisterApplicationRevision",
    ]
    resources = [for kind in ["application", "deploymentconfig", "deploymentgroup"] : "arn:${data.aws_partition.current.partition}:codedeploy:*:${data.aws_caller_identity.current.account_id}:${kind}:*"]
  }

  # AWS offers no less for task definitions that do not exist yet.
  statement {
    actions   = ["ecs:RegisterTaskDefinition", "ecs:TagResource"]
    resources = ["*"]
  }

  statement {
    actions   = ["iam:PassRole"]
    resources = ["arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:role/residency-*"]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["ecs-tasks.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "pipeline" {
  name               = "data-residency"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "release" {
  name   = "release"
  role   = aws_iam_role.pipeline.id
  policy = data.aws_iam_policy_document.release.json
}

resource "aws_iam_role_policy_attachment" "stores" {
  role       = aws_iam_role.pipeline.name
  policy_arn = local.crosscheck.PipelineArtifactPolicyArn
}

resource "aws_iam_role_policy_attachment" "gate" {
  role       = aws_iam_role.pipeline.name
  policy_arn = local.crosscheck.GateInvocationPolicyArn
}
