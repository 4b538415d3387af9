# An ECS service in London and Singapore, deployed blue/green in both at once, and proven by Crosscheck's gate.
# Crosscheck's stack is in the pipeline's region, with the other one among its Regions.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

provider "aws" {
  region = var.home
}

# Each store as CodePipeline writes it: {"type", "location", "encryptionKey": {"id", "type"}}.
data "aws_ssm_parameter" "store" {
  for_each = toset(var.regions)
  name     = "/crosscheck/${var.crosscheck_stack}/${var.store_prefix}/${each.key}"
}

data "aws_cloudformation_stack" "crosscheck" {
  name = var.crosscheck_stack
}

locals {
  stores     = { for region, parameter in data.aws_ssm_parameter.store : region => jsondecode(parameter.value) }
  crosscheck = data.aws_cloudformation_stack.crosscheck.outputs
}

resource "aws_codepipeline" "service" {
  name           = "data-residency"
  pipeline_type  = "V2"
  execution_mode = "QUEUED"
  role_arn       = aws_iam_role.pipeline.arn

  tags = {
    "crosscheck:rollback" = "auto"
  }

  dynamic "artifact_store" {
    for_each = local.stores
    content {
      region   = artifact_store.key
      type     = artifact_store.value.type
      location = artifact_store.value.location

      encryption_key {
        id   = artifact_store.value.encryptionKey.id
        type = artifact_store.value.encryptionKey.type
      }
    }
  }

  stage {
    name = "Source"

    action {
      name             = "Source"
      namespace        = "SourceVariables"
      category         = "Source"
      owner            = "AWS"
      provider         = "S3"
      version          = "1"
      output_artifacts = ["SourceOutput"]

      configuration = {
        S3Bucket             = var.source_bucket
        S3ObjectKey          = var.source_key
        PollForSourceChanges = "false"
      }
    }
  }

  stage {
    name = "Build"

    action {
      name             = "Build"
      category         = "Build"
      owner            = "AWS"
      provider         = "CodeBuild"
      version          = "1"
      input_artifacts  = ["SourceOutput"]
      output_artifacts = ["BuildOutput"]

      configuration = {
        ProjectName = "residency-service-build"
      }
    }
  }

  stage {
    name = "Deploy_to_Production"

    action {
      name            = "Deploy"
      region          = "eu-west-2"
      run_order       = 1
      category        = "Deploy"
      owner           = "AWS"
      provider        = "CodeDeployToECS"
      version         = "1"
      input_artifacts = ["BuildOutput"]

      configuration = {
        ApplicationName                = "residency-london"
        DeploymentGroupName            = "residency-london"
        TaskDefinitionTemplateArtifact = "BuildOutput"
        TaskDefinitionTemplatePath     = "taskdef-production.json"
        AppSpecTemplateArtifact        = "BuildOutput"
        AppSpecTemplatePath            = "appspec-production.json"
        Image1ArtifactName             = "BuildOutput"
        Image1ContainerName            = "IMAGE1_NAME"
      }
    }

    action {
      name            = "Deploy-Singapore"
      region          = "ap-southeast-1"
      run_order       = 1
      category        = "Deploy"
      owner           = "AWS"
      provider        = "CodeDeployToECS"
      version         = "1"
      input_artifacts = ["BuildOutput"]

      configuration = {
        ApplicationName                = "residency-singapore"
        DeploymentGroupName            = "residency-singapore"
        TaskDefinitionTemplateArtifact = "BuildOutput"
        TaskDefinitionTemplatePath     = "taskdef-production-sg.json"
        AppSpecTemplateArtifact        = "BuildOutput"
        AppSpecTemplatePath            = "appspec-production-sg.json"
        Image1ArtifactName             = "BuildOutput"
        Image1ContainerName            = "IMAGE1_NAME"
      }
    }
  }

  # Both regions are deployed at once; the pipeline is green only if both are proven.
  stage {
    name = "Validate"

    action {
      name      = "Validate"
      namespace = "Validation"
      category  = "Invoke"
      owner     = "AWS"
      provider  = "Lambda"
      version   = "1"

      configuration = {
        FunctionName = local.crosscheck.GateFunctionName
        UserParameters = jsonencode({
          execution    = "#{codepipeline.PipelineExecutionId}"
          soak_minutes = 5
        })
      }
    }
  }
}
