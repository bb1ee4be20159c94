"""From a file or a place to the draft of a source's definition."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Final

from pydantic import ValidationError

from onefold.catalogue import Suggestion, suggest
from onefold.foundation.kernel import InvalidInput, discover
from onefold.foundation.warehouse import ColumnType, Sql, comma, ident, sql
from onefold.sources.connectors import CONNECTORS, Connector, ConnectorContext, FoundColumn, ScanRequest
from onefold.sources.model import ColumnDefinition, SourceDefinition
from onefold.sources.schema import PlannedColumn, plan_columns

_PROPOSED: Final = 0.6
_KEY_NAME: Final = re.compile(r"(?i)^_?(id|.*[_ ]?(id|key|code|number|nr|no|guid|uuid))$")
_CHANGED_NAME: Final = re.compile(r"(?i)(updat|modif|chang|geaendert|aktualis|maj|last_?write|timestamp)")
_NOT_NAME: Final = re.compile(r"[^a-z0-9]+")
_SAMPLED_ROWS: Final = 100_000


def connector_for(path: str) -> Connector:
    """Return the connector for a file by its ending.

    Raises:
        InvalidInput: no connector knows the ending.
    """
    file = PurePosixPath(path).name.lower()
    kinds = discover(CONNECTORS, Connector)
    endings = sorted(
        ((ending, kind) for kind in kinds.values() for ending in kind.endings), key=lambda pair: -len(pair[0])
    )
    for ending, kind in endings:
        if file.endswith(f".{ending}"):
            return kind.model_validate({"path": path})
    message = f"No connector reads files such as {file!r}."
    hint = f"Known endings: {', '.join(sorted({ending for ending, _ in endings}))}."
    raise InvalidInput(message, code="sources.ending_unknown", hint=hint)


def discover_source(
    source: str | Connector, context: ConnectorContext, *, name: str | None = None, region: str | None = None
) -> SourceDefinition:
    """Return the draft of a definition: types, key, `updated_at` and semantic types as the data suggest.

    Args:
        source: a path, glob or URL of files, or a connector.
        context: where and with what to read.
        name: the source's name; None makes one of the file's.
        region: the country of its local telephone numbers, such as DE; None leaves it to the workspace.

    Raises:
        InvalidInput: the file is of no known kind or cannot be read, or no source may have that name or region.
        NotFound: it is not there.
    """
    connector = (connector_for(source) if isinstance(source, str) else source).drafted(context)
    found = connector.discover(context)
    path = getattr(connector, "path", "") or connector.kind
    called = name or _NOT_NAME.sub("_", PurePosixPath(str(path)).name.lower().split(".")[0]).strip("_")
    if not called[:1].isalpha():
        called = f"source_{called}".rstrip("_")
    draft = _empty_draft(called[:63], connector, region)
    planned = plan_columns(context.files, draft, found, {})
    suggestions = {each.name: suggest(each.name, list(each.samples)) for each in found}
    columns = tuple(_drafted(column, suggestions[column.in_source]) for column in planned)
    published = {column.in_source: column.column.name for column in planned}
    key = _key(connector, context, found)
    changed = _updated_at(found, suggestions)
    return draft.model_copy(
        update={
            "columns": columns,
            "primary_key": (published[key],) if key else (),
            "updated_at": published[changed] if changed else None,
        }
    )


def _empty_draft(name: str, connector: Connector, region: str | None) -> SourceDefinition:
    try:
        if region is None:
            return SourceDefinition(name=name, connector=connector)
        return SourceDefinition(name=name, connector=connector, default_region=region.upper())
    except ValidationError as error:
        first = error.errors()[0]
        message = f"No source can be drafted as {name!r}: {first['msg'].removeprefix('Value error, ')}."
        hint = "A name (`--name`) has small letters, digits and underscores; a region is two letters, such as DE."
        raise InvalidInput(message, code="sources.draft_invalid", hint=hint) from error


def _drafted(planned: PlannedColumn, suggestion: Suggestion | None) -> ColumnDefinition:
    column = planned.column
    document: dict[str, object] = {
        "name": column.name,
        "source_name": planned.in_source if planned.in_source != column.name else None,
        "type": None if column.type is ColumnType.BLOB else column.type.value,
        "format": planned.form,
        "semantic_type": _proposed(suggestion),
    }
    if column.decimal:
        document["decimal"] = column.decimal
    return ColumnDefinition.model_validate(document)


def _proposed(suggestion: Suggestion | None) -> str | None:
    if suggestion is None or suggestion.confidence < _PROPOSED:
        return None
    return suggestion.semantic_type


def _key(connector: Connector, context: ConnectorContext, found: Sequence[FoundColumn]) -> str | None:
    """Return the first column named like a key that is unique and never missing in the first rows."""
    candidates = [column.name for column in found if _KEY_NAME.fullmatch(column.name)]
    if not candidates:
        return None
    scan = connector.scan(context, ScanRequest(columns=tuple(candidates)))
    table = "_discovery"
    try:
        if scan.reader is not None:
            context.files.load_arrow(table, scan.reader())
        else:
            rows = scan.select or Sql("SELECT NULL WHERE FALSE")
            context.files.create_table(table, sql("SELECT * FROM ({r}) LIMIT {n}", r=rows, n=_SAMPLED_ROWS))
        tests = comma(
            sql("count(*) > 0 AND count({c}) = count(*) AND count(DISTINCT {c}) = count(*)", c=ident(name))
            for name in candidates
        )
        (unique,) = context.files.rows(sql("SELECT {tests} FROM {t}", tests=tests, t=ident(table)))
    finally:
        context.files.drop(table, *scan.drop_after)
    return next((name for name, is_unique in zip(candidates, unique, strict=True) if is_unique), None)


def _updated_at(found: Sequence[FoundColumn], suggestions: dict[str, Suggestion | None]) -> str | None:
    moments = [column.name for column in found if column.type in (ColumnType.INSTANT, ColumnType.DATE)]
    for name in moments:
        suggestion = suggestions[name]
        if suggestion is not None and suggestion.semantic_type == "Calendar.UpdatedAt":
            return name
    return next((name for name in moments if _CHANGED_NAME.search(name)), None)
