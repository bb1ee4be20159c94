"""Carry definitions from the files into the Store (apply) and from the Store into the files (pull)."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from onefold.foundation.definitions.documents import Content, Document, Key, content_hash
from onefold.foundation.definitions.errors import DefinitionConflict
from onefold.foundation.definitions.files import WORKSPACE_FILE
from onefold.foundation.definitions.model import Definition
from onefold.foundation.definitions.parse import Definitions, parse_documents
from onefold.foundation.definitions.plan import Action, Applied, Plan, compare, read_applied
from onefold.foundation.definitions.storage import save_version, set_base
from onefold.foundation.definitions.yaml_text import write_document
from onefold.foundation.store import Store


def plan(store: Store, files: Definitions) -> Plan:
    """Return what `apply` would change."""
    with store.read() as connection:
        return compare(files, read_applied(connection))


def stored(store: Store, kinds: Mapping[str, type[Definition]]) -> Definitions:
    """Return the definitions that the Store holds.

    Raises:
        DefinitionErrors: some do not fit their models any more; all of them at once.
    """
    with store.read() as connection:
        alive = read_applied(connection).alive()
    place = PurePosixPath("(store)")
    return parse_documents([Document(place, version.content, 0) for version in alive.values()], kinds)


def apply(store: Store, files: Definitions, *, by: str, at: dt.datetime, force: bool = False) -> Plan:
    """Make the Store hold what the files do, as new versions, in one transaction; return what changed.

    Args:
        store: where the versions are kept.
        files: what the files hold, checked.
        by: who applies; kept with each version.
        at: the moment; aware.
        force: also undo changes that were made elsewhere.

    Raises:
        DefinitionConflict: a definition was changed elsewhere since files and Store last agreed; nothing is
            applied then.
    """
    with store.write() as connection:
        applied = read_applied(connection)
        planned = compare(files, applied)
        if planned.conflicts and not force:
            raise _conflict([change.key for change in planned.conflicts], "applying would undo that")
        for change in planned.changes:
            save_version(connection, change.key, change.after, by=by, at=at)
            if change.action is Action.REMOVED:
                set_base(connection, change.key, None)
        for key in files.keys:
            digest = content_hash(files.document(key).content)
            if applied.bases.get(key) != digest:
                set_base(connection, key, digest)
        for key in set(applied.bases) - set(files.keys) - set(applied.alive()):
            set_base(connection, key, None)
    return planned


@dataclass(frozen=True, slots=True)
class _Edit:
    """What happens to one document of one file; None removes it."""

    document: Document | None
    path: Path
    content: Content | None


def pull(
    store: Store,
    directory: Path,
    files: Definitions,
    kinds: Mapping[str, type[Definition]],
    *,
    force: bool = False,
) -> list[Path]:
    """Make the files hold what the Store does and return the files written or removed, sorted.

    A definition goes into the file that holds it, else into a new one in its kind's folder. Documents that
    need no change are not touched, so their comments and order stay; edits not applied yet stay too.

    Raises:
        DefinitionConflict: a document was edited here and its definition changed elsewhere; `force` takes the
            Store's.
    """
    with store.write() as connection:
        applied = read_applied(connection)
        edits, conflicts = _edits(directory, files, applied, kinds)
        if conflicts and not force:
            raise _conflict(conflicts, "pulling would undo what the files hold")
        written = _write(edits)
        for key, edit in edits.items():
            set_base(connection, key, content_hash(edit.content) if edit.content is not None else None)
        for key, version in applied.alive().items():
            if key in files and content_hash(files.document(key).content) == version.content_hash:
                set_base(connection, key, version.content_hash)
    return written


def _edits(
    directory: Path, files: Definitions, applied: Applied, kinds: Mapping[str, type[Definition]]
) -> tuple[dict[Key, _Edit], list[Key]]:
    edits: dict[Key, _Edit] = {}
    conflicts: list[Key] = []
    for key, version in sorted(applied.versions.items()):
        base = applied.bases.get(key)
        document = files.document(key) if key in files else None
        if document is None:
            # Removed here and not changed elsewhere: that is for `apply`. Changed elsewhere: both did something.
            if version.is_deleted or key.kind not in kinds or base == version.content_hash:
                continue
            if base is not None:
                conflicts.append(key)
            edits[key] = _Edit(None, _new_path(directory, key, kinds, edits), version.content)
            continue
        here = content_hash(document.content)
        if not applied.moved_on(key) or (not version.is_deleted and here == version.content_hash):
            continue
        if here != base:
            conflicts.append(key)
        edits[key] = _Edit(
            document, directory / document.file, None if version.is_deleted else version.content
        )
    return edits, conflicts


def _new_path(
    directory: Path, key: Key, kinds: Mapping[str, type[Definition]], edits: Mapping[Key, _Edit]
) -> Path:
    folder = kinds[key.kind].folder
    if folder:
        names = [f"{key.name}.yaml", f"{key.kind}_{key.name}.yaml"]
    elif key.kind == "workspace":
        names = [WORKSPACE_FILE]
    else:
        names = [f"{key.kind}.yaml", f"{key.kind}_{key.name}.yaml"]
    taken = {edit.path for edit in edits.values()}
    paths = [directory / folder / name for name in names]
    free = [path for path in paths if path not in taken and not path.exists()]
    return free[0] if free else paths[-1]


def _write(edits: Mapping[Key, _Edit]) -> list[Path]:
    by_path: dict[Path, list[_Edit]] = {}
    for edit in edits.values():
        by_path.setdefault(edit.path, []).append(edit)
    for path, own in sorted(by_path.items()):
        text = _edited(path, own)
        if not text.strip():
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        # Written beside and moved into place, so that a crash leaves the old file or the new one.
        beside = path.with_name(f".{path.name}.new")
        with beside.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    return sorted(by_path)


def _edited(path: Path, edits: Sequence[_Edit]) -> str:
    """Return the file's text with its documents replaced, from the last to the first so that places hold."""
    text = ""
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            text = file.read()
    placed = [edit for edit in edits if edit.document is not None]
    for edit in sorted(
        placed, key=lambda edit: edit.document.span if edit.document else (0, 0), reverse=True
    ):
        first, end = edit.document.span if edit.document else (0, 0)
        if edit.content is not None:
            text = text[:first] + write_document(edit.content) + text[end:]
        else:
            text = _without(text, first, end)
    for edit in edits:
        if edit.document is None and edit.content is not None:
            lead = "" if not text.strip() else "---\n" if text.endswith("\n") else "\n---\n"
            text += lead + write_document(edit.content)
    return text


def _without(text: str, first: int, end: int) -> str:
    """Return the text without a document and the line of dashes that set it apart from the next or previous."""
    head, tail = text[:first], text[end:].lstrip("\r\n")
    if tail.startswith("---"):
        tail = tail[3:].lstrip(" \r\n")
    elif head.rstrip().endswith("---"):
        head = head.rstrip()[:-3]
    return head + tail


def _conflict(keys: Sequence[Key], consequence: str) -> DefinitionConflict:
    names = ", ".join(str(key) for key in keys)
    message = f"Changed elsewhere since the files were applied: {names}; {consequence}."
    hint = "See `onefold plan`; take those changes with `onefold pull`, or give `--force`."
    return DefinitionConflict(message, hint=hint, context={"definitions": len(keys)})
