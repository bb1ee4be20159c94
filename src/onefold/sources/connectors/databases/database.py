"""The contract of a database engine: describe a table or query, and stream its rows as Arrow.

What Arrow cannot hold exactly (decimals that are not a number, infinite or impossible dates, whole numbers
above 64 bit) travels as text, so that it is cast, or quarantined, with everything else that arrives as text.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Final
from urllib.parse import parse_qsl, unquote, urlsplit

import pyarrow as pa
import pyarrow.compute as pc

from onefold.foundation.kernel import InvalidInput, OnefoldError
from onefold.foundation.secrets import references
from onefold.sources.connectors.connector import FoundColumn, Watermark

ROWS_PER_BATCH: Final = 8_192

# Parameters of connection URLs that carry a secret, over all engines.
_SECRET_PARAMETERS: Final = frozenset({"password", "passwd", "pwd", "sslpassword", "passfile", "token"})


_LAST_SEMICOLON: Final = re.compile(r";(?:\s|--[^\n]*(?:\n|$))*$")


@dataclass(frozen=True, slots=True)
class Address:
    """A parsed database URL. `password` is the reference as the definition has it, until it is resolved."""

    scheme: str
    host: str | None
    port: int | None
    user: str | None
    password: str | None = field(repr=False)
    database: str
    options: Mapping[str, str]

    @property
    def place(self) -> str:
        """Host and port for messages, without user and password."""
        return f"{self.host or 'localhost'}{f':{self.port}' if self.port else ''}"


def parse_address(url: str, *, resolved: bool = False) -> Address:
    """Return the parts of a database URL whose password, if any, is a `${NAME}` reference.

    Args:
        url: the address.
        resolved: the address came from the environment as a whole, so its password is the value itself.

    Raises:
        ValueError: it is no such URL, or it holds a secret; the message never repeats the secret.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        message = "the address is not a URL such as postgresql://user:${CRM_PASSWORD}@host:5432/database"
        raise ValueError(message) from error
    if not parts.scheme:
        message = "the address needs a scheme: postgresql://, mysql:// or sqlite://"
        raise ValueError(message)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if not resolved and (secret := sorted(_SECRET_PARAMETERS & {name.lower() for name in options})):
        message = f"the parameter {secret[0]!r} does not belong in the address; write user:${{NAME}}@host"
        raise ValueError(message)
    password = parts.password
    if resolved:
        password = unquote(password) if password is not None else options.pop("password", None)
    elif password is not None and f"${{{''.join(references(password))}}}" != password:
        message = (
            "the password in the address must be a reference such as ${CRM_PASSWORD}, never the value itself"
        )
        raise ValueError(message)
    user = unquote(parts.username) if parts.username else None
    host = unquote(parts.hostname) if parts.hostname else None
    return Address(parts.scheme, host, port, user, password, unquote(parts.path[1:]), options)


@dataclass(frozen=True, slots=True)
class Target:
    """What to read and how.

    Attributes:
        address: where; its password is resolved.
        table: the parts of the table's name (schema, table), or empty when `query` is set.
        query: a SELECT in the database's own dialect, or None.
        time_zone: the zone that timestamps without one are meant in, `Europe/Berlin`.
        timeout_s: seconds that one statement may take.
        connect_timeout_s: seconds to wait for the connection.
        directory: what the path of a file database starts from.
    """

    address: Address
    table: tuple[str, ...]
    query: str | None
    time_zone: str
    timeout_s: int
    connect_timeout_s: int
    directory: Path

    @property
    def what(self) -> str:
        """What is read, for messages."""
        return "the query" if self.query is not None else f"table {'.'.join(self.table)!r}"


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """A column with what is needed to select it.

    Attributes:
        found: as the connector describes it.
        expression: the SQL that yields it in the type of `arrow`.
        arrow: the type it travels in.
        local: a timestamp without a zone, to be put into the target's zone after reading.
    """

    found: FoundColumn
    expression: str
    arrow: pa.DataType
    local: bool = False


class Database(ABC):
    """One database engine; `kind` is the scheme of its URLs."""

    kind: ClassVar[str]

    @abstractmethod
    def describe(self, target: Target) -> tuple[SourceColumn, ...]:
        """Return the columns of the table or query, in order.

        Raises:
            InvalidInput: address, credentials or query are wrong; the hint says what to change.
            NotFound: the table is not there.
            Transient: the database cannot be reached now.
        """

    @abstractmethod
    def read(
        self, target: Target, columns: Sequence[SourceColumn], watermark: Watermark | None
    ) -> pa.RecordBatchReader:
        """Run the select in a read-only transaction and return its rows as they come, in bounded memory."""


def select_statement(
    target: Target,
    quote: str,
    columns: Iterable[tuple[str, str]] = (),
    condition: str = "",
) -> str:
    """Return a SELECT of (expression, name) pairs, or of everything, over the target's table or query.

    Args:
        target: the table or query.
        quote: the engine's quotation mark for names.
        columns: what to select; empty is `*`.
        condition: what follows WHERE, with the engine's own parameter marks.
    """
    chosen = ", ".join(f"{expression} AS {quoted(name, quote)}" for expression, name in columns) or "*"
    if target.query is None:
        relation = ".".join(quoted(part, quote) for part in target.table)
    else:
        # The line break ends a comment on the query's last line.
        relation = f"(\n{_LAST_SEMICOLON.sub('', target.query)}\n)"
    where = f" WHERE {condition}" if condition else ""
    # Names are quoted, the query is the owner's and runs read-only, values are bound.
    return f"SELECT {chosen} FROM {relation} AS onefold_source{where}"  # noqa: S608


def quoted(name: str, quote: str) -> str:
    """Return the name in the engine's quotation marks."""
    return f"{quote}{name.replace(quote, quote * 2)}{quote}"


def streamed(
    schema: pa.Schema, batches: Iterable[pa.RecordBatch], close: Callable[[], None]
) -> pa.RecordBatchReader:
    """Return a reader of the batches that calls `close` at their end, and when it is dropped before."""

    def generate() -> Iterator[pa.RecordBatch | None]:
        try:
            yield None  # a generator that never started would not reach its `finally`
            yield from batches
        finally:
            close()

    started = generate()
    next(started)
    return pa.RecordBatchReader.from_batches(schema, started)


def localized(texts: pa.Array, zone: str) -> pa.Array:
    """Return texts of timestamps without a zone as texts of moments in UTC; what is no timestamp stays.

    An hour that a clock change repeats counts as its first pass; one that it skips counts as the moment after.
    """
    try:
        moments = pc.cast(texts, pa.timestamp("us"))
    except pa.ArrowInvalid:
        return pa.array([_localized_one(value, zone) for value in texts.to_pylist()], pa.string())
    return _in_utc(moments, zone)


def _localized_one(value: str | None, zone: str) -> str | None:
    if value is None:
        return None
    try:
        moment = pc.cast(pa.array([value]), pa.timestamp("us"))
    except pa.ArrowInvalid:
        return value
    text: str = _in_utc(moment, zone)[0].as_py()
    return text


def _in_utc(moments: pa.Array, zone: str) -> pa.Array:
    aware = pc.assume_timezone(moments, zone, ambiguous="earliest", nonexistent="latest")
    return pc.cast(pc.cast(aware, pa.timestamp("us", "UTC")), pa.string())


def driver_missing(package: str, extra: str) -> OnefoldError:
    """Return the error for a driver that is not installed."""
    message = f"Reading this database needs the package {package}, which is not installed."
    return InvalidInput(
        message, code="sources.driver_missing", hint=f'Install it: pip install "onefold[{extra}]"'
    )
