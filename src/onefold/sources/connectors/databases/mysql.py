"""MySQL and MariaDB, through asyncmy: rows are decoded in C and come from an unbuffered cursor."""

from __future__ import annotations

import asyncio
import datetime as dt
import ssl
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, ClassVar, Final, TypeVar
from zoneinfo import ZoneInfo

import pyarrow as pa
from typing_extensions import override

from onefold.foundation.kernel import Forbidden, InvalidInput, NotFound, OnefoldError, Permanent, Transient
from onefold.foundation.warehouse import ColumnType
from onefold.sources.connectors.connector import FoundColumn, Watermark
from onefold.sources.connectors.databases.database import (
    ROWS_PER_BATCH,
    Database,
    SourceColumn,
    Target,
    driver_missing,
    localized,
    quoted,
    select_statement,
    streamed,
)

if TYPE_CHECKING:
    from asyncmy.connection import Connection
    from asyncmy.protocol import FieldDescriptorPacket

T = TypeVar("T")

# Type codes of the protocol's column definitions.
_DECIMALS: Final = frozenset({0, 246})
_TINY: Final = 1
_INTEGERS: Final = frozenset({1, 2, 3, 8, 9, 13})
_LONG_LONG: Final = 8
_FLOATS: Final = frozenset({4, 5})
_TIMESTAMP: Final = 7
_DATES: Final = frozenset({10, 14})
_DATETIME: Final = 12
_BIT: Final = 16
_TEXTS_OR_BLOBS: Final = frozenset({15, 249, 250, 251, 252, 253, 254})
_GEOMETRY: Final = 255
_BINARY_CHARSET: Final = 63
_NOT_NULL, _UNSIGNED, _ENUM, _SET = 1, 32, 256, 2048

_NATIVE: Final = {
    1: "tinyint", 2: "smallint", 3: "int", 4: "float", 5: "double", 7: "timestamp", 8: "bigint", 9: "mediumint",
    10: "date", 11: "time", 12: "datetime", 13: "year", 16: "bit", 245: "json", 246: "decimal", 252: "text",
    253: "varchar", 254: "char", 255: "geometry",
}  # fmt: skip

# A reader that waits for the warehouse must not make the server give up on us.
_WRITE_TIMEOUT_S: Final = 3_600


class MySQL(Database):
    """MySQL 8 and MariaDB 10.5, and later."""

    kind: ClassVar[str] = "mysql"

    @override
    def describe(self, target: Target) -> tuple[SourceColumn, ...]:
        session = _Session(target)
        try:
            session.select(select_statement(target, "`") + " LIMIT 0")
            return tuple(_column(field, target) for field in session.fields)
        finally:
            session.close()

    @override
    def read(
        self, target: Target, columns: Sequence[SourceColumn], watermark: Watermark | None
    ) -> pa.RecordBatchReader:
        schema = pa.schema([(column.found.name, column.arrow) for column in columns])
        selected = [(column.expression, column.found.name) for column in columns]
        session = _Session(target)
        try:
            condition = _bound(session, target, columns, watermark)
            session.select(select_statement(target, "`", selected, condition))
        except OnefoldError:
            session.close()
            raise

        def batches() -> Iterator[pa.RecordBatch]:
            while rows := session.fetch(ROWS_PER_BATCH):
                yield _batch(rows, columns, schema, target)

        return streamed(schema, batches(), session.close)


class _Session:
    """One connection in a read-only transaction, driven from a thread of its own.

    The driver is asynchronous; the thread lets any caller use it, also one inside a running loop. The driver
    itself reads ahead without bound (650 MB for a million rows), so reading is paused between two fetches.
    """

    def __init__(self, target: Target) -> None:
        try:
            import asyncmy
            from asyncmy import converters, cursors
        except ImportError as error:
            raise driver_missing("asyncmy", "mysql") from error
        self._target = target
        self._loop = asyncio.new_event_loop()
        self._thread = ThreadPoolExecutor(1, "onefold-mysql")
        self._connection: Connection | None = None
        address = target.address
        # Without their decoders decimals, dates and times stay the text the server sent.
        conversions = {
            key: value
            for key, value in converters.conversions.items()
            if key not in _DECIMALS | _DATES | {_TIMESTAMP, _DATETIME, 11}
        }

        async def connect() -> Connection:
            return await asyncmy.connect(
                host=address.host or "localhost",
                port=address.port or 3306,
                user=address.user,
                password=address.password or "",
                database=address.database,
                charset="utf8mb4",
                connect_timeout=target.connect_timeout_s,
                conv=conversions,
                ssl=_tls(address.options),
                autocommit=True,
            )

        try:
            self._connection = self._call(connect(), _unreachable)
            self._cursor = self._connection.cursor(cursors.SSCursor)
            for statement in self._settings():
                self.execute(statement)
        except OnefoldError:
            self.close()
            raise

    @property
    def fields(self) -> list[FieldDescriptorPacket]:
        """The column definitions of the last select: PEP 249's description lacks flags and character set."""
        result = self._cursor._result  # type: ignore[attr-defined]  # noqa: SLF001 - it is public nowhere
        fields: list[FieldDescriptorPacket] = result.fields
        return fields

    def execute(self, statement: str, parameters: tuple[str | int, ...] | None = None) -> None:
        self._call(self._cursor.execute(statement, parameters), _translated)

    def select(self, statement: str) -> None:
        """Run one select. The driver lets several statements through; the server prepares only a single one."""
        self.execute("SET @onefold_statement = %s", (statement,))
        self.execute("PREPARE onefold_statement FROM @onefold_statement")
        self.execute("EXECUTE onefold_statement")

    def fetch(self, rows: int) -> list[tuple[object, ...]]:
        async def more() -> list[tuple[object, ...]]:
            connection = self._connection
            transport = connection._transport if connection else None  # type: ignore[attr-defined]  # noqa: SLF001 - it is public nowhere
            if transport is not None:
                transport.resume_reading()
            try:
                found: list[tuple[object, ...]] = await self._cursor.fetchmany(rows)
            finally:
                if transport is not None and not transport.is_closing():
                    transport.pause_reading()
            return found

        return self._call(more(), _translated)

    def close(self) -> None:
        # The connection, not the cursor: a cursor would first read the rest of the result.
        if self._connection is not None:
            self._connection.close()
        # One turn of the loop lets the transport close its socket.
        self._thread.submit(self._loop.run_until_complete, asyncio.sleep(0)).result()
        self._thread.shutdown()
        self._loop.close()

    def _settings(self) -> tuple[str, ...]:
        seconds = self._target.timeout_s
        server = self._connection.get_server_info() if self._connection else ""
        limit = (
            f"SET SESSION max_statement_time = {seconds}"
            if "MariaDB" in server
            else f"SET SESSION max_execution_time = {seconds * 1000}"
        )
        return (
            "SET SESSION time_zone = '+00:00'",
            f"SET SESSION net_write_timeout = {_WRITE_TIMEOUT_S}",
            limit,
            "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
            "START TRANSACTION READ ONLY",
        )

    def _call(
        self, coroutine: Coroutine[object, object, T], translate: Callable[[Exception, Target], OnefoldError]
    ) -> T:
        from asyncmy import errors

        try:
            return self._thread.submit(self._loop.run_until_complete, coroutine).result()
        except (errors.MySQLError, OSError, EOFError, TimeoutError) as error:
            # Not as the cause: the server's own words may hold values of rows.
            raise translate(error, self._target) from None


def _tls(options: Mapping[str, str]) -> ssl.SSLContext | None:
    """Return how to encrypt: `?ssl=true` checks the server's certificate, `ssl_ca=FILE` against that authority."""
    unknown = sorted(set(options) - {"ssl", "ssl_ca", "charset"})
    if unknown:
        message = f"The address has an option that is not known for MySQL: {unknown[0]!r}."
        hint = "Known: ssl=true and ssl_ca=FILE."
        raise InvalidInput(message, code="sources.address_invalid", hint=hint)
    if "ssl_ca" in options or options.get("ssl", "").lower() in {"1", "true", "yes"}:
        return ssl.create_default_context(cafile=options.get("ssl_ca"))
    return None


def _column(field: FieldDescriptorPacket, target: Target) -> SourceColumn:
    kind, arrow, template, decimal = _type(field)
    native = _NATIVE.get(field.type_code, "")
    if field.flags & (_ENUM | _SET):
        native = "enum" if field.flags & _ENUM else "set"
    # The flag is true for expressions too; it is no promise about a query's column.
    nullable = None if target.query is not None else not field.flags & _NOT_NULL
    local = field.type_code == _DATETIME and target.time_zone != "UTC"
    found = FoundColumn(field.name, kind, decimal, nullable, native)
    return SourceColumn(found, template.format(c=quoted(field.name, "`")), arrow, local)


def _type(field: FieldDescriptorPacket) -> tuple[ColumnType, pa.DataType, str, tuple[int, int] | None]:
    """Return our type, the type it travels in, how it is selected, and a decimal's precision and scale."""
    code = field.type_code
    unsigned = bool(field.flags & _UNSIGNED)
    if code == _TINY and field.length == 1:
        # BOOLEAN is tinyint(1), which also holds 7: as text, what is neither 0 nor 1 goes to quarantine.
        return ColumnType.BOOLEAN, pa.string(), "CAST({c} AS CHAR)", None
    if code == _BIT:
        kind = ColumnType.BOOLEAN if field.length == 1 else ColumnType.INTEGER
        return kind, pa.string(), "CAST({c} + 0 AS CHAR)", None
    if code in _INTEGERS:
        if code == _LONG_LONG and unsigned:
            return ColumnType.INTEGER, pa.string(), "CAST({c} AS CHAR)", None
        return ColumnType.INTEGER, pa.int64(), "{c}", None
    if code in _FLOATS:
        return ColumnType.NUMBER, pa.float64(), "{c}", None
    if code in _DECIMALS:
        precision = field.length - (field.scale > 0) - (not unsigned)
        fits = field.scale <= precision <= 38
        return ColumnType.DECIMAL, pa.string(), "{c}", (precision, field.scale) if fits else (38, 9)
    if code in {_TIMESTAMP, _DATETIME}:
        return ColumnType.INSTANT, pa.string(), "{c}", None
    if code in _DATES:
        return ColumnType.DATE, pa.string(), "{c}", None
    if code == _GEOMETRY:
        return ColumnType.TEXT, pa.string(), "ST_AsText({c})", None
    if code in _TEXTS_OR_BLOBS and field.charsetnr == _BINARY_CHARSET:
        return ColumnType.BLOB, pa.binary(), "{c}", None
    return ColumnType.TEXT, pa.string(), "{c}", None


def _batch(
    rows: list[tuple[object, ...]], columns: Sequence[SourceColumn], schema: pa.Schema, target: Target
) -> pa.RecordBatch:
    arrays = []
    for values, column in zip(zip(*rows, strict=True), columns, strict=True):
        array = pa.array(values, column.arrow)
        arrays.append(localized(array, target.time_zone) if column.local else array)
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _bound(
    session: _Session, target: Target, columns: Sequence[SourceColumn], watermark: Watermark | None
) -> str:
    """Bind the watermark to a variable of the session and return the condition.

    A mark in the select would be `%s`, and the owner's query may hold per cent signs of its own.
    """
    if watermark is None:
        return ""
    name = quoted(watermark.column, "`")
    if watermark.type is ColumnType.INTEGER:
        session.execute("SET @onefold_watermark = %s", (int(watermark.value),))
        return f"{name} >= CAST(@onefold_watermark AS SIGNED)"
    if watermark.type is ColumnType.DATE:
        session.execute("SET @onefold_watermark = %s", (watermark.value,))
        return f"{name} >= CAST(@onefold_watermark AS DATE)"
    local = next((each.local for each in columns if each.found.name == watermark.column), False)
    zone = ZoneInfo(target.time_zone) if local else dt.UTC
    moment = dt.datetime.fromisoformat(watermark.value).astimezone(zone)
    session.execute("SET @onefold_watermark = %s", (moment.strftime("%Y-%m-%d %H:%M:%S.%f"),))
    return f"{name} >= CAST(@onefold_watermark AS DATETIME(6))"


def _code(error: Exception) -> int:
    first = error.args[0] if error.args else 0
    return first if isinstance(first, int) else 0


def _unreachable(error: Exception, target: Target) -> OnefoldError:
    address = target.address
    context: dict[str, str | int | float | bool | None] = {
        "host": address.host,
        "port": address.port,
        "database": address.database,
    }
    match _code(error):
        case 1045 | 1698:
            message = f"The server at {address.place} refuses the user {address.user!r} or its password."
            hint = "Check user and password in the address; the password comes from the environment variable."
            return InvalidInput(message, code="sources.login_refused", hint=hint, context=context)
        case 1049:
            message = f"The server at {address.place} has no database {address.database!r}."
            hint = "Check the last part of the address: mysql://user@host/DATABASE"
            return InvalidInput(message, code="sources.database_unknown", hint=hint, context=context)
        case 1044:
            message = f"The user {address.user!r} may not use the database {address.database!r}."
            hint = "Grant it: GRANT SELECT ON database.* TO user"
            return Forbidden(message, code="sources.not_granted", hint=hint, context=context)
    if "Name or service not known" in str(error) or "getaddrinfo" in str(error):
        message = f"There is no host {address.host!r}."
        hint = "Check the host in the address, or this machine's name resolution."
        return InvalidInput(message, code="sources.host_unknown", hint=hint, context=context)
    message = f"The server at {address.place} cannot be reached."
    hint = "Check host and port, that the server runs, and that this machine may connect to it."
    return Transient(message, code="sources.unreachable", hint=hint, context=context)


def _translated(error: Exception, target: Target) -> OnefoldError:
    """Return our error for the server's, without values of rows: those messages may hold personal data."""
    code = _code(error)
    context: dict[str, str | int | float | bool | None] = {"errno": code}
    match code:
        case 1146 | 1049:
            name = ".".join(target.table) or "in the query"
            message = f"There is no table {name!r} in database {target.address.database!r}."
            hint = "Check its name, and that the user may see it."
            return NotFound(message, code="sources.table_missing", hint=hint, context=context)
        case 1142 | 1143 | 1370:
            message = f"The user {target.address.user!r} may not read {target.what}."
            hint = "Grant it: GRANT SELECT ON database.table TO user"
            return Forbidden(message, code="sources.not_granted", hint=hint, context=context)
        case 1969 | 3024:
            message = f"Reading {target.what} took longer than {target.timeout_s} s and was cancelled."
            hint = "Raise `timeout` of the source, read less, or add an index."
            return Transient(message, code="sources.timeout", hint=hint, context=context)
        case 1792:
            message = "The query would change data; sources are read in a read-only transaction."
            return InvalidInput(message, code="sources.query_writes", hint="Write a SELECT.", context=context)
        case 1054 | 1060 | 1064 | 1052 | 1305 | 1582 | 1370:
            message = f"The server cannot run {target.what}: {error.args[1]}"
            hint = "Try the query in the mysql client first."
            return InvalidInput(message, code="sources.query_invalid", hint=hint, context=context)
    if code >= 2000 or code == 0 or code in {1053, 1927, 1152, 1158, 1159, 1160, 1161}:
        message = f"The connection to {target.address.place} broke while reading {target.what}."
        hint = "Run again; nothing of this source was published."
        return Transient(message, code="sources.connection_lost", hint=hint, context=context)
    message = f"The server could not read {target.what} (error {code})."
    hint = "Run the query in the mysql client to see why."
    return Permanent(message, code="sources.query_failed", hint=hint, context=context)
