"""The only file that picks implementations and puts the nouns' stages together."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal, TypeVar

from pydantic import Field

from onefold.catalogue import CataloguedTable, CatalogueStage, TableDescription
from onefold.foundation.definitions import Definition, DefinitionErrors, Definitions, Key, check_references
from onefold.foundation.definitions.documents import written_path
from onefold.foundation.definitions.errors import Problem
from onefold.foundation.kernel import InvalidInput
from onefold.foundation.store import Store, migrate
from onefold.foundation.store.postgres import PostgresStore
from onefold.foundation.store.sqlite import SQLiteStore
from onefold.foundation.warehouse import Warehouse
from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.identity import IdentityDefinition, IdentityStage, MappedTable, attribute_of
from onefold.identity.decisions import acts, with_decisions
from onefold.profiles import ProfileDefinition, ProfilesStage, unification_problems
from onefold.quality import Acceptance, QualityDefinition, QualityStage, latest_acceptances
from onefold.runs import Stage
from onefold.settings import Settings
from onefold.sources import QuarantineStage, SourceDefinition, SourceStage, describe

D = TypeVar("D", bound=Definition)

_MEMORY_SHARE = 0.6


class WorkspaceDefinition(Definition):
    """The workspace itself: its language and its region, which hold for sources that do not say."""

    kind: Literal["workspace"] = "workspace"
    folder: ClassVar[str] = ""

    language: str = Field(
        default="en", pattern="^[a-z]{2}$", description="ISO 639-1: the language of labels."
    )
    region: str | None = Field(
        default=None,
        pattern="^[A-Z]{2}$",
        description="ISO 3166-1: where local phone numbers belong by default.",
    )


KINDS: Mapping[str, type[Definition]] = {
    "workspace": WorkspaceDefinition,
    "source": SourceDefinition,
    "quality": QualityDefinition,
    "identity": IdentityDefinition,
    "profile": ProfileDefinition,
}
"""The kinds of definitions there are."""


@dataclass(frozen=True, slots=True)
class Engines:
    """The engines of a workspace: `files` reads files; on DuckDB it is the warehouse itself."""

    warehouse: Warehouse
    files: Warehouse

    def close(self) -> None:
        """Release them."""
        self.warehouse.close()
        if self.files is not self.warehouse:
            self.files.close()


def build_store(settings: Settings, directory: Path) -> Store:
    """Return the workspace's Store with its schema up to date."""
    if settings.store_url is None:
        store: Store = SQLiteStore(directory / ".onefold" / "store.db")
    elif settings.store_url.startswith(("postgresql", "postgres")):
        store = PostgresStore(settings.store_url)
    elif settings.store_url.startswith("sqlite:///"):
        store = SQLiteStore(Path(settings.store_url.removeprefix("sqlite:///")))
    else:
        scheme = settings.store_url.split(":", 1)[0]
        message = f"ONEFOLD_STORE_URL names {scheme!r}, which is no Store."
        raise InvalidInput(message, code="settings.store_unknown", hint="Use postgresql:// or sqlite:///.")
    migrate(store)
    return store


def build_engines(settings: Settings, directory: Path) -> Engines:
    """Return the engines that the settings ask for."""
    work = settings.work_directory or directory / ".onefold" / "work"
    files = DuckDBWarehouse(
        spill_directory=work / "spill",
        memory_bytes=settings.memory_bytes or _default_memory_bytes(),
        threads=settings.threads,
    )
    if settings.warehouse == "duckdb":
        return Engines(files, files)
    from onefold.foundation.warehouse.spark import SparkWarehouse

    return Engines(SparkWarehouse(master=settings.spark_master, work_directory=work / "spark"), files)


def build_reader(settings: Settings) -> DuckDBWarehouse:
    """Return an embedded engine to read published tables with; they are plain files for every engine."""
    return DuckDBWarehouse(
        memory_bytes=settings.memory_bytes or _default_memory_bytes(), threads=settings.threads
    )


def _default_memory_bytes() -> int:
    return int(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * _MEMORY_SHARE)


def workspace_of(definitions: Definitions) -> WorkspaceDefinition:
    """Return the workspace's own definition; a plain one when the files have none."""
    found = definitions.of(WorkspaceDefinition)
    return found[0] if found else WorkspaceDefinition(name="workspace")


def check_definitions(definitions: Definitions) -> None:
    """Check what one definition alone cannot know: that there is one of each kind, and every table is a source.

    Raises:
        InvalidInput: a kind of which there is one stands twice.
        DefinitionErrors: a table is named that no source makes, or something is to be decided by what no source says;
            with the file, and the nearest name.
    """
    for kind in (WorkspaceDefinition, QualityDefinition, IdentityDefinition, ProfileDefinition):
        one_of(definitions, kind)
    check_references(definitions, _references)
    problems = unification_problems(definitions, describe_tables(definitions))
    if problems:
        raise DefinitionErrors([_problem(definitions, *problem) for problem in problems])


def _problem(
    definitions: Definitions, definition: Definition, place: tuple[str, ...], error: InvalidInput
) -> Problem:
    document = definitions.document(Key(definition.kind, definition.name))
    path, line = document.locate(place)
    return Problem(error.code, str(document.file), line, written_path(path), error.message, error.hint)


def _references(definition: Definition) -> list[tuple[str, str]]:
    tables: set[str] = set()
    if isinstance(definition, IdentityDefinition):
        tables = _tables_of(definition)
    if isinstance(definition, ProfileDefinition):
        columns = [column for rule in definition.attributes.values() for column in rule.sources]
        tables = {column.partition(".")[0] for column in columns if "." in column}
    return [("source", table) for table in sorted(tables)]


def sources_of(definitions: Definitions) -> list[SourceDefinition]:
    """Return the sources; the workspace's language and region hold where a source says nothing."""
    workspace = workspace_of(definitions)
    defaults = {"language": workspace.language, "default_region": workspace.region}
    return [
        source.model_copy(
            update={name: value for name, value in defaults.items() if name not in source.model_fields_set}
        )
        for source in definitions.of(SourceDefinition)
    ]


def describe_tables(definitions: Definitions) -> dict[str, TableDescription]:
    """Return the description of every source's table by name."""
    return {source.name: describe(source) for source in sources_of(definitions)}


def build_stages(definitions: Definitions, directory: Path, store: Store) -> Sequence[Stage]:
    """Return the stages of a run, in the order of the data path."""

    def accepted() -> Mapping[str, Acceptance]:
        with store.read() as connection:
            return latest_acceptances(connection)

    descriptions = describe_tables(definitions)
    dependents = column_dependents(definitions)
    cache = directory / ".onefold" / "cache"
    stages: list[Stage] = [
        SourceStage(source, directory, cache, dependents.get(source.name, {}))
        for source in sources_of(definitions)
    ]
    source_names = frozenset(stage.name for stage in stages)
    identity = decided_identity(definitions, store)
    if stages:
        stages.append(QuarantineStage(source.name for source in sources_of(definitions)))
        quality = one_of(definitions, QualityDefinition) or QualityDefinition(name="quality")
        stages.append(
            QualityStage(
                tuple(descriptions.values()),
                quality,
                needs=source_names,
                acceptances=accepted,
                gates=_tables_of(identity) if identity else (),
            )
        )
    catalogued = [CataloguedTable(name, "sources", one) for name, one in descriptions.items()]
    if identity is not None:
        used = {f"sources.{table}" for table in _tables_of(identity)}
        stages.append(IdentityStage(identity, descriptions, (source_names & used) | {"quality"}))
        profile = one_of(definitions, ProfileDefinition) or ProfileDefinition(name="profile")
        profiles = ProfilesStage(profile, identity, descriptions)
        stages.append(profiles)
        catalogued.append(CataloguedTable("profiles", "profiles", profiles.describe))
    if catalogued:
        stages.append(
            CatalogueStage(
                catalogued,
                fingerprint="\n".join(repr(description) for description in descriptions.values()),
                needs=source_names | ({"profiles"} if identity is not None else set()),
                tolerates=source_names,
            )
        )
    return stages


def decided_identity(definitions: Definitions, store: Store) -> IdentityDefinition | None:
    """Return the identity definition with what people have decided about single records; None without one."""
    identity = one_of(definitions, IdentityDefinition)
    if identity is None:
        return None
    with store.read() as connection:
        return with_decisions(identity, acts(connection, standing=True))


def _tables_of(identity: IdentityDefinition) -> set[str]:
    """Return the tables that unification reads."""
    pinned = {pins.source for pins in (identity.always, identity.never) if pins.source is not None}
    return {mapped.table for mapped in identity.map} | pinned


def one_of(definitions: Definitions, model: type[D]) -> D | None:
    """Return the only definition of a kind; None without one.

    Raises:
        InvalidInput: there are several.
    """
    found = definitions.of(model)
    if len(found) > 1:
        names = ", ".join(one.name for one in found)
        message = f"A workspace has one {found[0].kind} definition; here are {names}."
        raise InvalidInput(message, code="definitions.one_only", hint="Join them, or delete all but one.")
    return found[0] if found else None


def _named_by(mapped: MappedTable) -> Iterator[tuple[str, str]]:
    """Yield the columns that a table's entry in `map` names, each with what it is for."""
    for attribute, source in mapped.attributes.items():
        for column in source.columns:
            yield column, f"identity attribute {attribute!r}"
    if mapped.recency is not None:
        yield mapped.recency, "identity `recency`"


def column_dependents(definitions: Definitions) -> dict[str, dict[str, list[str]]]:
    """Return for each table and column what would break without it."""
    found: dict[str, dict[str, list[str]]] = {}

    def depend(table: str, column: str, who: str) -> None:
        found.setdefault(table, {}).setdefault(column, []).append(who)

    descriptions = describe_tables(definitions)
    for identity in definitions.of(IdentityDefinition):
        for mapped in identity.map:
            for described in descriptions[mapped.table].attributes if mapped.table in descriptions else ():
                attribute_name = attribute_of(described.semantic_type or "")
                if attribute_name and attribute_name not in mapped.attributes:
                    depend(mapped.table, described.name, f"identity attribute {attribute_name!r}")
            for column, who in _named_by(mapped):
                depend(mapped.table, column, who)
        for field in identity.profile_ids.fields:
            table, _, column = field.partition(".")
            depend(table, column, "identity profile ids")
    for profile in definitions.of(ProfileDefinition):
        for name, rule in profile.attributes.items():
            for source_column in rule.sources:
                table, _, column = source_column.partition(".")
                depend(table, column, f"profile attribute {name!r}")
    return found
