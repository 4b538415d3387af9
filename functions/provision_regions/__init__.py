"""Serves the custom resources that work in many regions: `Custom::ArtifactStores`."""
