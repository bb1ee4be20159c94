"""Onefold: one explained profile per person, and the journeys that start from it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onefold.workspace import Workspace

__version__ = "0.1.0"
__all__ = ["open"]


def open(directory: str | Path = ".") -> Workspace:  # noqa: A001 - `onefold.open` reads as it should
    """Open the workspace in a folder; see `onefold.workspace.Workspace`.

    Raises:
        NotFound: the folder has no `onefold.yaml`.
    """
    from onefold.workspace import open_workspace

    return open_workspace(directory)
