"""Paths, globs and copies of remote files."""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import pytest
from typing_extensions import override

from onefold.foundation.kernel import InvalidInput, NotFound
from onefold.sources import FileAccess
from onefold.sources import files as files_module
from onefold.sources.locations import Location, StorageOptions, StoredFile


def test_paths_start_from_the_workspace_and_globs_are_sorted(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", "sub/c.csv", "d.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    access = FileAccess(tmp_path, tmp_path / "cache")
    assert [file.url for file in access.fetch("*.csv")] == ["a.csv", "b.csv"]
    assert [file.url for file in access.fetch("**/*.csv")] == ["a.csv", "b.csv", "sub/c.csv"]
    assert [file.url for file in access.fetch(str(tmp_path / "d.txt"))] == ["d.txt"]
    assert [file.size_bytes for file in access.fetch(f"file://{tmp_path}/a.csv")] == [5]


def test_a_name_with_brackets_that_exists_is_that_file(tmp_path: Path) -> None:
    (tmp_path / "report [1].csv").write_text("x")
    assert [file.url for file in FileAccess(tmp_path, tmp_path).fetch("report [1].csv")] == ["report [1].csv"]


def test_what_is_missing_or_a_folder_is_said(tmp_path: Path) -> None:
    access = FileAccess(tmp_path, tmp_path / "cache")
    with pytest.raises(NotFound, match="relative paths start from the workspace"):
        access.fetch("none-*.csv")
    (tmp_path / "data").mkdir()
    with pytest.raises(InvalidInput) as caught:
        access.fetch("data")
    assert caught.value.code == "sources.path_is_folder"
    with pytest.raises(InvalidInput) as caught:
        access.fetch("gopher://x/y")
    assert caught.value.code == "plugins.unknown_kind"


class Shelf(Location):
    """A location over a dictionary, for tests of the cache."""

    kind: ClassVar[str] = "shelf"
    content: ClassVar[dict[str, bytes]] = {}
    copies: ClassVar[int] = 0

    @override
    def find(
        self, pattern: str, options: StorageOptions, environment: Mapping[str, str] | None
    ) -> list[StoredFile]:
        return [
            StoredFile(url, len(data), str(hash(data)))
            for url, data in self.content.items()
            if url == pattern
        ]

    @override
    def copy(
        self, file: StoredFile, target: Path, options: StorageOptions, environment: Mapping[str, str] | None
    ) -> None:
        Shelf.copies += 1
        target.write_bytes(self.content[file.url][:3])
        if self.content[file.url] == b"broken":
            message = "cut off"
            raise ConnectionError(message)
        target.write_bytes(self.content[file.url])


def test_remote_files_are_copied_once_and_never_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files_module, "pick", lambda *_: Shelf)
    access = FileAccess(tmp_path, tmp_path / "cache")
    Shelf.content = {"shelf://a/b.csv": b"first"}
    Shelf.copies = 0
    (first,) = access.fetch("shelf://a/b.csv")
    (again,) = access.fetch("shelf://a/b.csv")
    assert (first, first.path.read_bytes(), first.path.name, Shelf.copies) == (again, b"first", "b.csv", 1)
    Shelf.content = {"shelf://a/b.csv": b"second"}
    (changed,) = access.fetch("shelf://a/b.csv")
    assert (changed.path.read_bytes(), changed.stamp != first.stamp) == (b"second", True)
    Shelf.content = {"shelf://a/b.csv": b"broken"}
    with pytest.raises(ConnectionError):
        access.fetch("shelf://a/b.csv")
    assert sorted(path.read_bytes() for path in access.cache.rglob("*") if path.is_file()) == [
        b"first",
        b"second",
    ]
