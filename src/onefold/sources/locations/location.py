"""The contract of a location: a URL scheme whose files can be listed and copied to this machine."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from onefold.foundation.definitions.model import Part
from onefold.foundation.secrets import SecretReference


class StorageOptions(Part):
    """How to reach a bucket. What is left out comes from the provider's own environment variables."""

    endpoint: str | None = Field(default=None, description="URL of the service; None is the provider's own.")
    region: str | None = None
    access_key: SecretReference | None = None
    secret_key: SecretReference | None = None
    session_token: SecretReference | None = None


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file that was found.

    Attributes:
        url: what people know it by; for a local file its path.
        size_bytes: its size as stored.
        stamp: a text that changes when the content does: an etag, or the time of the last change.
    """

    url: str
    size_bytes: int
    stamp: str


class Location(ABC):
    """One URL scheme. `kind` is the scheme: `s3` serves `s3://bucket/key`."""

    kind: ClassVar[str]

    @abstractmethod
    def find(
        self, pattern: str, options: StorageOptions, environment: Mapping[str, str] | None
    ) -> list[StoredFile]:
        """Return the files that a URL or a glob (`*`, `?`, `**`) names, sorted by URL; none when none match.

        Args:
            pattern: the URL as the definition gives it.
            options: how to reach the place; secrets in it are references.
            environment: what references are resolved from; None is the process's own.

        Raises:
            InvalidInput: the place or the credentials are wrong (unknown bucket, refused key).
            Transient: the place cannot be reached now.
        """

    @abstractmethod
    def copy(
        self, file: StoredFile, target: Path, options: StorageOptions, environment: Mapping[str, str] | None
    ) -> None:
        """Write the file's content to `target`, streaming.

        Raises:
            InvalidInput: the file is gone or may not be read.
            Transient: the place cannot be reached now, or the content changed since it was found.
        """
