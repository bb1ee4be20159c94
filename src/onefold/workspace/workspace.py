"""A workspace: its definitions, its Store, its lake, and what can be asked of them."""

from __future__ import annotations

import datetime as dt
import getpass
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from types import TracebackType

import pyarrow as pa

from onefold.bootstrap import (
    KINDS,
    Engines,
    build_engines,
    build_reader,
    build_stages,
    build_store,
    check_definitions,
    decided_identity,
    describe_tables,
    one_of,
    sources_of,
)
from onefold.catalogue import TableDescription
from onefold.foundation.definitions import (
    Definitions,
    Plan,
    apply,
    parse_documents,
    plan,
    pull,
    read_files,
    stored,
)
from onefold.foundation.kernel import InvalidInput, NotFound, SystemClock
from onefold.foundation.kernel.logs import configure_logs
from onefold.foundation.store import Store
from onefold.foundation.warehouse import Scalar, Warehouse, ident, sql
from onefold.foundation.warehouse.lake import Lake
from onefold.foundation.warehouse.sql import tables_in
from onefold.identity import IdentityDefinition, check_read, check_unified
from onefold.identity.block_report import KeyReport, block_report
from onefold.identity.decisions import Act, Author, acts, merge_profiles, split_profile, undo
from onefold.identity.draft import draft_identity
from onefold.identity.evaluate import Evaluation, evaluate, load_truth
from onefold.identity.explain import PairExplanation, explain_pair, parse_record
from onefold.profiles import ProfileDefinition, ProfileExplanation, explain_profile
from onefold.quality import Acceptance, Overview, accept, read_overview
from onefold.runs import (
    Manifest,
    Runner,
    RunOptions,
    RunReport,
    SilentWatcher,
    Watcher,
    read_manifest,
    recent_manifests,
    recent_runs,
)
from onefold.settings import Settings, load_settings
from onefold.sources import (
    ConnectorContext,
    FileAccess,
    SourceDefinition,
    describe,
    discover_source,
    inventory,
    preview_cleaning,
    quarantine_rows,
)
from onefold.sources.connectors import FoundColumn
from onefold.workspace.drafts import as_written, drafted_document, write_definition
from onefold.workspace.standstill import Standstill, standstills
from onefold.workspace.tables import Reader, Table, answer
from onefold.workspace.unknown import Known, unknown_names

_LOOKED_BACK = 200
"""Runs in which the beginning of a standstill is looked for."""


class Workspace:
    """A folder with `onefold.yaml`: its definitions, its Store, its lake. Close it, or use it in a `with`."""

    def __init__(self, directory: Path, settings: Settings | None = None) -> None:
        self.directory = directory.resolve()
        self.settings = settings or load_settings()
        self._store: Store | None = None
        self._engines: Engines | None = None
        configure_logs(self.settings.log_level, self.settings.log_format, anew=False)

    def __enter__(self) -> Workspace:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def store(self) -> Store:
        """The Store; opened when first asked for."""
        if self._store is None:
            self._store = build_store(self.settings, self.directory)
        return self._store

    @property
    def lake(self) -> Lake:
        """The Delta tables."""
        return Lake(self.directory / "lake")

    @property
    def engines(self) -> Engines:
        """The engines; started when first asked for."""
        if self._engines is None:
            self._engines = build_engines(self.settings, self.directory)
        return self._engines

    def close(self) -> None:
        """Release the Store and the engines."""
        if self._engines is not None:
            self._engines.close()
            self._engines = None
        if self._store is not None:
            self._store.close()
            self._store = None

    # Definitions

    def files(self) -> Definitions:
        """Return what the definition files hold, checked.

        Raises:
            DefinitionErrors: every problem of every file, with file and line.
            InvalidInput: there are two definitions of a kind of which there is one.
        """
        definitions = parse_documents(read_files(self.directory), KINDS)
        check_definitions(definitions)
        return definitions

    def definitions(self) -> Definitions:
        """Return what is applied; what the files hold when nothing has been applied yet."""
        found = stored(self.store, KINDS)
        return found if len(found) else self.files()

    def plan(self) -> Plan:
        """Return what `apply` would change."""
        return plan(self.store, self.files())

    def unknown_names(self) -> list[str]:
        """Return a sentence for each name in the files that leads nowhere: a column, an attribute, a table.

        Nothing is read from the sources: columns are those that the last run published.
        """
        with self.store.read() as connection:
            manifest = read_manifest(connection, None)
        published = {
            table: [column.name for column in self.lake.columns(table, version)]
            for table, version in (manifest.tables if manifest else {}).items()
        }
        return unknown_names(Known(self.files(), stored(self.store, KINDS), published))

    def apply(self, *, force: bool = False, by: str | None = None) -> Plan:
        """Make the files' definitions the workspace's and return what changed."""
        definitions = self.files()
        build_stages(definitions, self.directory, self.store)
        return apply(self.store, definitions, by=by or getpass.getuser(), at=SystemClock().now(), force=force)

    def pull(self, *, force: bool = False) -> list[Path]:
        """Make the files hold what the workspace has and return those written."""
        return pull(self.store, self.directory, self.files(), KINDS, force=force)

    def describe(self) -> dict[str, TableDescription]:
        """Return the descriptions of the sources' tables by name."""
        return describe_tables(self.definitions())

    def identity(self) -> IdentityDefinition:
        """Return the identity definition, with what people have decided about single records.

        Raises:
            NotFound: there is none.
        """
        found = decided_identity(self.definitions(), self.store)
        if found is None:
            hint = "Add a file with `kind: identity`; the tutorial shows one."
            raise NotFound("There is no identity definition.", code="identity.undefined", hint=hint)
        return found

    def profile(self) -> ProfileDefinition:
        """Return the profile definition; the default one without a file."""
        return one_of(self.definitions(), ProfileDefinition) or ProfileDefinition(name="profile")

    # Runs

    def run(
        self,
        *,
        only: Sequence[str] = (),
        full: bool = False,
        wait_seconds: float = 0.0,
        watcher: Watcher | None = None,
    ) -> RunReport:
        """Apply what the files changed, then run the stages and return the report.

        Raises:
            DefinitionConflict: definitions were changed elsewhere since files and workspace last agreed.
            LockedError: another run goes on.
        """
        self.apply()
        engines = self.engines
        runner = Runner(
            store=self.store,
            lake=self.lake,
            warehouse=engines.warehouse,
            files=engines.files,
            clock=SystemClock(),
            watcher=watcher or SilentWatcher(),
        )
        options = RunOptions(
            only=tuple(only), full=full, wait_seconds=wait_seconds, keep_runs=self.settings.keep_runs
        )
        return runner.run(lambda: build_stages(self.definitions(), self.directory, self.store), options)

    def history(self, count: int = 20) -> list[RunReport]:
        """Return the newest runs, newest first."""
        with self.store.read() as connection:
            return recent_runs(connection, count)

    def standstills(self) -> list[Standstill]:
        """Return the stages that stopped when they were last to run: since when, why, and what to do."""
        return standstills(self.history(_LOOKED_BACK))

    def manifest(self, run_id: str | None = None) -> Manifest:
        """Return the table versions of the last good run, or of an earlier one.

        Raises:
            NotFound: the run committed nothing, or is too long ago.
        """
        with self.store.read() as connection:
            found = read_manifest(connection, run_id)
        if found is None:
            message = f"Run {run_id!r} left no tables that can still be read."
            raise NotFound(message, code="runs.unknown", hint="`onefold history` lists the runs.")
        if run_id is None:
            # What a run decided before it was killed is finished here, so that plain readers see it too.
            self.lake.catch_up(found.tables, run_id=found.run_id)
        return found

    def manifests(self) -> list[Manifest]:
        """Return the manifests that can still be read, newest first."""
        with self.store.read() as connection:
            return recent_manifests(connection, self.settings.keep_runs)

    # Sources

    def source_lines(self) -> list[dict[str, object]]:
        """Return each source with its rows, its quarantined rows and how the last run left it."""
        manifest, runs = self.manifest(), self.history(1)
        outcomes = {stage.stage: stage.outcome.value for stage in runs[0].stages} if runs else {}
        with self.reader() as warehouse:
            return [
                {
                    "source": source.name,
                    "connector": source.connector.kind,
                    "system": source.system,
                    "records": _rows_of(warehouse, source.name, manifest),
                    "quarantined": _rows_of(warehouse, f"{source.name}__quarantine", manifest),
                    "last run": outcomes.get(f"sources.{source.name}", ""),
                }
                for source in self.definitions().of(SourceDefinition)
            ]

    def inventory(self) -> list[dict[str, object]]:
        """Return the data source inventory: system, entity, records, key, frequency, owner, method."""
        descriptions, manifest = self.describe(), self.manifest()
        with self.reader() as warehouse:
            records = {
                name: count
                for name in descriptions
                if (count := _rows_of(warehouse, name, manifest)) is not None
            }
        return [asdict(row) for row in inventory(descriptions.values(), records)]

    def source(self, name: str) -> SourceDefinition:
        """Return a source as its file describes it now, applied or not; as it is applied when no file does.

        Raises:
            DefinitionErrors: the source's file is wrong; what other files hold does not matter.
            NotFound: there is no such source.
        """
        documents = [
            document
            for document in read_files(self.directory)
            if document.content.get("kind") == "workspace"
            or (document.content.get("kind") == "source" and document.content.get("name") == name)
        ]
        edited = sources_of(parse_documents(documents, KINDS))
        found = edited or [one for one in sources_of(self.definitions()) if one.name == name]
        return found[0] if found else self.definitions().get(SourceDefinition, name)

    def discover(self, source: str) -> tuple[FoundColumn, ...]:
        """Return the columns that a source has now; raises what reading it would raise.

        This and the previews go by the source's file as it is now, also before that is applied.
        """
        definition = self.source(source)
        with self.connecting() as context:
            return definition.connector.discover(context)

    def preview(self, source: str, rows: int = 100) -> pa.Table:
        """Return the first rows of a source as it has them."""
        definition = self.source(source)
        with self.connecting() as context:
            return definition.connector.preview(context, rows)

    def preview_cleaning(self, source: str, rows: int = 100) -> list[dict[str, object]]:
        """Return the values that a source's cleaning steps change in its first rows, before and after."""
        definition = self.source(source)
        with self.connecting() as context:
            return [asdict(value) for value in preview_cleaning(definition, context, rows)]

    def quarantine(self, source: str | None = None) -> list[dict[str, object]]:
        """Return the rows that did not fit, of one source or all: file, line, field, value, reason."""
        definitions = self.definitions()
        names = [one.name for one in definitions.of(SourceDefinition)]
        wanted = names if source is None else [definitions.get(SourceDefinition, source).name]
        published = self.manifest().tables
        with self.reader() as warehouse:
            return quarantine_rows(warehouse, [name for name in wanted if f"{name}__quarantine" in published])

    def add_sources(
        self, files: Sequence[Path], *, name: str | None = None, region: str | None = None
    ) -> list[Path]:
        """Draft a source definition for each file, and an identity definition when there is none; return the files.

        Args:
            files: what to draft from.
            name: the source's name, for one file; without it one is made of the file's.
            region: the country of its local telephone numbers, such as DE; without it the workspace's holds.

        Raises:
            NotFound: a file is not there.
            InvalidInput: a file is of no known kind or cannot be read, or one name is given for several.
            Conflict: a definition of that name exists.
        """
        if name is not None and len(files) != 1:
            message = f"One name, {name!r}, for {len(files)} files."
            hint = "Add the files one by one, or leave the name out."
            raise InvalidInput(message, code="workspace.one_name", hint=hint)
        for file in files:
            if not any(sign in str(file) for sign in ("://", "*", "?", "[")) and not file.exists():
                message = f"There is no file {file}."
                raise NotFound(message, code="workspace.file_missing", hint="Check the path.")
        known = self.files()
        with self.connecting() as context:
            drafted = [
                discover_source(as_written(file, self.directory), context, name=name, region=region)
                for file in files
            ]
        written = [
            write_definition(self.directory, drafted_document(source), folder="sources") for source in drafted
        ]
        if not known.of(IdentityDefinition):
            described = [describe(source) for source in (*known.of(SourceDefinition), *drafted)]
            document = draft_identity(described)
            if document is not None:
                written.append(write_definition(self.directory, document, folder=""))
        return written

    @contextmanager
    def connecting(self) -> Iterator[ConnectorContext]:
        """Yield what connectors need to read outside a run."""
        files = build_reader(self.settings)
        with tempfile.TemporaryDirectory(prefix="onefold-") as work:
            access = FileAccess(self.directory, self.directory / ".onefold" / "cache" / "files")
            try:
                yield ConnectorContext(files, access, SystemClock().now(), Path(work))
            finally:
                files.close()

    # Quality

    def quality(self, source: str | None = None) -> Overview:
        """Return grades, lights, fields and checks of the last run, of one source or all."""
        with self.reader() as warehouse:
            return read_overview(warehouse, source)

    def accept_quality(
        self, table: str, *, reason: str, by: str, until: dt.datetime | None = None
    ) -> Acceptance:
        """Let the run go on although a table is below its criteria; who and why are kept.

        Raises:
            NotFound: the table has not been graded.
        """
        overview = self.quality()
        grades = {one.name: one.grade.grade for one in overview.tables}
        with self.store.write() as connection:
            return accept(
                connection,
                table,
                grades=grades,
                reason=reason,
                accepted_by=by,
                now=SystemClock().now(),
                expires_at=until,
            )

    # Identity

    def evaluate_identity(self, truth: Path) -> Evaluation:
        """Compare the profiles with a truth file: CSV with the columns source, record_id, person."""
        check_unified(self.manifest().tables)
        with self.reader() as warehouse:
            load_truth(warehouse, truth)
            return evaluate(warehouse)

    def explain_pair(self, left: str, right: str) -> PairExplanation:
        """Return why two records, written `table:id`, are one person or not."""
        descriptions, identity = self.describe(), self.identity()
        check_unified(self.manifest().tables, identity)
        with self.reader() as warehouse:
            return explain_pair(
                warehouse,
                identity,
                descriptions,
                parse_record(left, descriptions),
                parse_record(right, descriptions),
            )

    def explain_profile(self, profile_id: str) -> ProfileExplanation:
        """Return a profile's records, evidence, events, and where each value comes from."""
        identity = self.identity()
        check_unified(self.manifest().tables, identity)
        with self.reader() as warehouse:
            return explain_profile(warehouse, self.profile(), identity, self.describe(), profile_id)

    def split_profile(self, profile_id: str, records: Sequence[str], *, by: str, reason: str = "") -> Act:
        """Keep that records of a profile, written `table:id`, are another person; it holds from the next run on.

        Raises:
            NotFound: there is no such profile or table.
            InvalidInput: a record is not of the profile, or none would go or stay.
        """
        described = self.describe()
        named = [parse_record(record, described) for record in records]
        author = Author(by, SystemClock().now(), reason)
        check_unified(self.manifest().tables)
        with self.reader() as warehouse:
            return split_profile(
                warehouse, self.store, profile_id, [(one.table, one.id) for one in named], author
            )

    def merge_profiles(self, profile_ids: Sequence[str], *, by: str, reason: str = "") -> Act:
        """Keep that profiles are one person; it holds from the next run on.

        Raises:
            NotFound: there is no such profile.
            InvalidInput: they are fewer than two.
        """
        check_unified(self.manifest().tables)
        with self.reader() as warehouse:
            return merge_profiles(warehouse, self.store, profile_ids, Author(by, SystemClock().now(), reason))

    def undo_decision(self, act_id: str, *, by: str) -> Act:
        """Take a split or merge back, from the next run on.

        Raises:
            NotFound: there is no such decision.
        """
        return undo(self.store, act_id, Author(by, SystemClock().now()))

    def profile_decisions(self) -> list[Act]:
        """Return what people have decided about profiles, newest first, undone ones too."""
        with self.store.read() as connection:
            return acts(connection)

    def block_report(self) -> list[KeyReport]:
        """Return what each key of each match rule of the files would compare, before it does."""
        files = self.files()
        definition = one_of(files, IdentityDefinition) or self.identity()
        check_read(self.manifest().tables, definition)
        with self.reader() as warehouse:
            return block_report(warehouse, definition, describe_tables(files))

    # Reading

    def tables(self, run_id: str | None = None) -> list[str]:
        """Return the names of the published tables."""
        return sorted(self.manifest(run_id).tables)

    def table(self, name: str, *, run_id: str | None = None) -> Table:
        """Return a published table; `run_id` reads it as that run left it."""
        return Table(self, name, run_id)

    def sql(self, query: str, *, run_id: str | None = None, **params: Scalar) -> pa.Table:
        """Return the result of one SELECT over the published tables, `$name` standing for a parameter.

        Raises:
            InvalidInput: it is no SELECT, or not one statement; or it fails.
            Forbidden: it reads a file or changes a setting.
            NotFound: it names a table that is not published.
        """
        with self.reader(run_id=run_id, query=query) as reader:
            return answer(self, reader, query, run_id=run_id, params=params)

    @contextmanager
    def reader(self, *, run_id: str | None = None, query: str | None = None) -> Iterator[Reader]:
        """Open an engine that sees the published tables of one manifest under their names.

        With a query, only the tables that it names; all of them when it names none (`show tables`).
        """
        manifest = self.manifest(run_id)
        named = tables_in(query) & set(manifest.tables) if query else set()
        lake = self.lake
        warehouse = build_reader(self.settings)
        try:
            for name, version in manifest.tables.items():
                if not named or name in named:
                    lake.view(warehouse, name, version)
            yield warehouse
        finally:
            warehouse.close()


def _rows_of(warehouse: Warehouse, table: str, manifest: Manifest) -> int | None:
    if table not in manifest.tables:
        return None
    ((count,),) = warehouse.rows(sql("SELECT count(*) FROM {table}", table=ident(table)))
    return int(str(count))
