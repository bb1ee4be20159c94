"""The stage of one source: read, type, quarantine, one row per key, clean, filter, publish."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from onefold.foundation.kernel import InvalidInput, counted
from onefold.foundation.warehouse import Column, ColumnType, TableRef, ident, sql
from onefold.runs import Outcome, StageContext, StageResult
from onefold.sources.connectors import ConnectorContext, Coverage, Scan, ScanRequest, Watermark
from onefold.sources.files import FileAccess
from onefold.sources.merging import Differences, differences
from onefold.sources.model import SourceDefinition, key_of
from onefold.sources.quarantine import SUFFIX, merged, quarantine_ref
from onefold.sources.reading import ReadRows, read_scan
from onefold.sources.rejections import Rejections, RunMoment, collect
from onefold.sources.schema import Drift, PlannedColumn, drift_of, own_dependents, plan_columns
from onefold.sources.shaping import Shaped, ShapedTables

GROUP: Final = "sources"
_ALWAYS_ALLOWED: Final = 5
"""So few rejected rows stop nothing, however small the file; a share says little of ten rows."""


@dataclass(frozen=True, slots=True)
class SourceStage:
    """Read one source and publish its table.

    Publishes `<name>` (its columns, `<column>__code` beside a choice column's label, `_file` for a glob,
    `_ordinal`, `_row_hash`), `<name>__quarantine` once rows have been rejected, and `<name>__raw` (the values
    as read) when the definition has cleaning steps.

    Attributes:
        definition: the source.
        directory: the workspace's folder, which relative paths start from.
        cache: where copies of remote files and temporary files go.
        dependents: by published column, what uses it, in words: `{"email": ["identity rule 'email'"]}`.
        environment: what secret references are resolved from; None is the process's own.
    """

    definition: SourceDefinition
    directory: Path
    cache: Path
    dependents: Mapping[str, Sequence[str]]
    environment: Mapping[str, str] | None = None

    @property
    def name(self) -> str:
        """`sources.<source>`."""
        return f"{GROUP}.{self.definition.name}"

    @property
    def group(self) -> str:
        """What `--only` selects it by."""
        return GROUP

    @property
    def needs(self) -> frozenset[str]:
        """Nothing: sources come first."""
        return frozenset()

    @property
    def fingerprint(self) -> str | None:
        """None: whether there is something new is seen by looking at the source."""
        return None

    def run(self, context: StageContext) -> StageResult:
        """Bring the source's table up to date.

        Raises:
            InvalidInput: the source cannot be read as it is defined.
            NotFound: the file or table is not there.
            Transient: the place cannot be reached now.
        """
        work = self.cache / "work" / f"{context.run_id}-{self.definition.name}"
        access = FileAccess(self.directory, self.cache / "files", self.environment)
        connecting = ConnectorContext(context.files, access, context.now, work)
        refresh = _Refresh(self.definition, context, connecting, self.dependents)
        try:
            return refresh.run()
        finally:
            refresh.tables.drop()
            shutil.rmtree(work, ignore_errors=True)


class _Refresh:
    """One run of one source."""

    def __init__(
        self,
        definition: SourceDefinition,
        context: StageContext,
        connecting: ConnectorContext,
        dependents: Mapping[str, Sequence[str]],
    ) -> None:
        self.definition = definition
        self.context = context
        self.connecting = connecting
        self.dependents = dependents
        self.warehouse = context.files
        self.tables = ShapedTables(context.files, definition, context.now)
        self.messages: list[str] = []
        self.notes: list[str] = []  # said too, but nothing to worry about
        self.standing = 0  # rows in quarantine after this refresh
        self.coverage = Coverage.EVERYTHING
        self.fingerprint = _fingerprint(definition)
        self.known = context.exists(definition.name)
        same = context.state.get("definition") == self.fingerprint
        self.incremental = self.known and same and not context.full and definition.refresh != "full"
        self.remembered = _mapping(context.state.get("columns")) if self.known else {}

    def run(self) -> StageResult:
        """Read what is new and publish what changed."""
        connector, state = self.definition.connector, _mapping(self.context.state.get("connector"))
        if self.incremental and connector.is_unchanged(self.connecting, state):
            return self._nothing_new()
        found = connector.discover(self.connecting)
        planned = plan_columns(self.warehouse, self.definition, found, self.remembered)
        drift = drift_of(planned, self.remembered)
        stopped = self._stopped(drift)
        if stopped is not None:
            return stopped
        incremental = self.incremental and not drift
        scan = self._scan(planned, incremental=incremental)
        if scan.coverage is Coverage.FILES and self.context.state.get("duplicates"):
            # A row that lost to another file's was dropped: it must come back if that file no longer has it.
            scan = self._scan(planned, incremental=False)
        if scan.coverage is Coverage.NOTHING:
            return self._nothing_new()
        return self._taken_over(planned, scan)

    def _nothing_new(self) -> StageResult:
        if self.context.state.get("over_limit"):
            # What depends on the source stays skipped until its rows or its limit change.
            said = "Nothing changed since the last run, which rejected more rows than allowed."
            return StageResult(Outcome.COMPLETED_WITH_ERRORS, messages=(said,))
        return StageResult(Outcome.UNCHANGED, messages=("Nothing changed since the last run.",))

    def _taken_over(self, planned: Sequence[PlannedColumn], scan: Scan) -> StageResult:
        self.coverage = scan.coverage
        read = self._read(planned, scan)
        rejections = collect(
            self.warehouse,
            scan,
            read,
            source=self.definition.name,
            key=self.definition.primary_key,
            run=RunMoment(self.context.run_id, self.context.now),
        )
        self.tables.add(rejections.table)
        rows_in = read.rows + rejections.rows - read.bad
        self.context.progress(rows_in, f"read {counted(rows_in, 'row')}")
        if scan.note:
            self.messages.append(scan.note)
        none_fits = 0 < rows_in <= rejections.rows
        if none_fits and (scan.coverage is Coverage.EVERYTHING or not self.known):
            self._publish_quarantine(scan, read, rejections)
            return self._nothing_fits(rows_in, rejections)
        if not rows_in and scan.coverage is Coverage.EVERYTHING:
            self.messages.append("The source has columns but no rows.")
        shaped = self.tables.shape(planned, scan, read, numbers=self._numbers(scan), known=self.known)
        if shaped.overlaps:
            self.messages.clear()
            self.notes.clear()
            return self._taken_over(planned, self._scan(planned, incremental=False))
        self._publish_quarantine(scan, read, rejections)
        if none_fits and shaped.table is not None and not self._count(shaped.table):
            return self._nothing_fits(rows_in, rejections)  # nor is there a row of an earlier read
        changes = None
        if shaped.comparable and shaped.table is not None:
            changes = differences(self.warehouse, self.definition, shaped.table)
        if changes is None or changes.any:
            rows_out = self._publish(shaped, planned)
        else:
            rows_out = self._count(shaped.table or self.definition.name)
        figures: dict[str, int | float | str] = {
            "rejected": rejections.rows,
            "duplicates": shaped.duplicates,
            "coverage": scan.coverage.value,
        }
        if changes is not None:
            figures |= {
                "added": changes.added,
                "changed": changes.changed,
                "deleted": changes.deleted,
            }
        outcome = self._outcome(rejections, shaped, changes, rows_in, rows_out)
        return StageResult(
            outcome,
            rows_in=rows_in,
            rows_out=rows_out,
            messages=(*self.messages, *self.notes),
            state=self._state(planned, scan, shaped, outcome),
            figures=figures,
        )

    def _scan(self, planned: Sequence[PlannedColumn], *, incremental: bool) -> Scan:
        request = ScanRequest(
            columns=tuple(column.in_source for column in planned),
            types={column.in_source: column.column for column in planned},
            watermark=self._watermark(planned) if incremental else None,
            state=_mapping(self.context.state.get("connector")) if incremental else {},
            time_zone=self.definition.time_zone,
        )
        return self.definition.connector.scan(self.connecting, request)

    def _watermark(self, planned: Sequence[PlannedColumn]) -> Watermark | None:
        connector, name = self.definition.connector, self.definition.updated_at
        value = self.context.state.get("watermark")
        if name is not None and connector.pushes_watermark and not self.definition.primary_key:
            # A changed row could not be told from a new one, and would stand twice.
            self.notes.append(f"Read in full: rows after {name!r} alone would do with a `primary_key`.")
            return None
        if name is None or not connector.pushes_watermark or not isinstance(value, str):
            if self.definition.refresh == "incremental" and not connector.knows_changes:
                message = f"Source {self.definition.name!r} cannot be read incrementally."
                hint = "Name its `updated_at` column, or set `refresh: auto`."
                raise InvalidInput(message, code="sources.not_incremental", hint=hint)
            return None
        column = next(column for column in planned if column.column.name == name)
        return Watermark(column.in_source, column.column.type, value)

    def _read(self, planned: Sequence[PlannedColumn], scan: Scan) -> ReadRows:
        self.tables.add(*scan.drop_after)
        return read_scan(
            self.warehouse,
            scan,
            planned,
            table=self.tables.new("read"),
            key=self.definition.primary_key,
            time_zone=self.definition.time_zone,
            deletes=self.definition.deletes,
        )

    def _stopped(self, drift: Drift) -> StageResult | None:
        """Return the stop when what others use is gone or has another type; else note what drifted."""
        broken = []
        gone, retyped = own_dependents(self.definition), own_dependents(self.definition, retyped=True)
        for column, what, own in [(c, "is gone", gone) for c in drift.removed] + [
            (c, "has another type", retyped) for c in drift.retyped
        ]:
            users = (*own.get(column, ()), *self.dependents.get(column, ()))
            if users:
                broken.append(f"Column {column!r} {what}; used by {', '.join(users)}.")
            else:
                self.messages.append(f"Column {column!r} {what}; nothing uses it.")
        self.messages += [f"Column {column!r} is new and mapped to nothing." for column in drift.added]
        if not broken:
            return None
        hint = "Bring the column back, or take it out of what uses it; the last good table stands."
        return StageResult(Outcome.STOPPED, messages=(*broken, hint), figures={"broken_columns": len(broken)})

    def _publish_quarantine(self, scan: Scan, read: ReadRows, rejections: Rejections) -> None:
        known = self.context.exists(f"{self.definition.name}{SUFFIX}")
        keys = self.tables.key_texts(read.table) if scan.coverage is Coverage.CHANGES else None
        select = merged(rejections, scan, source=self.definition.name, known=known, key_texts=keys)
        if select is None:
            return
        self.standing = rejections.rows
        table = self.tables.new("quarantine")
        rows = self.warehouse.create_table(table, select)
        if scan.coverage is not Coverage.EVERYTHING:
            records = sql("SELECT count(DISTINCT (file, line, record_key)) FROM {t}", t=ident(table))
            self.standing = int(str(self.warehouse.rows(records)[0][0]))
        if rows or (known and self._count(f"{self.definition.name}{SUFFIX}")):
            everything = sql("SELECT * FROM {t}", t=ident(table))
            self.context.publish(quarantine_ref(self.definition.name), everything, engine=self.warehouse)

    def _count(self, table: str) -> int:
        (row,) = self.warehouse.rows(sql("SELECT count(*) FROM {t}", t=ident(table)))
        return int(str(row[0]))

    def _nothing_fits(self, rows_in: int, rejections: Rejections) -> StageResult:
        key = ", ".join(repr(name) for name in self.definition.primary_key)
        if rejections.codes.get("key_missing", 0) >= rows_in:
            message = f"The primary key {key} of source {self.definition.name!r} is missing in every row."
            hint = "Name another `primary_key`, or none: then rows are told apart by their order of reading."
            raise InvalidInput(message, code="sources.key_all_null", hint=hint)
        said = f"None of {counted(rows_in, 'row')} fits ({_by_code(rejections)}); the last good table stands."
        see = f"See `onefold quarantine --source {self.definition.name}`."
        figures = {"rejected": rejections.rows}
        return StageResult(
            Outcome.COMPLETED_WITH_ERRORS,
            rows_in=rows_in,
            messages=(said, *self.messages, see),
            figures=figures,
        )

    def _numbers(self, scan: Scan) -> dict[str, int]:
        """Return each file's number: kept from run to run, so that the order of reading is."""
        before = _mapping(self.context.state.get("files")) if scan.coverage is Coverage.FILES else {}
        numbers = {url: int(str(number)) for url, number in before.items() if url not in scan.gone}
        following = max(numbers.values(), default=-1) + 1
        for file in scan.files:
            if file.url not in numbers:
                numbers[file.url] = following
                following += 1
        return numbers

    def _publish(self, shaped: Shaped, planned: Sequence[PlannedColumn]) -> int:
        definition = self.definition
        columns = {column.name: column for column in shaped.columns}
        ref = TableRef(definition.name, shaped.columns, key_of(definition, columns), definition.description)
        raw = None
        if definition.cleaning:
            merge = shaped.comparable and self.context.exists(f"{definition.name}__raw")
            raw = self.tables.raw(shaped, planned, merge=merge)
        rows = self.context.publish(ref, shaped.select, engine=self.warehouse)
        if raw is not None:
            raw_columns = (*(column.column for column in planned), Column("_ordinal", ColumnType.INTEGER))
            description = f"{definition.name} before cleaning; `_ordinal` is that of the cleaned row."
            raw_ref = TableRef(f"{definition.name}__raw", raw_columns, ("_ordinal",), description)
            self.context.publish(raw_ref, raw, engine=self.warehouse)
        return rows

    def _outcome(
        self,
        rejections: Rejections,
        shaped: Shaped,
        changes: Differences | None,
        rows_in: int,
        rows_out: int,
    ) -> Outcome:
        """Return how the refresh ended, and say why in the messages."""
        messages = self.messages
        messages += self._never_marked(shaped)
        warned = bool(messages) or bool(shaped.unlabelled) or bool(self.standing)
        if shaped.duplicates:
            messages.append(
                f"{counted(shaped.duplicates, 'row')} repeated a primary key; {_rule(self.definition)} is kept."
            )
        if shaped.unlabelled:
            named = ", ".join(f"{name} ({count:,})" for name, count in shaped.unlabelled.items())
            messages.append(f"Codes without a label: {named}.")
        if changes is not None:
            messages.append(changes.sentence)
        if rejections.rows:
            messages.append(
                f"{rejections.rows:,} of {counted(rows_in, 'row')} went into quarantine ({_by_code(rejections)})."
            )
        if rejections.codes.get("encoding"):
            messages.append("Some are not in the expected encoding: set the source's `encoding` if many are.")
        if self._is_over_limit(rejections, rows_in, rows_out):
            allowed = f"{self.definition.max_rejected_ratio:.1%}"
            messages.append(f"More than the {allowed} allowed are: what depends on the source is skipped.")
            return Outcome.COMPLETED_WITH_ERRORS
        if warned:
            return Outcome.COMPLETED_WITH_WARNINGS
        unchanged = changes is not None and not changes.any
        unchanged = unchanged and not self.context.changed(f"{self.definition.name}{SUFFIX}")
        return Outcome.UNCHANGED if unchanged else Outcome.COMPLETED

    def _never_marked(self, shaped: Shaped) -> list[str]:
        """Return a warning when nothing that the source has ever held is what is to mark its deleted rows.

        A column with one value alone is that of a source in which nothing was deleted yet.
        """
        deletes, marks = self.definition.deletes, shaped.marks
        if marks is None or marks.deleted or marks.is_sure or marks.values < 2:
            return []
        if self.context.state.get("marked") or self.coverage is not Coverage.EVERYTHING:
            return []
        values = ", ".join(map(repr, deletes.values))
        return [f"Column {deletes.column!r} never holds {values}: no row counts as deleted."]

    def _is_over_limit(self, rejections: Rejections, rows_in: int, rows_out: int) -> bool:
        """Return whether too many rows are in quarantine: of those read, and of all there are."""
        allowed = self.definition.max_rejected_ratio
        if self.coverage is Coverage.EVERYTHING:
            return rejections.rows > max(_ALWAYS_ALLOWED if rows_out and allowed else 0, allowed * rows_in)
        everything = rows_out + self.standing
        return self.standing > max(_ALWAYS_ALLOWED if rows_out and allowed else 0, allowed * everything)

    def _state(
        self, planned: Sequence[PlannedColumn], scan: Scan, shaped: Shaped, outcome: Outcome
    ) -> dict[str, object]:
        return {
            "definition": self.fingerprint,
            "connector": dict(scan.state),
            "columns": {column.in_source: column.remembered for column in planned},
            "watermark": shaped.watermark or self.context.state.get("watermark"),
            "files": self._numbers(scan),
            "duplicates": shaped.duplicates,
            "over_limit": outcome is Outcome.COMPLETED_WITH_ERRORS,
            "marked": bool((shaped.marks and shaped.marks.deleted) or self.context.state.get("marked")),
        }


def _fingerprint(definition: SourceDefinition) -> str:
    document = definition.model_dump(mode="json", exclude={"description", "owner", "system", "entity"})
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()[:16]


def _mapping(value: object) -> dict[str, dict[str, object]]:
    return dict(value) if isinstance(value, Mapping) else {}


def _by_code(rejections: Rejections) -> str:
    return ", ".join(f"{code.replace('_', ' ')}: {count:,}" for code, count in rejections.codes.items())


def _rule(definition: SourceDefinition) -> str:
    return f"the newest by {definition.updated_at!r}" if definition.updated_at else "the first read"
