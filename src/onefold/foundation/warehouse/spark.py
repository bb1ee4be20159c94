"""The Warehouse on Apache Spark 4.0 to 4.2, in the mode `file_list`: no jars beyond pyspark, a shared folder.

| mode | reads and writes | needs | proven |
|---|---|---|---|
| `file_list` | parquet files that `Lake` lists and commits through delta-rs | pyspark | by `onefold.testing` |
| `delta` | `format("delta")` inside Spark | Delta's jars, or Fabric and Databricks | not offered |

Intermediate tables are parquet files in the work directory behind a temporary view, so that a later statement
starts from data and not from the plans of all the statements before it.
"""

from __future__ import annotations

import datetime as dt
import errno
import shutil
import uuid
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from onefold.foundation.kernel import InvalidInput, OnefoldError, Permanent, Transient
from onefold.foundation.warehouse.dialects import spark_type, to_spark
from onefold.foundation.warehouse.port import Column, ColumnType, DataFile, map_texts
from onefold.foundation.warehouse.portable import parsed
from onefold.foundation.warehouse.spark_session import quiet_pyspark, start_session
from onefold.foundation.warehouse.sql import Scalar, Sql, sql
from onefold.foundation.warehouse.vocabulary import Function, Value, vocabulary

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import DataType, StructType

T = TypeVar("T")

_SPARK_TYPES = {
    ColumnType.TEXT: "string",
    ColumnType.INTEGER: "bigint",
    ColumnType.SMALL_INTEGER: "smallint",
    ColumnType.NUMBER: "double",
    ColumnType.BOOLEAN: "boolean",
    ColumnType.DATE: "date",
    ColumnType.INSTANT: "timestamp",
    ColumnType.TEXT_LIST: "array<string>",
    ColumnType.INTEGER_LIST: "array<bigint>",
    ColumnType.BLOB: "binary",
}
_COLUMN_TYPES = {
    **{spark: kind for kind, spark in _SPARK_TYPES.items()},
    "int": ColumnType.INTEGER,
    "tinyint": ColumnType.SMALL_INTEGER,
    "float": ColumnType.NUMBER,
    "timestamp_ntz": ColumnType.INSTANT,
    "array<int>": ColumnType.INTEGER_LIST,
}
_CONFIGURATION = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.caseSensitive": "false",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "false",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
}
_DISTINCT_BATCH = 50_000


class SparkWarehouse:
    """Set-based SQL on Spark. Every warehouse has a Spark session of its own in the one Spark application.

    Args:
        session: an application that runs already (Fabric, Databricks, tests); None takes the process's, or
            starts one and ends it on close.
        work_directory: where intermediate tables go; executors and driver must see it under the same path.
        master: where a started application runs.
        memory: heap of a started application's driver, in the JVM's notation.
        shuffle_partitions: tasks of a join or a grouping; about the number of cores.
    """

    engine = "spark"
    capabilities: frozenset[str] = frozenset()

    def __init__(
        self,
        session: SparkSession | None = None,
        *,
        work_directory: Path,
        master: str = "local[2]",
        memory: str = "2g",
        shuffle_partitions: int = 4,
    ) -> None:
        self._directory = work_directory / f"spark-{uuid.uuid4().hex}"
        self._directory.mkdir(parents=True)
        self._started: SparkSession | None = None
        if session is None:
            session, started = start_session(work_directory, master=master, memory=memory)
            self._started = session if started else None
        quiet_pyspark()
        self._session = session.newSession()
        for name, value in _CONFIGURATION.items():
            self._session.conf.set(name, value)
        self._session.conf.set("spark.sql.shuffle.partitions", str(shuffle_partitions))
        self._folders: dict[str, Path] = {}
        with warnings.catch_warnings():
            # Type hints cannot say how many columns a function takes, so the kind of function is said instead.
            warnings.filterwarnings("ignore", category=UserWarning, module=r"pyspark\..*")
            for function in vocabulary():
                if function.spark is None:
                    _register(self._session, function)

    def execute(self, statement: Sql, /, **params: Scalar) -> None:
        """Run CREATE TABLE/VIEW AS, INSERT ... SELECT or DROP; anything else is run and its rows are dropped."""
        spark_text = to_spark(statement)
        tree = parsed(statement.text)
        if isinstance(tree, exp.Create):
            select = Sql(tree.expression.sql(dialect="duckdb"))
            if str(tree.args["kind"]).upper() == "VIEW":
                self.create_view(_target(tree), select)
            else:
                self.create_table(_target(tree), select, **params)
        elif isinstance(tree, exp.Insert):
            self._insert(tree, params)
        elif isinstance(tree, exp.Drop):
            self.drop(_target(tree))
        else:
            frame = self._run(spark_text, params)
            _translated(lambda: frame.write.format("noop").mode("overwrite").save())

    def rows(self, select: Sql, /, **params: Scalar) -> list[tuple[object, ...]]:
        """Return all rows."""
        table = self._collected(self._frame(select, params))
        if not table.num_rows:
            return []
        return list(zip(*(column.to_pylist() for column in table.columns), strict=True))

    def arrow(self, select: Sql, /, **params: Scalar) -> pa.Table:
        """Return the whole result as an Arrow table."""
        return self._collected(self._frame(select, params, named=True))

    def batches(
        self, select: Sql, /, rows_per_batch: int = 65_536, **params: Scalar
    ) -> Iterator[pa.RecordBatch]:
        """Yield the result in batches, in its order, from files that go with the last batch."""
        frame = self._frame(select, params, named=True)
        folder = self._new_folder()
        try:
            self._write(frame, folder)
            # Spark numbers the files by partition, and a sort is by partition first.
            for path in _parts(folder):
                with pq.ParquetFile(path) as file:
                    for batch in file.iter_batches(batch_size=rows_per_batch):
                        if batch.num_rows:
                            yield batch
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def create_table(self, name: str, select: Sql, /, **params: Scalar) -> int:
        """Create or replace an intermediate table and return its number of rows."""
        frame = self._frame(select, params, named=True)
        folder = self._new_folder()
        schema = self._write(frame, folder)
        self._show(name, folder, schema)
        return sum(pq.read_metadata(path).num_rows for path in _parts(folder))

    def create_view(self, name: str, select: Sql, /) -> None:
        """Create or replace a view; it reads what its tables hold at the time of reading."""
        text = to_spark(select, named=True)
        self.drop(name)
        _translated(lambda: self._session.sql(f"CREATE TEMPORARY VIEW {_quoted(name)} AS {text}"))

    def load_arrow(self, name: str, data: pa.Table | pa.RecordBatchReader, /) -> int:
        """Create or replace an intermediate table from Arrow data, one batch in memory at a time."""
        from pyspark.sql.pandas.types import from_arrow_schema

        reader = data.to_reader() if isinstance(data, pa.Table) else data
        schema = pa.schema([_storable(field) for field in reader.schema])
        folder = self._new_folder()
        folder.mkdir()
        rows = _translated(lambda: _write_arrow(reader, schema, folder / "part-0.parquet"))
        self._show(name, folder, from_arrow_schema(schema))
        return rows

    def drop(self, *names: str) -> None:
        """Drop tables or views that exist."""
        for name in names:
            _translated(lambda name=name: self._session.sql(f"DROP VIEW IF EXISTS {_quoted(name)}"))  # type: ignore[misc]  # mypy cannot infer a lambda's default
            folder = self._folders.pop(name.lower(), None)
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)

    def columns(self, name: str, /) -> tuple[Column, ...]:
        """Return the columns of a table or view."""
        schema = _translated(lambda: self._session.table(_quoted(name)).schema)
        return tuple(_column(field.name, field.dataType) for field in schema.fields)

    def map_distinct(
        self, name: str, select: Sql, function: Callable[[list[str]], Sequence[str | None]], /
    ) -> int:
        """Create `name(value, mapped)` over the distinct non-null texts; the function runs in this process."""
        distinct = sql("SELECT DISTINCT value FROM ({select}) WHERE value IS NOT NULL", select=select)
        batches = self.batches(distinct, rows_per_batch=_DISTINCT_BATCH)
        return self.load_arrow(name, map_texts(batches, function))

    def write_parquet(self, select: Sql, directory: Path, columns: Sequence[Column], /) -> list[DataFile]:
        """Write the select as ZSTD parquet files with new names; the files appear when they are complete."""
        frame = self._cast(self._frame(select, {}), columns)
        stage = self._new_folder()
        try:
            self._write(frame, stage, compression="zstd")
            directory.mkdir(parents=True, exist_ok=True)
            counted = [(path, pq.read_metadata(path).num_rows) for path in _parts(stage)]
            files = []
            for path, rows in [pair for pair in counted if pair[1]] or counted[:1]:
                target = directory / f"part-{uuid.uuid4().hex}.parquet"
                shutil.move(path, target)
                files.append(DataFile(target, target.stat().st_size, rows))
            return files
        finally:
            shutil.rmtree(stage, ignore_errors=True)

    def view_parquet(self, name: str, files: Sequence[Path], columns: Sequence[Column], /) -> None:
        """Create or replace a view over parquet files with exactly these columns."""
        self.drop(name)
        schema = ", ".join(f"{_quoted(column.name)} {_type_of(column)}" for column in columns)
        if files:
            frame = _translated(
                lambda: self._session.read.schema(schema).parquet(*(str(path) for path in files))
            )
        else:
            frame = _translated(lambda: self._session.createDataFrame([], schema))
        frame.createOrReplaceTempView(_quoted(name))

    def in_any_order(self) -> AbstractContextManager[None]:
        """Return a block that changes nothing: no order is ever kept here."""
        return nullcontext()

    def close(self) -> None:
        """Delete the intermediate tables, and end the application if this warehouse started it."""
        for name in list(self._folders):
            self.drop(name)
        shutil.rmtree(self._directory, ignore_errors=True)
        if self._started is not None:
            self._started.stop()
            self._started = None

    def _frame(self, select: Sql, params: dict[str, Scalar], *, named: bool = False) -> DataFrame:
        return self._run(to_spark(select, named=named), params)

    def _run(self, text: str, params: dict[str, Scalar]) -> DataFrame:
        arguments = {name: _argument(value) for name, value in params.items()}
        return _translated(lambda: self._session.sql(text, args=arguments or None))

    def _collected(self, frame: DataFrame) -> pa.Table:
        table = _translated(frame.toArrow)
        # Spark marks columns as never null; no other engine does.
        return table.cast(pa.schema([field.with_nullable(True) for field in table.schema]))

    def _new_folder(self) -> Path:
        return self._directory / uuid.uuid4().hex

    def _write(self, frame: DataFrame, folder: Path, *, compression: str = "snappy") -> StructType:
        """Write the frame as parquet; untyped nulls become integers, as on DuckDB."""
        for field in frame.schema.fields:
            kind = field.dataType.simpleString()
            if kind == "void":
                frame = frame.withColumn(_quoted(field.name), frame[_quoted(field.name)].cast("int"))
            elif kind.startswith("interval"):
                message = f"Column {field.name!r} is an interval, which no table can hold."
                hint = "For days write date_diff('day', a, b); for a date cast the sum to DATE."
                raise InvalidInput(message, code="warehouse.type_unsupported", hint=hint)
        _translated(lambda: frame.write.option("compression", compression).parquet(str(folder)))
        return frame.schema

    def _show(self, name: str, folder: Path, schema: StructType) -> None:
        """Let the name mean the files in the folder, and delete those that it meant before."""
        frame = _translated(lambda: self._session.read.schema(schema).parquet(str(folder)))
        frame.createOrReplaceTempView(_quoted(name))
        before = self._folders.get(name.lower())
        self._folders[name.lower()] = folder
        if before is not None and before != folder:
            shutil.rmtree(before, ignore_errors=True)

    def _insert(self, tree: exp.Expr, params: dict[str, Scalar]) -> None:
        """Append to a table by position, or by the names that the statement lists."""
        name = _target(tree)
        folder = self._folders.get(name.lower())
        if folder is None:
            message = f"There is no intermediate table {name!r} to insert into."
            raise InvalidInput(message, code="warehouse.sql_invalid", hint="Create it by create_table.")
        schema = _translated(lambda: self._session.table(_quoted(name)).schema)
        frame = self._frame(Sql(tree.expression.sql(dialect="duckdb")), params)
        listed = (
            [column.name for column in tree.this.expressions] if isinstance(tree.this, exp.Schema) else []
        )
        given = dict(zip(listed or schema.names, frame.columns, strict=True))
        renamed = frame.toDF(*given)
        full = renamed.selectExpr(
            *(
                f"CAST({_quoted(field.name) if field.name in given else 'NULL'} "
                f"AS {field.dataType.simpleString()}) AS {_quoted(field.name)}"
                for field in schema.fields
            )
        )
        _translated(lambda: full.write.mode("append").parquet(str(folder)))
        self._show(name, folder, schema)

    def _cast(self, frame: DataFrame, columns: Sequence[Column]) -> DataFrame:
        kinds = {field.name.lower(): field.dataType.simpleString() for field in frame.schema.fields}
        casts = []
        for column in columns:
            name, target = _quoted(column.name), _type_of(column)
            source = kinds.get(column.name.lower(), "")
            value = name
            if target in ("bigint", "smallint"):
                # DuckDB rounds where Spark truncates: doubles half to even, decimals half away from zero.
                value = f"bround({name})" if source in ("double", "float") else value
                value = f"round({name})" if source.startswith("decimal") else value
            casts.append(f"CAST({value} AS {target}) AS {name}")
        return _translated(lambda: frame.selectExpr(*casts))


def _write_arrow(reader: pa.RecordBatchReader, schema: pa.Schema, path: Path) -> int:
    """Write the stream as one file and return its number of rows."""
    rows = 0
    with pq.ParquetWriter(path, schema, coerce_timestamps="us", allow_truncated_timestamps=True) as writer:
        for batch in reader:
            rows += batch.num_rows
            writer.write_batch(batch.cast(schema))
    return rows


def _target(statement: exp.Expr) -> str:
    """Return the table or view that the statement changes: the first that it names."""
    table = statement.find(exp.Table)
    return table.name if table is not None else ""


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _parts(folder: Path) -> list[Path]:
    return sorted(folder.glob("part-*.parquet"))


def _type_of(column: Column) -> str:
    if column.type is ColumnType.DECIMAL:
        precision, scale = column.decimal or (38, 9)
        return f"decimal({precision},{scale})"
    return _SPARK_TYPES[column.type]


def _column(name: str, kind: DataType) -> Column:
    """Return the column for Spark's type; types outside the closed list become text."""
    text = kind.simpleString()
    if text.startswith("decimal("):
        precision, scale = text.removeprefix("decimal(").removesuffix(")").split(",")
        return Column(name, ColumnType.DECIMAL, (int(precision), int(scale)))
    return Column(name, _COLUMN_TYPES.get(text, ColumnType.TEXT))


def _storable(field: pa.Field) -> pa.Field:
    """Return the field with a type that parquet keeps for Spark."""
    kind = field.type
    if pa.types.is_null(kind):
        kind = pa.int32()
    elif pa.types.is_dictionary(kind):
        kind = kind.value_type
    elif pa.types.is_timestamp(kind):
        # An instant without a zone is in UTC, as everywhere in the warehouse.
        kind = pa.timestamp("us", tz="UTC")
    return pa.field(field.name, kind)


def _argument(value: Scalar) -> Scalar:
    """Return the parameter so that Spark sees the same instant as DuckDB."""
    if isinstance(value, dt.datetime) and value.tzinfo is None:
        return value.replace(tzinfo=dt.UTC)
    return value


def _register(session: SparkSession, function: Function) -> None:
    from pyspark.sql import functions as spark_functions

    reference = function.python
    if reference is None:
        message = f"{function.name} has neither a Spark body nor a Python reference."
        raise OnefoldError(message, code="warehouse.function_empty")
    returns = spark_type(function.returns).lower()
    if hasattr(spark_functions, "arrow_udf"):
        from pyspark.sql.pandas.functions import ArrowUDFType

        call = _vectorized(reference, returns)
        session.udf.register(
            function.name,
            spark_functions.arrow_udf(call, returnType=returns, functionType=ArrowUDFType.SCALAR),
        )
    else:  # Spark 4.0
        session.udf.register(function.name, spark_functions.udf(reference, returnType=returns))


def _vectorized(reference: Callable[..., Value], returns: str) -> Callable[..., pa.Array]:
    kind = {
        "string": pa.string(),
        "bigint": pa.int64(),
        "double": pa.float64(),
        "boolean": pa.bool_(),
        "array<string>": pa.list_(pa.string()),
        "date": pa.date32(),
        "timestamp": pa.timestamp("us", tz="UTC"),
    }[returns]

    def call(*arguments: pa.Array) -> pa.Array:
        lists = [argument.to_pylist() for argument in arguments]
        return pa.array([reference(*values) for values in zip(*lists, strict=True)], kind)

    return call


def _translated(call: Callable[[], T]) -> T:
    """Run the call and turn Spark's errors into ours, by what the caller can do about them."""
    from py4j.protocol import Py4JError  # type: ignore[import-untyped]  # py4j ships no types
    from pyspark.errors import AnalysisException, ParseException, PySparkException

    try:
        with warnings.catch_warnings():
            # pyspark warns of pandas 3 wherever it looks for pandas, of which nothing here is used.
            warnings.filterwarnings("ignore", category=FutureWarning, module=r"pyspark\..*")
            return call()
    except (AnalysisException, ParseException) as error:
        text = str(error).partition("\n")[0]
        hint = '`onefold sql "show tables"` lists the tables.'
        raise InvalidInput(text, code="warehouse.sql_invalid", hint=hint) from error
    except (PySparkException, Py4JError) as error:
        raise _failure(error) from error
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise Permanent(
                str(error), code="warehouse.io", hint="Check the path and its permissions."
            ) from error
        raise _disk_full() from error


def _failure(error: Exception) -> OnefoldError:
    text = str(error)
    if "No space left on device" in text:
        return _disk_full()
    if "OutOfMemoryError" in text:
        hint = "Give Spark's driver and executors more memory."
        return Transient("The engine ran out of memory.", code="warehouse.memory", hint=hint)
    # Spark's message quotes the cell; its condition names the kind of error without it.
    condition = getattr(error, "getCondition", lambda: None)() or type(error).__name__
    return Permanent(f"Spark stopped with {condition}.", code="warehouse.failed")


def _disk_full() -> OnefoldError:
    hint = "Free disk space, or point `ONEFOLD_WORK_DIRECTORY` at a larger disk, and run again."
    return Transient("The disk is full.", code="warehouse.disk_full", hint=hint)
