"""How the parts of the engine start threads: through the engine, which waits for them when the account closes."""

import threading
from collections.abc import Callable

Spawn = Callable[[threading.Thread], None]
