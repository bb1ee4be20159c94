"""What the connectors of file kinds share: finding the files and telling which changed."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from pydantic import Field
from typing_extensions import override

from onefold.foundation.kernel import Permanent
from onefold.foundation.warehouse import Sql
from onefold.sources.connectors.connector import (
    Connector,
    ConnectorContext,
    Coverage,
    Locate,
    Reader,
    Scan,
    ScanRequest,
)
from onefold.sources.files import LocalFile, is_pattern
from onefold.sources.locations import StorageOptions


@dataclass(frozen=True, slots=True)
class FileRead:
    """The rows of some files; the attributes are those of `Scan`."""

    select: Sql | None = None
    reader: Reader | None = None
    provenance: frozenset[str] = frozenset()
    first_line: int = 1
    locate: Locate | None = None
    may_hold_nul: bool = False
    rejects: Sql | None = None
    note: str = ""
    drop_after: tuple[str, ...] = ()


class FileConnector(Connector):
    """A kind of file, from a local path, a glob or a bucket.

    Unchanged files are not read again: a refresh reads the files that are new or whose size or stamp
    changed, and forgets the rows of files that are gone.
    """

    knows_changes: ClassVar[bool] = True

    path: str = Field(
        description="A path from the workspace's folder, a glob (`data/orders-*.csv`) or a URL (`s3://...`)."
    )
    storage: StorageOptions = Field(default_factory=StorageOptions)

    @property
    def many(self) -> bool:
        """Whether the path is a glob, so that rows carry the name of their file."""
        return is_pattern(self.path)

    @abstractmethod
    def read(self, files: tuple[LocalFile, ...], request: ScanRequest, context: ConnectorContext) -> FileRead:
        """Return the rows of these files (at least one), unread, file after file.

        With `many`, rows have `_file`. Columns that only some files have are null in the others.
        """

    def located(self, context: ConnectorContext) -> tuple[LocalFile, ...]:
        """Return the files there are now. Raises what `Connector.check` raises."""
        return context.fetch(self.path, self.storage)

    @override
    def is_unchanged(self, context: ConnectorContext, state: Mapping[str, object]) -> bool:
        stamps = {file.url: _stamp(file) for file in self.located(context)}
        return state.get("settings") == self._settings() and state.get("files") == stamps

    def _settings(self) -> dict[str, object]:
        return self.model_dump(mode="json", exclude={"path", "storage"})

    @override
    def scan(self, context: ConnectorContext, request: ScanRequest) -> Scan:
        files = self.located(context)
        settings = self._settings()
        known = _known(request.state if request.state.get("settings") == settings else {})
        changed = tuple(file for file in files if known.get(file.url) != _stamp(file))
        here = {file.url for file in files}
        gone = tuple(url for url in known if url not in here)
        state: dict[str, object] = {"settings": settings, "files": {file.url: _stamp(file) for file in files}}
        if not changed:
            return Scan(Coverage.FILES if gone else Coverage.NOTHING, gone=gone, state=state)
        found = self.read(changed, request, context)
        return Scan(
            Coverage.EVERYTHING if len(changed) == len(files) else Coverage.FILES,
            select=found.select,
            reader=found.reader,
            provenance=found.provenance,
            first_line=found.first_line,
            locate=found.locate,
            may_hold_nul=found.may_hold_nul,
            rejects=found.rejects,
            files=changed,
            gone=gone,
            state=state,
            note=found.note,
            drop_after=found.drop_after,
        )


def _stamp(file: LocalFile) -> str:
    return f"{file.size_bytes}:{file.stamp}"


def _known(state: Mapping[str, object]) -> Mapping[str, object]:
    files = state.get("files", {})
    if not isinstance(files, Mapping):
        message = "The remembered state of a file source is not a mapping of files."
        raise Permanent(message, code="sources.state_invalid", hint="Run once with --full.")
    return files
