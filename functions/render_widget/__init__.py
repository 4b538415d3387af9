"""The board: what all releases and one release look like inside a CloudWatch dashboard."""
