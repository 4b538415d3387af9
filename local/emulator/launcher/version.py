"""The one version of ministack whose private names this launcher knows."""

import importlib.metadata
import sys

VERSION = "1.5.33"


def require() -> None:
    """End with a clear message under any other version."""
    installed = importlib.metadata.version("ministack")
    if installed != VERSION:
        sys.exit(
            f"local/emulator/launcher changes private names of ministack {VERSION}, but {installed} is installed in "
            f"{sys.prefix}: pin ministack=={VERSION}, or check every module of the launcher against {installed}"
        )
