"""The contract between the run and what a noun contributes to it.

A noun builds stages from its definitions; the run orders them by `needs`, gives each a context and commits
what they staged together. A stage never writes to the lake itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from onefold.foundation.warehouse import Sql, TableRef, Warehouse

State = Mapping[str, object]
"""What a stage remembers between runs: plain JSON values, committed with the run's tables."""


class Outcome(StrEnum):
    """How a stage ended."""

    COMPLETED = "completed"
    COMPLETED_WITH_WARNINGS = "completed_with_warnings"  # dependents go on
    COMPLETED_WITH_ERRORS = "completed_with_errors"  # its tables are kept, dependents are skipped
    UNCHANGED = "unchanged"  # nothing to do: the last good tables stand
    STOPPED = "stopped"  # refused to go on; the last good tables stand, and dependents use them
    FAILED = "failed"  # an error: its tables are dropped, dependents are skipped
    SKIPPED = "skipped"  # a stage that it needs failed
    NOT_SELECTED = "not_selected"  # left out by --only


@dataclass(frozen=True, slots=True)
class StageResult:
    """What a stage did.

    Attributes:
        rows_in: rows read.
        rows_out: rows of what it publishes.
        messages: sentences for people, without personal data.
        state: replaces the remembered state; None leaves it.
        figures: counts worth keeping with the run, such as `people` or `quarantined`.
    """

    outcome: Outcome = Outcome.COMPLETED
    rows_in: int = 0
    rows_out: int = 0
    messages: tuple[str, ...] = ()
    state: State | None = None
    figures: Mapping[str, int | float | str] = field(default_factory=dict)


class StageContext(Protocol):
    """What a stage may use while it runs."""

    @property
    def run_id(self) -> str:
        """The run's id, `run_...`."""
        ...

    @property
    def now(self) -> dt.datetime:
        """The run's moment, aware, in UTC; the same for all its stages."""
        ...

    @property
    def warehouse(self) -> Warehouse:
        """The engine; published tables are visible in it as views under their names."""
        ...

    @property
    def files(self) -> Warehouse:
        """The embedded engine with the capability "read_files"; the same as `warehouse` on DuckDB."""
        ...

    @property
    def full(self) -> bool:
        """Whether everything is to be read and computed anew."""
        ...

    @property
    def state(self) -> State:
        """What the stage remembered at the last good run; empty at first."""
        ...

    def exists(self, table: str) -> bool:
        """Return whether the table has been published, in this run or an earlier one."""
        ...

    def changed(self, table: str) -> bool:
        """Return whether the table was published since the stage's last good run, or in this one.

        True too for a table that the stage did not see then, or that is of a stage which it does not need.
        """
        ...

    def publish(
        self, table: TableRef, select: Sql, *, append: bool = False, engine: Warehouse | None = None
    ) -> int:
        """Stage the select as the table's new content (or as rows to add) and return the number of rows.

        A table is one stage's. Rows of another shape than the table's let the older ones be written anew.
        Afterwards the engine sees the new content under the table's name; the table's old content, where the
        select reads it, is still the old one while it runs.
        """
        ...

    def progress(self, rows: int, message: str = "") -> None:
        """Tell whoever watches how many rows have gone through so far."""
        ...


class Stage(Protocol):
    """One node of the run."""

    @property
    def name(self) -> str:
        """Its unique name, `sources.crm_contacts`."""
        ...

    @property
    def group(self) -> str:
        """What `--only` selects it by: `sources`, `quality`, `identity`, `profiles`."""
        ...

    @property
    def needs(self) -> frozenset[str]:
        """The names of the stages whose tables it reads.

        It is skipped when one of them fails, unless the stage has an attribute `tolerates` that names it: then it
        works with the tables as the last good run left them.
        """
        ...

    @property
    def fingerprint(self) -> str | None:
        """A text that changes when the stage's definition does.

        While it, and every needed stage's tables, are as at the stage's last good run, the stage is passed over
        as unchanged. None: the stage looks for itself each time (sources do).
        """
        ...

    def run(self, context: StageContext) -> StageResult:
        """Do the work."""
        ...
