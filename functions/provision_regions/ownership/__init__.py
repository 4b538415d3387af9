"""To whom a bucket, a key or a parameter belongs, and what a resource remembers of itself."""
