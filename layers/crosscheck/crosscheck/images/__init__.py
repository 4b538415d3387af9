"""Container images: references, and the digests that they stand for."""
