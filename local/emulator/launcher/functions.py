"""Python functions run by awslambdaric, the runtime client that Lambda itself uses.

Ministack's own worker answers every exception as ``Runtime.HandlerError``, so that no Retry or Catch of a state machine
can match by class; it knows no import errors, and puts layers before the code. A Python function therefore becomes a
``provided.*`` one whose bootstrap starts awslambdaric in the runtime's own environment.
"""

import hashlib
import io
import os
import shlex
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from local.emulator.launcher.output import Output
from local.emulator.launcher.retirement import RetiringWorker

FUNCTION_PROCESS = Path(__file__).with_name("function_process.py")
INHERITED = ("PATH", "HOME", "TMPDIR", "_HANDLER", "LAMBDA_TASK_ROOT")
INHERITED_PREFIXES = ("AWS_", "CROSSCHECK_")


@dataclass(frozen=True)
class Runtime:
    """``python`` has awslambdaric and boto3; layers and the functions' logs lie in ``directory``."""

    python: str
    directory: str

    @property
    def bootstrap(self) -> str:
        """The bootstrap file of a ``provided.*`` function."""
        command = shlex.join([self.python, "-P", "-X", "utf8", str(FUNCTION_PROCESS), str(os.getpid())])
        return f'#!/bin/sh\nexec {command} "$_HANDLER"\n'

    def log(self, function: str) -> Path:
        """Where the output of a function goes, besides CloudWatch Logs."""
        return Path(self.directory, f"{function}.log")

    def layer(self, content: bytes) -> Path:
        """The directory of an unzipped layer; each content is unzipped once."""
        target = Path(self.directory, "layers", hashlib.sha256(content).hexdigest()[:32])
        with lambda_svc._provided_code_lock:  # noqa: SLF001 - no fork while files are open for writing
            if not target.exists():
                partial = target.with_suffix(".partial")
                with zipfile.ZipFile(io.BytesIO(content)) as archive:
                    archive.extractall(partial)
                partial.rename(target)
        return target


def _is_python(config: Mapping[str, Any]) -> bool:
    return str(config.get("Runtime", "")).startswith("python")


def _layers(config: Mapping[str, Any], runtime: Runtime) -> list[str]:
    """The layers' ``python`` directories; a later layer hides an earlier one."""
    contents = (lambda_svc._resolve_layer_zip(layer) for layer in config.get("Layers") or [])  # noqa: SLF001
    return [str(runtime.layer(content) / "python") for content in contents if content][::-1]


def _environment(config: Mapping[str, Any], inherited: Mapping[str, str], runtime: Runtime) -> dict[str, str]:
    """What a function sees: nothing of the emulator's own settings, and the variables that Lambda sets."""
    own = (config.get("Environment") or {}).get("Variables") or {}
    logging = config.get("LoggingConfig") or {}
    name = config.get("FunctionName", "")
    environment = {
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{config.get('Runtime', '')}",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": logging.get("LogGroup") or f"/aws/lambda/{name}",
        "AWS_LAMBDA_LOG_FORMAT": logging.get("LogFormat") or "Text",
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        **{
            key: value
            for key, value in inherited.items()
            if key in INHERITED or key in own or key.startswith(INHERITED_PREFIXES)
        },
    }
    path = [*_layers(config, runtime), *filter(None, [own.get("PYTHONPATH")])]
    return {**environment, "PYTHONPATH": os.pathsep.join(path)} if path else environment


def _worker_class(runtime: Runtime) -> type:
    class RuntimeClientWorker(RetiringWorker):
        """The execution environment of a Python function."""

        _output: Output | None = None

        def __init__(self, func_name: str, config: dict[str, Any], code_zip: bytes) -> None:
            package = io.BytesIO(code_zip)
            with zipfile.ZipFile(package, "a") as archive:
                archive.writestr(zipfile.ZipInfo("bootstrap"), runtime.bootstrap)
            super().__init__(func_name, config, package.getvalue())

        def _build_handler_class(self, generation: int, pending: Any) -> Any:
            handler = super()._build_handler_class(generation, pending)
            handler.disable_nagle_algorithm = True  # else each warm invocation waits 40 ms for a delayed ACK
            return handler

        def _pump_output(self, stream: Any, log_queue: Any) -> None:
            self._output = Output(stream, runtime.log(self.func_name))
            super()._pump_output(self._output, log_queue)

        def _drain_stderr_bounded(self, **options: float) -> str:
            # What is written before the answer belongs to the invocation; on a busy machine it is read later.
            if self._output is not None:
                self._output.wait_until_handed_on()
            log: str = super()._drain_stderr_bounded(**options)
            return log

        def invoke(self, event: Any, request_id: str, **options: Any) -> dict[str, Any]:
            """As ministack's, but an import error keeps its type as it does on Lambda."""
            try:
                answer: dict[str, Any] = super().invoke(event, request_id, **options)
            except RuntimeError:
                if not isinstance(self._init_error, dict):
                    raise
                return {
                    "status": "error",
                    "error": self._init_error.get("errorMessage"),
                    "error_payload": self._init_error,
                    "cold_start": True,
                    "log": self._drain_stderr(),
                }
            return answer

    return RuntimeClientWorker


def install(runtime: Runtime) -> None:
    """Let Python functions run under the runtime client."""
    Path(runtime.directory).mkdir(parents=True, exist_ok=True)
    worker = _worker_class(runtime)
    worker_of, warm, environment_of = (
        lambda_runtime._worker_class_for,  # noqa: SLF001 - ministack offers no public names
        lambda_svc._execute_function_warm,  # noqa: SLF001
        lambda_svc._provided_worker_env,  # noqa: SLF001
    )

    def worker_class_for(config: dict[str, Any]) -> Any:
        return worker if _is_python(config) else worker_of(config)

    def execute_warm(func: dict[str, Any], event: Any, request_id: str) -> Any:
        config = func.get("config") or func
        execute = lambda_svc._execute_function_provided_warm if _is_python(config) else warm  # noqa: SLF001
        return execute(func, event, request_id)

    def worker_env(config: dict[str, Any], code_dir: str, port: int) -> dict[str, str]:
        environment: dict[str, str] = environment_of(config, code_dir, port)
        return _environment(config, environment, runtime) if _is_python(config) else environment

    lambda_runtime._worker_class_for = worker_class_for  # noqa: SLF001
    lambda_svc._execute_function_warm = execute_warm  # noqa: SLF001
    lambda_svc._provided_worker_env = worker_env  # noqa: SLF001
