"""The emulator behind the local account: ministack in an environment of its own, under ``launcher``."""

from local.emulator.server import Emulator, EmulatorError, free_port, held_port

__all__ = ["Emulator", "EmulatorError", "free_port", "held_port"]
