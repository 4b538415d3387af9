"""The times of the week at which a region may be changed."""
