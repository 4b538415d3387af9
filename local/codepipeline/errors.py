"""What goes wrong in the local CodePipeline.

Exception
├── ActionError  an action fails, with the code and message that CodePipeline shows
└── HaltedError  an action is abandoned, or the account closes, while it waits

A request that is refused is an ApiError of ``local.aws_json``.
"""

from enum import StrEnum

MESSAGE_LIMIT = 5000

# The codes by which services say that a role has no right.
DENIED = frozenset({"AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation", "403"})


class FailureType(StrEnum):
    """CodePipeline's FailureType."""

    JOB_FAILED = "JobFailed"
    CONFIGURATION = "ConfigurationError"
    PERMISSION = "PermissionError"
    REVISION_UNAVAILABLE = "RevisionUnavailable"
    SYSTEM_UNAVAILABLE = "SystemUnavailable"


class ActionError(Exception):
    """``code`` is one of ``FailureType``, or another code that an action's errorDetails may hold."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = str(code)
        self.message = message[:MESSAGE_LIMIT] or "The action failed."


class HaltedError(Exception):
    """Nothing more is to be done for this action; whoever halted it has recorded its end."""
