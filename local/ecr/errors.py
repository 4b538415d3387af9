"""What this layer refuses by itself, as ECR names it."""


class EcrError(Exception):
    """An answer that is an error: its code and its message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
