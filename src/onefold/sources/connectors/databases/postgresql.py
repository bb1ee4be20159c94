"""PostgreSQL, over ADBC: rows arrive as Arrow, through binary COPY."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar, Final

import pyarrow as pa
from typing_extensions import override

from onefold.foundation.kernel import Forbidden, InvalidInput, NotFound, OnefoldError, Permanent, Transient
from onefold.foundation.warehouse import ColumnType
from onefold.sources.connectors.connector import FoundColumn, Watermark
from onefold.sources.connectors.databases.database import (
    Database,
    SourceColumn,
    Target,
    driver_missing,
    quoted,
    select_statement,
    streamed,
)

if TYPE_CHECKING:
    from adbc_driver_manager import dbapi

_BATCH_BYTES: Final = 4_000_000
_WATERMARK: Final = "onefold.watermark"

_TEXT = (ColumnType.TEXT, "{c}::text", pa.string())
_INTEGER = (ColumnType.INTEGER, "{c}::bigint", pa.int64())
_TEXT_LIST = (ColumnType.TEXT_LIST, "{c}::text[]", pa.list_(pa.string()))
_INTEGER_LIST = (ColumnType.INTEGER_LIST, "{c}::bigint[]", pa.list_(pa.int64()))

# By PostgreSQL's own name of the type: ours, how it is selected, how it travels. All others are text.
_TYPES: Final[dict[str, tuple[ColumnType, str, pa.DataType]]] = {
    "int2": _INTEGER,
    "int4": _INTEGER,
    "int8": _INTEGER,
    "oid": _INTEGER,
    "float4": (ColumnType.NUMBER, "{c}::float8", pa.float64()),
    "float8": (ColumnType.NUMBER, "{c}::float8", pa.float64()),
    "numeric": (ColumnType.DECIMAL, "{c}::text", pa.string()),
    "money": (ColumnType.DECIMAL, "{c}::numeric::text", pa.string()),
    "bool": (ColumnType.BOOLEAN, "{c}", pa.bool_()),
    "date": (ColumnType.DATE, "{c}::text", pa.string()),
    "timestamptz": (ColumnType.INSTANT, "{c}::text", pa.string()),
    "timestamp": (ColumnType.INSTANT, "({c} AT TIME ZONE {zone})::text", pa.string()),
    "bytea": (ColumnType.BLOB, "{c}", pa.binary()),
    "_int2": _INTEGER_LIST,
    "_int4": _INTEGER_LIST,
    "_int8": _INTEGER_LIST,
}

_ANY_DECIMAL: Final = (38, 9)
_MONEY: Final = (19, 2)


class PostgreSQL(Database):
    """PostgreSQL 12 and later."""

    kind: ClassVar[str] = "postgresql"

    @override
    def describe(self, target: Target) -> tuple[SourceColumn, ...]:
        connection = _connect(target)
        try:
            with connection.cursor() as cursor:
                required = _required(cursor, target)
                schema = cursor.adbc_execute_schema(select_statement(target, '"'))
            return tuple(_column(field, target, required) for field in schema)
        except connection.Error as error:
            raise _translated(error, target) from None
        finally:
            connection.close()

    @override
    def read(
        self, target: Target, columns: Sequence[SourceColumn], watermark: Watermark | None
    ) -> pa.RecordBatchReader:
        connection = _connect(target)
        cursor = connection.cursor()
        selected = [(column.expression, column.found.name) for column in columns]
        schema = pa.schema([(column.found.name, column.arrow) for column in columns])
        try:
            condition = _bound(cursor, target, columns, watermark)
            cursor.adbc_statement.set_options(**{"adbc.postgresql.batch_size_hint_bytes": str(_BATCH_BYTES)})
            cursor.execute(select_statement(target, '"', selected, condition))
            rows = cursor.fetch_record_batch()
        except connection.Error as error:
            cursor.close()
            connection.close()
            raise _translated(error, target) from None

        def batches() -> Iterator[pa.RecordBatch]:
            try:
                for batch in rows:
                    yield pa.RecordBatch.from_arrays(batch.columns, schema=schema)
            except (connection.Error, OSError, pa.ArrowException) as error:
                raise _translated(error, target) from None

        def close() -> None:
            rows.close()
            cursor.close()
            connection.close()

        return streamed(schema, batches(), close)


def _connect(target: Target) -> dbapi.Connection:
    try:
        from adbc_driver_postgresql import dbapi as driver  # type: ignore[import-untyped]  # it brings no types
    except ImportError as error:
        raise driver_missing("adbc-driver-postgresql", "postgres") from error
    address = target.address
    milliseconds = target.timeout_s * 1000
    settings = (
        "-c default_transaction_read_only=on -c default_transaction_isolation=repeatable\\ read "
        f"-c statement_timeout={milliseconds} -c timezone=UTC -c datestyle=ISO -c intervalstyle=iso_8601 "
        "-c extra_float_digits=1 -c client_encoding=UTF8 -c synchronize_seqscans=off"
    )
    parameters = {
        "host": address.host,
        "port": str(address.port) if address.port else None,
        "user": address.user,
        "password": address.password,
        "dbname": address.database or None,
        "connect_timeout": str(target.connect_timeout_s),
        "application_name": "onefold",
        **address.options,
        "options": settings,
    }
    text = " ".join(f"{name}={_escaped(value)}" for name, value in parameters.items() if value is not None)
    try:
        connection: dbapi.Connection = driver.connect(text)
    except driver.Error as error:
        raise _unreachable(str(error), target) from error
    return connection


def _escaped(value: str) -> str:
    inner = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{inner}'"


def _required(cursor: dbapi.Cursor, target: Target) -> frozenset[str]:
    """Return the columns of a table that may not be null."""
    if target.query is not None:
        return frozenset()
    name = ".".join(quoted(part, '"') for part in target.table)
    cursor.execute("SELECT to_regclass($1) IS NULL", (name,))
    if cursor.fetchone() == (True,):
        raise _table_missing(target)
    cursor.execute(
        "SELECT attname::text FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnotnull AND attnum > 0",
        (name,),
    )
    return frozenset(row[0] for row in cursor.fetchall())


def _column(field: pa.Field, target: Target, required: frozenset[str]) -> SourceColumn:
    metadata = field.metadata or {}
    native = metadata.get(b"POSTGRESQL:type", b"").decode()
    kind, template, arrow = _TYPES.get(native, _TEXT_LIST if native.startswith("_") else _TEXT)
    decimal = None
    if kind is ColumnType.DECIMAL:
        modifier = int(metadata.get(b"POSTGRESQL:typmod", b"-1"))
        decimal = _MONEY if native == "money" else _precision(modifier)
    zone = target.time_zone.replace("'", "''")
    expression = template.format(c=quoted(field.name, '"'), zone=f"'{zone}'")
    nullable = None if target.query is not None else field.name not in required
    return SourceColumn(FoundColumn(field.name, kind, decimal, nullable, native), expression, arrow)


def _precision(modifier: int) -> tuple[int, int]:
    """Return precision and scale of a numeric's type modifier; what we cannot declare is (38, 9)."""
    if modifier < 4:
        return _ANY_DECIMAL
    precision, scale = (modifier - 4) >> 16 & 0xFFFF, (modifier - 4) & 0x7FF
    return (precision, scale) if scale <= precision <= _ANY_DECIMAL[0] else _ANY_DECIMAL


def _bound(
    cursor: dbapi.Cursor, target: Target, columns: Sequence[SourceColumn], watermark: Watermark | None
) -> str:
    """Bind the watermark and return the condition.

    A bound parameter in the select itself would keep ADBC from using COPY, and the whole result would be held
    in memory (measured: 340 MB per million rows against 18). So it is bound to a setting of the session.
    """
    if watermark is None:
        return ""
    cursor.execute("SELECT set_config($1, $2, false)", (_WATERMARK, watermark.value))
    cursor.fetchall()
    value = f"current_setting('{_WATERMARK}')"
    native = next(
        (each.found.native for each in columns if each.found.name == watermark.column), "timestamptz"
    )
    name = quoted(watermark.column, '"')
    match watermark.type:
        case ColumnType.INTEGER:
            return f"{name} >= {value}::bigint"
        case ColumnType.DATE:
            return f"{name} >= {value}::date"
        case _ if native == "timestamp":
            # The column stays bare, so that its index serves.
            zone = target.time_zone.replace("'", "''")
            return f"{name} >= ({value}::timestamptz AT TIME ZONE '{zone}')"
        case _:
            return f"{name} >= {value}::timestamptz"


def _unreachable(text: str, target: Target) -> OnefoldError:
    address = target.address
    context: dict[str, str | int | float | bool | None] = {
        "host": address.host,
        "port": address.port,
        "database": address.database,
    }
    if "authentication failed" in text or "no password supplied" in text:
        message = f"PostgreSQL at {address.place} refuses the user {address.user!r} or its password."
        hint = "Check user and password in the address; the password comes from the environment variable."
        return InvalidInput(message, code="sources.login_refused", hint=hint, context=context)
    if "does not exist" in text and "database" in text:
        message = f"PostgreSQL at {address.place} has no database {address.database!r}."
        hint = "Check the last part of the address: postgresql://user@host/DATABASE"
        return InvalidInput(message, code="sources.database_unknown", hint=hint, context=context)
    if "could not translate host name" in text:
        message = f"There is no host {address.host!r}."
        hint = "Check the host in the address, or this machine's name resolution."
        return InvalidInput(message, code="sources.host_unknown", hint=hint, context=context)
    if "invalid connection option" in text:
        message = "PostgreSQL does not know an option of the address."
        hint = "The part after `?` takes options of libpq, such as sslmode=require."
        return InvalidInput(message, code="sources.address_invalid", hint=hint, context=context)
    message = f"PostgreSQL at {address.place} cannot be reached."
    hint = "Check host and port, that the server runs, and that this machine may connect to it."
    return Transient(message, code="sources.unreachable", hint=hint, context=context)


def _translated(error: Exception, target: Target) -> OnefoldError:
    """Return our error for the server's, without values of rows.

    The server's messages may hold personal data (`invalid input syntax for type integer: "..."`), so they are
    neither repeated nor kept as the cause. What breaks a running stream comes without a SQLSTATE.
    """
    state = str(getattr(error, "sqlstate", None) or _state_of(str(error)))
    if state in {"42P01", "3F000"}:
        return _table_missing(target)
    if state == "42501":
        message = f"The user {target.address.user!r} may not read {target.what}."
        hint = "Grant it: GRANT SELECT ON ... TO ..."
        return Forbidden(message, code="sources.not_granted", hint=hint)
    if state == "57014":
        message = f"Reading {target.what} took longer than {target.timeout_s} s and was cancelled."
        hint = "Raise `timeout` of the source, read less, or add an index."
        return Transient(message, code="sources.timeout", hint=hint)
    if state.startswith("08") or state in {"57P01", "57P02", "57P03"}:
        state = ""
    if state == "25006" or "data-modifying statement" in str(error):
        message = "The query would change data; sources are read in a read-only transaction."
        return InvalidInput(message, code="sources.query_writes", hint="Write a SELECT.")
    if state.startswith("42") or state == "0A000":
        said = next((line for line in str(error).splitlines() if "ERROR:" in line), "ERROR: it is not valid")
        message = f"PostgreSQL cannot run {target.what}: {said.partition('ERROR:')[2].strip()}."
        hint = "Try the query in psql first."
        return InvalidInput(message, code="sources.query_invalid", hint=hint, context={"sqlstate": state})
    if state:
        message = f"PostgreSQL gave up reading {target.what} (SQLSTATE {state})."
        hint = "Run it in psql to see why: it may divide by zero, or cast a value that does not fit."
        return Permanent(message, code="sources.query_failed", hint=hint, context={"sqlstate": state})
    message = f"The connection to PostgreSQL at {target.address.place} broke while reading {target.what}."
    hint = "Run again; nothing of this source was published."
    return Transient(message, code="sources.connection_lost", hint=hint, context={"sqlstate": state})


def _state_of(text: str) -> str:
    """Return the SQLSTATE that an error text without one stands for; "" for a broken connection."""
    if "due to statement timeout" in text:
        return "57014"
    if "read-only transaction" in text:
        return "25006"
    return "XX000" if "ERROR:" in text else ""


def _table_missing(target: Target) -> OnefoldError:
    name = ".".join(target.table) or "in the query"
    message = f"PostgreSQL has no table {name!r} in database {target.address.database!r}."
    hint = "Check its name and schema (`schema.table`), and that the user may see it."
    return NotFound(message, code="sources.table_missing", hint=hint, context={"table": name})
