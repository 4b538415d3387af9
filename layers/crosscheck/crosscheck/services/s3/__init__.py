"""S3: the object that a deploy action wrote, and the bucket that a source reads."""
