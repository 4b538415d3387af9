"""The artifacts of an execution: zips in S3, read in parts."""
