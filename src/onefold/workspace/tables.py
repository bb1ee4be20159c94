"""Published tables as Python reads them: as Arrow, as frames, by a query."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa

from onefold.foundation.kernel import InvalidInput, NotFound, Permanent, nearest
from onefold.foundation.warehouse import Scalar, Warehouse, ident, sql
from onefold.sources import SourceDefinition

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

    from onefold.workspace.workspace import Workspace

OF_RUNS = frozenset(
    {
        "attribute_catalogue",
        "match_bypassed",
        "match_evidence",
        "match_rules",
        "profile_aliases",
        "profile_events",
        "profile_lineage",
        "profile_records",
        "profiles",
        "quality_checks",
        "quality_fields",
        "quality_history",
        "quality_tables",
    }
)
"""The tables that runs publish besides those of the sources."""
_MISSING = re.compile(r'Catalog Error: Table with name "?(?P<name>.+?)"? does not exist')


class Reader(Warehouse, Protocol):
    """An engine that reads published tables and answers queries that people wrote."""

    def confine(self, *folders: Path) -> None:
        """Reach no file outside the folders from now on."""
        ...

    def ask(self, query: str, /, **params: Scalar) -> pa.Table:
        """Return the result of one SELECT."""
        ...


@dataclass(frozen=True, slots=True)
class Table:
    """A published table as the last good run, or an earlier one, left it."""

    workspace: Workspace
    name: str
    run_id: str | None = None

    def to_arrow(self) -> pa.Table:
        """Return the whole table as Arrow."""
        return self.sql("SELECT * FROM this")

    def to_pandas(self) -> pd.DataFrame:
        """Return the whole table as a pandas frame.

        Raises:
            InvalidInput: pandas is not installed.
        """
        if importlib.util.find_spec("pandas") is None:
            hint = "pip install pandas"
            raise InvalidInput("pandas is not installed.", code="workspace.pandas_missing", hint=hint)
        return self.to_arrow().to_pandas()

    def to_polars(self) -> pl.DataFrame:
        """Return the whole table as a Polars frame.

        Raises:
            InvalidInput: Polars is not installed.
        """
        try:
            import polars
        except ImportError as error:
            hint = "pip install polars"
            raise InvalidInput(
                "Polars is not installed.", code="workspace.polars_missing", hint=hint
            ) from error
        frame = polars.from_arrow(self.to_arrow())
        if not isinstance(frame, polars.DataFrame):
            message = "Polars made no frame of the table."
            raise InvalidInput(message, code="workspace.polars_missing", hint="Use to_arrow().")
        return frame

    def sql(self, query: str) -> pa.Table:
        """Return the result of one SELECT over the table, which it calls `this`; it may name others too.

        Raises:
            InvalidInput: it is no SELECT, or not one statement; or it fails.
            Forbidden: it reads a file or changes a setting.
            NotFound: there is no such table.
        """
        if self.name not in self.workspace.manifest(self.run_id).tables:
            raise _unknown(self.workspace, self.name, self.run_id)
        with self.workspace.reader(run_id=self.run_id) as reader:
            reader.create_view("this", sql("SELECT * FROM {name}", name=ident(self.name)))
            return answer(self.workspace, reader, query, run_id=self.run_id)


def answer(
    workspace: Workspace,
    reader: Reader,
    query: str,
    *,
    run_id: str | None,
    params: Mapping[str, Scalar] | None = None,
) -> pa.Table:
    """Return the result of the one SELECT that a caller wrote; what is wrong with it is theirs to correct.

    Afterwards the reader reaches nothing but the lake.

    Raises:
        InvalidInput: it is no SELECT, or not one statement; or it fails.
        Forbidden: it reads a file or changes a setting.
        NotFound: it names a table that is not published.
    """
    reader.confine(workspace.lake.directory)
    try:
        return reader.ask(query, **(params or {}))
    except InvalidInput as error:
        missing = _MISSING.match(error.message)
        if missing is None:
            raise
        raise _unknown(workspace, missing["name"], run_id) from error
    except Permanent as error:
        if error.code != "warehouse.failed":
            raise
        hint = error.hint or "Correct the query; `try_cast` gives null where a value does not fit."
        raise InvalidInput(error.message, code="workspace.query_failed", hint=hint) from error


def _unknown(workspace: Workspace, name: str, run_id: str | None) -> NotFound:
    """Return that a table is not there: not yet, or misspelled."""
    published = [one for one in workspace.tables(run_id) if not one.startswith("_")]
    sources = {source.name for source in workspace.files().of(SourceDefinition)}
    if name.lower() in sources | OF_RUNS:
        hint = "A run publishes it: `onefold run`; `onefold status` tells how the last one ended."
        if run_id is not None:
            hint = "That run did not publish it; `onefold history` lists the runs."
        return NotFound(
            f"The table {name!r} is not published.", code="workspace.table_unpublished", hint=hint
        )
    hint = nearest(name, published)
    return NotFound(f"There is no table {name!r}.", code="workspace.table_unknown", hint=hint)
