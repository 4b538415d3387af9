"""A look at an image and nothing else, for ``bench.fan_out``."""
