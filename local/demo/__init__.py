"""``make demo``: the example releases in a local account, with live progress and pictures."""

from local.demo.run import run

__all__ = ["run"]
