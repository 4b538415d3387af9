"""Lambda: the alias that a deploy action moved."""
