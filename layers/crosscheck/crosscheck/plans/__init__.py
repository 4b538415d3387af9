"""Plans: what to look at, derived from the pipeline's own definition."""
