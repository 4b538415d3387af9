"""CodePipeline: executions, the rollback of a whole stage, and the artifact stores of a pipeline."""
