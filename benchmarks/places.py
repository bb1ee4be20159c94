"""Where benchmarks keep what they generate, where they work, and where the test data are."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.benchmark import Skipped

_ROOT = Path(__file__).parents[1]
_GIGABYTE = 1e9


def cache_directory() -> Path:
    """Return the folder of generated data, outside the project: `ONEFOLD_BENCHMARK_CACHE`, else the user's cache."""
    named = os.environ.get("ONEFOLD_BENCHMARK_CACHE")
    if named:
        return Path(named)
    users = os.environ.get("XDG_CACHE_HOME")
    return (Path(users) if users else Path.home() / ".cache") / "onefold-benchmarks"


def shared_data(name: str) -> Path:
    """Return a file of the public record-linkage data: below `ONEFOLD_SHARED`, else in `../shared`.

    Raises:
        Skipped: it is not there.
    """
    folder = Path(os.environ.get("ONEFOLD_SHARED") or _ROOT.parent / "shared")
    path = folder / "data" / "er" / name
    if not path.is_file():
        message = f"{name} is not here; ONEFOLD_SHARED names the folder that holds data/er/{name}."
        raise Skipped(message)
    return path


@contextmanager
def work_directory(gigabytes: float) -> Iterator[Path]:
    """Yield an empty folder (below `TMPDIR`) that is deleted afterwards.

    Raises:
        Skipped: the disk has less room than that.
    """
    root = Path(tempfile.gettempdir())
    need_room(root, gigabytes)
    path = Path(tempfile.mkdtemp(prefix="onefold-benchmark-", dir=root))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def need_room(path: Path, gigabytes: float) -> None:
    """Check that the disk has room.

    Raises:
        Skipped: it has not.
    """
    free = shutil.disk_usage(path).free / _GIGABYTE
    if free < gigabytes:
        message = (
            f"needs {gigabytes:g} GB of disk, and {path} has {free:.1f} GB free. TMPDIR names another place."
        )
        raise Skipped(message)
