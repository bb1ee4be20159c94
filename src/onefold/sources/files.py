"""Files as connectors see them: a path, a glob or a URL becomes files on this machine.

Files of other machines are copied once into a cache of immutable files, named after URL and stamp.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal, TypeAlias

from onefold.foundation.kernel import InvalidInput, NotFound, pick
from onefold.sources.locations import Location, StorageOptions, StoredFile

Compression: TypeAlias = Literal["none", "gzip", "zstd"]

LOCATIONS = "onefold.sources.locations"
_COPY_KEPT_S = 86_400


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file on this machine.

    Attributes:
        url: what people know it by: a path relative to the workspace where it lies in it, or a URL.
        path: where its bytes are.
        size_bytes: its size.
        stamp: a text that changes when the content does.
    """

    url: str
    path: Path
    size_bytes: int
    stamp: str


@dataclass(frozen=True, slots=True)
class FileAccess:
    """Finds files and brings them here.

    Attributes:
        directory: what relative paths start from: the workspace's folder.
        cache: the folder of copies of remote files; created when first needed.
        environment: what secret references are resolved from; None is the process's own.
        cache_bytes: what the copies may take; those wanted within a day stay even so.
    """

    directory: Path
    cache: Path
    environment: Mapping[str, str] | None = None
    cache_bytes: int = 20 * 1024**3

    def fetch(self, pattern: str, options: StorageOptions | None = None) -> tuple[LocalFile, ...]:
        """Return the files that a path, a glob or a URL names, in the order of their names.

        Raises:
            NotFound: there is none; the message names the pattern and where it was looked for.
            InvalidInput: the scheme is unknown, or the place refuses.
            Transient: the place cannot be reached now.
        """
        scheme, separator, _ = pattern.partition("://")
        if not separator:
            return self._local(pattern)
        if scheme == "file":
            return self._local(pattern.removeprefix("file://"))
        location = pick(LOCATIONS, Location, scheme)()
        chosen = options or StorageOptions()
        found = location.find(pattern, chosen, self.environment)
        if not found:
            raise _nothing(pattern)
        copies = tuple(self._copied(location, file, chosen) for file in found)
        self._forget_old_copies()
        return copies

    def _local(self, pattern: str) -> tuple[LocalFile, ...]:
        absolute = self.directory / Path(pattern).expanduser()
        if absolute.is_dir():
            message = f"{pattern} is a folder."
            hint = f"Name the files in it: {PurePosixPath(pattern) / '*.csv'}"
            raise InvalidInput(message, code="sources.path_is_folder", hint=hint)
        # A name with brackets or stars that exists as it stands is that file.
        anchor = Path(absolute.anchor)
        paths = [absolute] if absolute.exists() else anchor.glob(str(absolute.relative_to(anchor)))
        files = sorted(path for path in paths if path.is_file())
        if not files:
            raise _nothing(pattern, self.directory)
        return tuple(self._described(path) for path in files)

    def _described(self, path: Path) -> LocalFile:
        if not os.access(path, os.R_OK):
            message = f"{path} may not be read."
            hint = f"Give the user who runs this the right to read it: chmod u+r {path.name}"
            raise InvalidInput(message, code="sources.file_unreadable", hint=hint)
        status = path.stat()
        inside = path.is_relative_to(self.directory)
        url = path.relative_to(self.directory).as_posix() if inside else str(path)
        return LocalFile(url, path, status.st_size, str(status.st_mtime_ns))

    def _copied(self, location: Location, file: StoredFile, options: StorageOptions) -> LocalFile:
        key = hashlib.sha256(f"{file.url}\n{file.stamp}\n{file.size_bytes}".encode()).hexdigest()[:32]
        path = self.cache / key / PurePosixPath(file.url).name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            # A kill in the middle leaves the part file, never a half file under the final name.
            part = path.with_name(f".{uuid.uuid4().hex}.part")
            try:
                location.copy(file, part, options, self.environment)
                part.replace(path)
            finally:
                part.unlink(missing_ok=True)
        os.utime(path.parent)  # when it was last wanted
        return LocalFile(file.url, path, file.size_bytes, file.stamp)

    def _forget_old_copies(self) -> None:
        """Remove the copies wanted longest ago until the cache is within its bound; a day's copies stay."""
        folders = [(folder.stat().st_mtime, folder) for folder in self.cache.iterdir() if folder.is_dir()]
        sizes = {folder: sum(file.stat().st_size for file in folder.iterdir()) for _, folder in folders}
        excess = sum(sizes.values()) - self.cache_bytes
        for wanted, folder in sorted(folders):
            if excess <= 0 or wanted > time.time() - _COPY_KEPT_S:
                return
            shutil.rmtree(folder, ignore_errors=True)
            excess -= sizes[folder]


def _nothing(pattern: str, directory: Path | None = None) -> NotFound:
    where = f" below {directory}" if directory and not Path(pattern).is_absolute() else ""
    message = f"No file matches {pattern!r}{where}."
    hint = "Check the path in the source's definition; relative paths start from the workspace's folder."
    return NotFound(message, code="sources.file_missing", hint=hint, context={"path": pattern})


def changed_at(file: LocalFile) -> dt.datetime:
    """Return when the local bytes were last written, aware, in UTC."""
    return dt.datetime.fromtimestamp(file.path.stat().st_mtime, dt.UTC)


def is_pattern(path: str) -> bool:
    """Return whether the path is a glob."""
    return any(character in path for character in "*?[")


def packing(file: LocalFile) -> Compression:
    """Return how the file is packed, by its first bytes rather than its name."""
    with file.path.open("rb") as raw:
        magic = raw.read(4)
    if magic.startswith(b"\x1f\x8b"):
        return "gzip"
    return "zstd" if magic == b"\x28\xb5\x2f\xfd" else "none"
