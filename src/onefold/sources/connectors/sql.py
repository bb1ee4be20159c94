"""Rows of a database: PostgreSQL, MySQL and MariaDB, SQLite."""

from __future__ import annotations

import dataclasses
import re
from typing import ClassVar, Final, Self

from pydantic import Field, field_validator, model_validator
from typing_extensions import override

from onefold.foundation.kernel import InvalidInput, nearest, pick
from onefold.foundation.secrets import references
from onefold.sources.connectors.connector import (
    Connector,
    ConnectorContext,
    Coverage,
    FoundColumn,
    Scan,
    ScanRequest,
)
from onefold.sources.connectors.databases import Address, Database, SourceColumn, Target, parse_address

DATABASES: Final = "onefold.sources.connectors.databases"

# Spellings that people and other tools use for the three schemes.
_SCHEMES: Final = {
    "postgres": "postgresql",
    "postgresql": "postgresql",
    "mysql": "mysql",
    "mariadb": "mysql",
    "sqlite": "sqlite",
}
_COMMENTS: Final = re.compile(r"\s+|--[^\n]*(?:\n|$)|/\*.*?\*/", re.DOTALL)


class SqlConnector(Connector):
    """A table or a query of PostgreSQL, MySQL, MariaDB or SQLite.

    Reading happens in one read-only transaction and in bounded memory. With an updated-at column only rows
    changed since the last refresh are asked for, so an index on it pays. Decimals, moments and dates arrive
    exactly; a `numeric` without precision becomes decimal(38, 9), so cast it in a query where it is finer; json,
    uuid, enum and other types become text, arrays become lists of text or of integers.
    """

    kind: ClassVar[str] = "sql"
    pushes_watermark: ClassVar[bool] = True

    url: str = Field(
        description="`postgresql://user:${CRM_PASSWORD}@host:5432/database`, `mysql://...`, `sqlite:///shop.db`; "
        "the password, or the whole address, is a `${NAME}` reference to the environment."
    )
    table: str | None = Field(default=None, description="`table` or `schema.table`.")
    query: str | None = Field(default=None, description="A SELECT in the database's own dialect.")
    timeout: int = Field(default=3600, ge=1, le=86_400, description="Seconds that one statement may take.")
    connect_timeout: int = Field(default=10, ge=1, le=600, description="Seconds to wait for the connection.")

    @field_validator("url")
    @classmethod
    def _holds_no_secret(cls, url: str) -> str:
        if url == "${" + "".join(references(url)) + "}":
            return url
        parse_address(url)
        return url

    @field_validator("query")
    @classmethod
    def _selects(cls, query: str | None) -> str | None:
        if query is not None and _first_word(query) not in {"select", "with", "values"}:
            message = "a query must be a SELECT: it starts with SELECT, WITH or VALUES"
            raise ValueError(message)
        return query

    @model_validator(mode="after")
    def _one_of_table_and_query(self) -> Self:
        if (self.table is None) == (self.query is None):
            message = "give either `table` or `query`"
            raise ValueError(message)
        return self

    @override
    def discover(self, context: ConnectorContext) -> tuple[FoundColumn, ...]:
        database, target = self._open(context)
        return tuple(column.found for column in database.describe(target))

    @override
    def scan(self, context: ConnectorContext, request: ScanRequest) -> Scan:
        database, target = self._open(context, request.time_zone)
        described = database.describe(target)
        columns = _wanted(described, request.columns, target)
        watermark = request.watermark
        if watermark is not None:
            _wanted(described, (watermark.column,), target)
        return Scan(
            Coverage.EVERYTHING if watermark is None else Coverage.CHANGES,
            reader=lambda: database.read(target, columns, watermark),
        )

    def _open(self, context: ConnectorContext, time_zone: str = "UTC") -> tuple[Database, Target]:
        # Only what a definition may hold is resolved: the whole address, or the password after it was split off.
        whole = self.url.startswith("${")
        address = _from_environment(context.secret(self.url)) if whole else parse_address(self.url)
        if address.password is not None and not whole:
            address = dataclasses.replace(address, password=context.secret(address.password))
        scheme = address.scheme.partition("+")[0].lower()
        database = pick(DATABASES, Database, _SCHEMES.get(scheme, scheme))
        table = tuple((self.table or "").split(".")) if self.table else ()
        target = Target(
            address=address,
            table=table,
            query=self.query,
            time_zone=time_zone,
            timeout_s=self.timeout,
            connect_timeout_s=self.connect_timeout,
            directory=context.directory,
        )
        return database(), target


def _from_environment(url: str) -> Address:
    try:
        return parse_address(url, resolved=True)
    except ValueError as error:
        # Not the cause's own text: it could repeat a piece of the secret.
        message = "The environment variable that holds the database's address is not a URL."
        hint = "It looks like postgresql://user:password@host:5432/database"
        raise InvalidInput(message, code="sources.address_invalid", hint=hint) from error


def _first_word(query: str) -> str:
    rest = query
    while (found := _COMMENTS.match(rest)) and found.end():
        rest = rest[found.end() :]
    return re.split(r"\W", rest.lstrip("("), maxsplit=1)[0].lower()


def _wanted(
    described: tuple[SourceColumn, ...], names: tuple[str, ...] | None, target: Target
) -> tuple[SourceColumn, ...]:
    if names is None:
        return described
    by_name = {column.found.name: column for column in described}
    if missing := [name for name in names if name not in by_name]:
        message = f"Column {missing[0]!r} is not in {target.what}."
        hint = nearest(missing[0], by_name)
        raise InvalidInput(message, code="sources.column_unknown", hint=hint, context={"column": missing[0]})
    return tuple(by_name[name] for name in names)
