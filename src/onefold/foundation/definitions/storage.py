"""Versions of definitions in the Store: every change is a row, none is ever overwritten."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Boolean, Column, Connection, Integer, String, Table, Text, delete, func, insert, select

from onefold.foundation.definitions.documents import Content, Key, content_hash
from onefold.foundation.store import Instant, metadata

definition_versions = Table(
    "definition_versions",
    metadata,
    Column("kind", String(63), primary_key=True),
    Column("name", String(63), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("document", Text, nullable=False),  # JSON, keys in the order written
    Column("content_hash", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("is_deleted", Boolean, nullable=False),
)
"""Each version of each definition, from 1."""

definition_bases = Table(
    "definition_bases",
    metadata,
    Column("kind", String(63), primary_key=True),
    Column("name", String(63), primary_key=True),
    Column("content_hash", String(64), nullable=False),
)
"""What files and Store last agreed on: by it, a change elsewhere is told from a change in the files."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a definition."""

    key: Key
    version: int
    content: Content
    content_hash: str
    created_at: dt.datetime
    created_by: str
    is_deleted: bool = False


def latest_versions(connection: Connection) -> dict[Key, Version]:
    """Return the newest version of every definition, deleted ones included."""
    table = definition_versions
    newest = (
        select(table.c.kind, table.c.name, func.max(table.c.version).label("version"))
        .group_by(table.c.kind, table.c.name)
        .subquery()
    )
    rows = connection.execute(
        select(table)
        .join(
            newest,
            (table.c.kind == newest.c.kind)
            & (table.c.name == newest.c.name)
            & (table.c.version == newest.c.version),
        )
        .order_by(table.c.kind, table.c.name)
    )
    found = [_version(row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's name for a row as a mapping
    return {version.key: version for version in found}


def versions_of(connection: Connection, key: Key) -> list[Version]:
    """Return all versions of one definition, newest first; empty when there is none."""
    table = definition_versions
    rows = connection.execute(
        select(table)
        .where(table.c.kind == key.kind, table.c.name == key.name)
        .order_by(table.c.version.desc())
    )
    return [_version(row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's name for a row as a mapping


def save_version(
    connection: Connection,
    key: Key,
    content: Content | None,
    *,
    by: str,
    at: dt.datetime,
) -> Version | None:
    """Add a version with this content (None: deleted); nothing, and None, when the newest is equal."""
    before = next(iter(versions_of(connection, key)), None)
    is_deleted = content is None
    kept = content if content is not None else before.content if before is not None else {}
    digest = content_hash(kept)
    is_equal = before is not None and before.content_hash == digest and before.is_deleted == is_deleted
    if is_equal or (is_deleted and before is None):
        return None
    version = Version(key, before.version + 1 if before is not None else 1, kept, digest, at, by, is_deleted)
    connection.execute(
        insert(definition_versions).values(
            kind=key.kind,
            name=key.name,
            version=version.version,
            document=json.dumps(kept, ensure_ascii=False),
            content_hash=digest,
            created_at=at,
            created_by=by,
            is_deleted=is_deleted,
        )
    )
    return version


def bases(connection: Connection) -> dict[Key, str]:
    """Return the hash of the content that files and Store last agreed on, by definition."""
    rows = connection.execute(select(definition_bases))
    return {Key(row.kind, row.name): row.content_hash for row in rows}


def set_base(connection: Connection, key: Key, digest: str | None) -> None:
    """Remember what files and Store now agree on; None when neither has the definition any more."""
    table = definition_bases
    connection.execute(delete(table).where(table.c.kind == key.kind, table.c.name == key.name))
    if digest is not None:
        connection.execute(insert(table).values(kind=key.kind, name=key.name, content_hash=digest))


def _version(row: object) -> Version:
    values = cast("dict[str, object]", row)
    return Version(
        Key(str(values["kind"]), str(values["name"])),
        cast("int", values["version"]),
        cast("Content", json.loads(str(values["document"]))),
        str(values["content_hash"]),
        cast("dt.datetime", values["created_at"]),
        str(values["created_by"]),
        bool(values["is_deleted"]),
    )
