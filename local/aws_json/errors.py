"""What goes wrong with a request.

Exception
├── ApiError                    a request is refused, with one of the service's own error codes
└── ResponseViolatesModelError  the answer is none that the service would give: a bug here
"""


class ApiError(Exception):
    """``code`` is the name of an exception of the service's model, or one that every service has."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class ResponseViolatesModelError(Exception):
    """The text lists every constraint that the response breaks."""
