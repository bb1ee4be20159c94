"""Work in a process of its own, so that its seconds are cold and its memory is nobody else's.

Started as `python -m benchmarks.child MODULE FUNCTION ARGUMENTS ANSWER`: calls the function with the arguments (a
JSON object) and writes what it returns, with the peak of its memory, to the file ANSWER. Standard output is not
used, as libraries write there too.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

_ROOT = Path(__file__).parents[1]
_KIB = 1024
_LAST_LINES = 15
_NOT_INHERITED = (
    "PYTHONDONTWRITEBYTECODE",  # an installed program starts from compiled modules
    "ONEFOLD_SHARED",  # where the test data are; to the program it would be a setting
)


class ChildError(Exception):
    """The process ended badly or took too long; the message ends with what it said."""


@dataclass(frozen=True, slots=True)
class Child:
    """What came of it.

    Attributes:
        result: what the function returned.
        seconds: from start to end of the process, imports included.
        cpu_seconds: of all its threads, what a busy machine changes least.
        peak_bytes: the most memory that was resident at once.
    """

    result: dict[str, object]
    seconds: float
    cpu_seconds: float
    peak_bytes: int


def in_child(module: str, function: str, arguments: Mapping[str, object], *, timeout: float) -> Child:
    """Call a function in a new process and return what it returned, measured.

    Raises:
        ChildError: it raised, was killed, or took longer than `timeout` seconds.
    """
    with tempfile.TemporaryDirectory(prefix="onefold-benchmark-") as place:
        file = Path(place) / "answer.json"
        command = [
            sys.executable,
            "-m",
            "benchmarks.child",
            module,
            function,
            json.dumps(arguments),
            str(file),
        ]
        began = time.perf_counter()
        try:
            done = subprocess.run(
                command,
                cwd=_ROOT,
                env={name: value for name, value in os.environ.items() if name not in _NOT_INHERITED},
                capture_output=True,
                text=True,
                timeout=timeout,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            message = f"{module}.{function} took longer than {timeout:.0f} s and was stopped."
            raise ChildError(message) from error
        seconds = time.perf_counter() - began
        if done.returncode != 0 or not file.exists():
            lines = [
                line for line in done.stderr.splitlines() if "leaked" not in line and "nanobind" not in line
            ]
            said = "\n".join(lines[-_LAST_LINES:])
            message = f"{module}.{function} ended with code {done.returncode}.\n{said}"
            raise ChildError(message)
        answer = json.loads(file.read_text(encoding="utf-8"))
    return Child(answer["result"], seconds, answer["cpu_seconds"], answer["peak_bytes"])


def number(result: Mapping[str, object], key: str) -> float:
    """Return a number of a child's result."""
    return float(cast(float, result[key]))


def peak_bytes() -> int:
    """Return the most memory that this process has had resident at once.

    From the kernel's own count of this program where there is one: the usual call also counts what the process
    was before it became this program.
    """
    status = Path("/proc/self/status")
    found = re.search(r"^VmHWM:\s+(\d+) kB", status.read_text(), re.MULTILINE) if status.exists() else None
    if found:
        return int(found[1]) * _KIB
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * _KIB


def main(arguments: list[str]) -> int:
    """Call the function and write its answer."""
    module, function, given, answer = arguments
    result = getattr(importlib.import_module(module), function)(**json.loads(given))
    used = resource.getrusage(resource.RUSAGE_SELF)
    measured = {
        "result": result,
        "cpu_seconds": used.ru_utime + used.ru_stime,
        "peak_bytes": peak_bytes(),
    }
    Path(answer).write_text(json.dumps(measured), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
