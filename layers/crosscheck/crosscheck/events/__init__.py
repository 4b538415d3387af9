"""What events of CodePipeline and of registries mean, in the ledger's terms."""
