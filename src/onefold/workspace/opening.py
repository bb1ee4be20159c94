"""How a folder becomes a workspace, and how one is opened."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from onefold.foundation.definitions.yaml_text import write_document
from onefold.foundation.kernel import Conflict, NotFound, OnefoldError
from onefold.settings import Settings
from onefold.workspace.workspace import Workspace

WORKSPACE_FILE = "onefold.yaml"


def open_workspace(directory: str | Path = ".", settings: Settings | None = None) -> Workspace:
    """Open the workspace in a folder.

    Raises:
        NotFound: the folder has no `onefold.yaml`.
    """
    path = Path(directory)
    if not (path / WORKSPACE_FILE).is_file():
        message = f"{path} is no workspace: it has no {WORKSPACE_FILE}."
        hint = "`onefold init DIR` makes one; `onefold demo DIR` makes one with data in it."
        raise NotFound(message, code="workspace.missing", hint=hint)
    return Workspace(path, settings)


def new_workspace(
    directory: Path, files: Sequence[Path], *, region: str | None = None, settings: Settings | None = None
) -> list[Path]:
    """Make a workspace in a folder, with a drafted source for each file, and return the files written.

    Raises:
        Conflict: the folder is a workspace already.
    """
    if (directory / WORKSPACE_FILE).exists():
        message = f"{directory} is a workspace already."
        hint = "Add sources to it: `onefold sources add FILE`."
        raise Conflict(message, code="workspace.exists", hint=hint)
    is_new = not directory.exists()
    directory.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^a-z0-9]+", "_", directory.resolve().name.lower()).strip("_") or "workspace"
    document = {"kind": "workspace", "name": name if name[0].isalpha() else f"w_{name}"}
    if region:
        document["region"] = region.upper()
    written = [directory / WORKSPACE_FILE]
    written[0].write_text(write_document(dict(document)), encoding="utf-8")
    ignored = directory / ".gitignore"
    if not ignored.exists():
        ignored.write_text(
            "# What runs make; the definitions belong into git.\n.onefold/\nlake/\n", encoding="utf-8"
        )
        written.append(ignored)
    if files:
        try:
            with Workspace(directory, settings) as workspace:
                written += workspace.add_sources(files)
        except OnefoldError:
            # Half a workspace would be in the way of the next try.
            for path in written:
                path.unlink(missing_ok=True)
            if is_new:
                shutil.rmtree(directory, ignore_errors=True)
            raise
    return written
