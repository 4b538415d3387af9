"""The example releases: pipelines that people publish when they explain multi-region CodePipeline."""
