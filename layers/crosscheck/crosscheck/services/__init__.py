"""One folder per AWS service: what is read of it, what that proves, and how a deployment goes back."""
