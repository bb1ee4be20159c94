"""Databases the `sql` connector reads: one engine, one file each; `kind` is the scheme of its URLs."""

from onefold.sources.connectors.databases.database import (
    Address,
    Database,
    SourceColumn,
    Target,
    localized,
    parse_address,
    select_statement,
    streamed,
)

__all__ = [
    "Address",
    "Database",
    "SourceColumn",
    "Target",
    "localized",
    "parse_address",
    "select_statement",
    "streamed",
]
