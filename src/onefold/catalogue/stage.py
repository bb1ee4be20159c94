"""The catalogue stage of a run: what every attribute of the published tables is, for screens, rules and people."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import pyarrow as pa

from onefold.catalogue.model import TableDescription
from onefold.catalogue.tables import ATTRIBUTE_CATALOGUE, CatalogueEntry, catalogue_entries, catalogue_rows
from onefold.foundation.warehouse import Column, TableRef, ident, sql
from onefold.runs import Outcome, StageContext, StageResult

PublishedColumns: TypeAlias = Mapping[str, Sequence[Column]]
"""The columns of published tables by name."""
_ROWS = "catalogue_rows"


@dataclass(frozen=True, slots=True)
class CataloguedTable:
    """A published table to describe.

    Attributes:
        name: its name.
        made_by: the noun that publishes it.
        description: what it holds, or what tells that from the columns of all published tables to describe.
    """

    name: str
    made_by: str
    description: TableDescription | Callable[[PublishedColumns], TableDescription]


class CatalogueStage:
    """Publishes `attribute_catalogue`: each column of the tables with its meaning, cardinality and choices.

    Args:
        tables: what to describe; those that do not exist yet are passed over.
        fingerprint: a text that changes when their descriptions do.
        needs: the names of the stages that publish them.
        tolerates: those of them whose failure leaves the table as it last was, to be described so.
    """

    name = "catalogue"
    group = "catalogue"

    def __init__(
        self,
        tables: Sequence[CataloguedTable],
        *,
        fingerprint: str,
        needs: Iterable[str] = (),
        tolerates: Iterable[str] = (),
    ) -> None:
        self._tables = tuple(tables)
        self._fingerprint = fingerprint
        self._needs = frozenset(needs)
        self._tolerates = frozenset(tolerates)

    @property
    def needs(self) -> frozenset[str]:
        """The names of the stages whose tables it describes."""
        return self._needs

    @property
    def tolerates(self) -> frozenset[str]:
        """Those of them that may fail."""
        return self._tolerates

    @property
    def fingerprint(self) -> str:
        """Changes with what is described."""
        return f"1\n{self._fingerprint}"

    def run(self, context: StageContext) -> StageResult:
        """Describe the tables and publish that, when it is not what is published already."""
        columns = {
            table.name: context.files.columns(table.name)
            for table in self._tables
            if context.exists(table.name)
        }
        entries: list[CatalogueEntry] = []
        for table in self._tables:
            if table.name in columns:
                found = table.description
                description = found if isinstance(found, TableDescription) else found(columns)
                published = TableRef(table.name, columns[table.name])
                entries += catalogue_entries(published, description, made_by=table.made_by)
        rows = catalogue_rows(entries)
        state = {"content": _digest(rows)}
        if context.exists(ATTRIBUTE_CATALOGUE.name) and context.state == state and not context.full:
            return StageResult(Outcome.UNCHANGED, rows_out=rows.num_rows, state=state)
        context.files.load_arrow(_ROWS, rows)
        select = sql("SELECT * FROM {rows}", rows=ident(_ROWS))
        count = context.publish(ATTRIBUTE_CATALOGUE, select, engine=context.files)
        context.files.drop(_ROWS)
        return StageResult(rows_in=len(entries), rows_out=count, state=state)


def _digest(rows: pa.Table) -> str:
    return hashlib.sha256(repr(rows.to_pylist()).encode()).hexdigest()[:16]
