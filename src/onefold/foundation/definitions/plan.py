"""What applying the files would change in the Store."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePosixPath

from onefold.foundation.definitions.documents import Content, Key, content_hash
from onefold.foundation.definitions.parse import Definitions
from onefold.foundation.definitions.storage import Version, bases, latest_versions
from onefold.foundation.definitions.yaml_text import write_document
from onefold.foundation.store import Connection


class Action(StrEnum):
    """What happens to a definition."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


_SIGN = {Action.ADDED: "+", Action.CHANGED: "~", Action.REMOVED: "-"}


@dataclass(frozen=True, slots=True)
class Applied:
    """What the Store holds.

    Attributes:
        versions: the newest version by definition, deleted ones included.
        bases: the hash that files and Store last agreed on.
    """

    versions: Mapping[Key, Version] = field(default_factory=dict)
    bases: Mapping[Key, str] = field(default_factory=dict)

    def alive(self) -> dict[Key, Version]:
        """Return those that are not deleted."""
        return {key: version for key, version in self.versions.items() if not version.is_deleted}

    def moved_on(self, key: Key) -> bool:
        """Return whether the Store's definition changed since files and Store last agreed on it."""
        version = self.versions.get(key)
        if version is None:
            return False
        base = self.bases.get(key)
        if version.is_deleted:
            return base is not None
        return version.content_hash != base


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one definition.

    Attributes:
        file: the file that holds it; None for one that is removed.
        is_conflict: it was changed elsewhere too, so that applying would undo that change.
    """

    key: Key
    action: Action
    before: Content | None
    after: Content | None
    file: PurePosixPath | None = None
    is_conflict: bool = False

    def diff(self) -> str:
        """Return a unified diff of the two documents as YAML."""
        before = write_document(self.before).splitlines() if self.before is not None else []
        after = write_document(self.after).splitlines() if self.after is not None else []
        lines = difflib.unified_diff(before, after, "applied", str(self.file or "files"), lineterm="", n=2)
        return "\n".join(lines)

    def as_dict(self) -> dict[str, object]:
        """Return the change as plain JSON values."""
        return {
            "kind": self.key.kind,
            "name": self.key.name,
            "action": self.action.value,
            "file": str(self.file) if self.file is not None else None,
            "is_conflict": self.is_conflict,
            "diff": self.diff(),
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """What applying would change.

    Attributes:
        changes: by kind and name.
        elsewhere: definitions that only the Store has, made there: applying leaves them.
    """

    changes: tuple[Change, ...] = ()
    elsewhere: tuple[Key, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether files and Store agree."""
        return not self.changes

    @property
    def conflicts(self) -> tuple[Change, ...]:
        """The changes that would undo somebody else's."""
        return tuple(change for change in self.changes if change.is_conflict)

    def text(self) -> str:
        """Return the plan for people: a line per definition, its diff below, a sum at the end."""
        blocks = []
        for change in self.changes:
            conflict = "  (also changed elsewhere)" if change.is_conflict else ""
            diff = "\n".join(f"    {line}" for line in change.diff().splitlines()[2:])
            blocks.append(f"{_SIGN[change.action]} {change.key}{conflict}\n{diff}")
        counts = [
            f"{sum(change.action is action for change in self.changes)} {action.value}" for action in Action
        ]
        blocks.append(f"{', '.join(counts)}." if self.changes else "Nothing to change.")
        if self.elsewhere:
            names = ", ".join(map(str, self.elsewhere))
            blocks.append(
                f"Only in the Store, left as they are: {names}. `onefold pull` writes them as files."
            )
        return "\n".join(blocks)

    def as_dict(self) -> dict[str, object]:
        """Return the plan as plain JSON values."""
        return {
            "changes": [change.as_dict() for change in self.changes],
            "elsewhere": [{"kind": key.kind, "name": key.name} for key in self.elsewhere],
        }


def read_applied(connection: Connection) -> Applied:
    """Return what the Store holds."""
    return Applied(latest_versions(connection), bases(connection))


def compare(files: Definitions, applied: Applied) -> Plan:
    """Compare the files with what the Store holds.

    A definition that only the Store has is removed if the files once had it, else left: it was made elsewhere.
    """
    alive = applied.alive()
    changes: list[Change] = []
    for key in files.keys:
        document = files.document(key)
        before = alive.get(key)
        if before is not None and before.content_hash == content_hash(document.content):
            continue
        changes.append(
            Change(
                key,
                Action.CHANGED if before is not None else Action.ADDED,
                before.content if before is not None else None,
                document.content,
                document.file,
                applied.moved_on(key),
            )
        )
    gone = [key for key in alive if key not in files]
    changes += [
        Change(key, Action.REMOVED, alive[key].content, None, None, applied.moved_on(key))
        for key in gone
        if key in applied.bases
    ]
    return Plan(
        tuple(sorted(changes, key=lambda change: change.key)),
        tuple(sorted(key for key in gone if key not in applied.bases)),
    )
