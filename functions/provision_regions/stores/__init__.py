"""`Custom::ArtifactStores`: a bucket and a key per region, for the artifacts of CodePipeline."""
