"""The workspace that belongs to the example: definition files shipped inside the package."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from onefold.foundation.kernel import Conflict


def write_definitions(directory: Path) -> tuple[Path, ...]:
    """Copy the example's `*.yaml` files into the directory and return what was written, in order of path.

    A file that is there already with the same content stays; repeating changes nothing.

    Raises:
        Conflict: a file of that name exists with other content; nothing is written then.
    """
    packaged = sorted(_packaged(files("onefold.example") / "workspace", Path()))
    for relative, content in packaged:
        target = directory / relative
        if target.exists() and target.read_bytes() != content:
            raise Conflict(
                f"The file '{relative}' is there already and differs from the example's.",
                code="example.definition_exists",
                hint="Choose an empty directory, or move your file away first.",
                context={"file": str(relative)},
            )
    for relative, content in packaged:
        target = directory / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return tuple(directory / relative for relative, _ in packaged)


def _packaged(folder: Traversable, at: Path) -> list[tuple[Path, bytes]]:
    found: list[tuple[Path, bytes]] = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found.extend(_packaged(entry, at / entry.name))
        elif entry.name.endswith(".yaml"):
            found.append((at / entry.name, entry.read_bytes()))
    return found
