"""The board as CloudWatch shows it: the stack's dashboard, whose widget the stack's own function draws."""

from local.board.dashboard import Dashboard
from local.board.page import board_app

__all__ = ["Dashboard", "board_app"]
