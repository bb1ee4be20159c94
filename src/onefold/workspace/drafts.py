"""Definition files that Onefold writes: drafted from what files hold, to be edited by people."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from onefold.foundation.definitions.yaml_text import write_document
from onefold.foundation.kernel import Conflict
from onefold.sources import SourceDefinition


def write_definition(directory: Path, document: Mapping[str, object], *, folder: str) -> Path:
    """Write a new definition file and return it.

    Raises:
        Conflict: the file exists.
    """
    name = f"{document['name']}.yaml" if folder else f"{document['kind']}.yaml"
    path = directory / folder / name
    if path.exists():
        message = f"{path} exists."
        raise Conflict(message, code="workspace.file_exists", hint="Rename it, or edit it by hand.")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(write_document(document), encoding="utf-8")
    return path


def drafted_document(source: SourceDefinition) -> dict[str, object]:
    """Return the source as its file is to hold it: what is the default stays unsaid."""
    plain = source.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return {"kind": "source", **{key: value for key, value in plain.items() if key != "kind"}}


def as_written(file: Path, directory: Path) -> str:
    """Return the file's path as the definition is to hold it: relative to the workspace where that is short."""
    if "://" in str(file):
        return str(file)
    relative = os.path.relpath(file.resolve(), directory)
    return str(file.resolve()) if relative.startswith("../../..") else relative
