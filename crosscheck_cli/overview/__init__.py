"""The newest releases, region by region."""
