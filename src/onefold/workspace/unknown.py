"""Names in the definitions that lead nowhere: columns that no run has published, attributes that no table has.

A run says the same, later and one at a time. What cannot be known before the sources are read is passed over.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from onefold.bootstrap import column_dependents, describe_tables, one_of
from onefold.foundation.definitions import Definitions
from onefold.foundation.kernel import nearest
from onefold.identity import IdentityDefinition, attribute_of
from onefold.profiles import ProfileDefinition
from onefold.rules import fields
from onefold.sources import SourceDefinition


@dataclass(frozen=True, slots=True)
class Known:
    """What there is to check against.

    Attributes:
        files: the definitions that are to be.
        applied: those of the last run.
        published: the columns of each table that the last run published.
    """

    files: Definitions
    applied: Definitions
    published: Mapping[str, Collection[str]]

    def unchanged(self, table: str) -> bool:
        """Return whether the table's source is as it was when its columns were published."""
        sources = [
            one
            for kept in (self.files, self.applied)
            for one in kept.of(SourceDefinition)
            if one.name == table
        ]
        return len(sources) == 2 and sources[0] == sources[1]


def unknown_names(known: Known) -> list[str]:
    """Return a sentence for each name that leads nowhere, with the nearest that leads somewhere."""
    return [*_in_sources(known), *_columns(known), *_in_identity(known), *_in_profile(known)]


def _columns(known: Known) -> Iterator[str]:
    """Yield the columns that identity and profile name and the last run did not publish."""
    for table, dependents in sorted(column_dependents(known.files).items()):
        if table not in known.published or not known.unchanged(table):
            continue
        names = known.published[table]
        for column, users in dependents.items():
            if column not in names:
                yield (
                    f"{table}.{column}, used by {', '.join(users)}, is not in the table that the last run published. "
                    f"{nearest(column, names)}"
                )


def _in_sources(known: Known) -> Iterator[str]:
    applied = {source.name: source for source in known.applied.of(SourceDefinition)}
    for source in known.files.of(SourceDefinition):
        before = applied.get(source.name)
        if before is None or before.connector != source.connector or source.name not in known.published:
            continue  # another place may have other columns
        # Cleaning adds columns; the table before it has those that cleaning takes away.
        names = {*known.published[source.name], *known.published.get(f"{source.name}__raw", ())}
        renamed = {column.name for column in source.columns if column.source_name is not None}
        for name, use in _uses(source):
            # Of columns that were left out it is not known whether they are there.
            if name not in names | renamed and before.wants(name):
                yield (
                    f"Source {source.name}: {name!r}, used by {use}, is not among the columns that the last run "
                    f"read. {nearest(name, {one for one in names if not one.startswith('_')})}"
                )


def _uses(source: SourceDefinition) -> Iterator[tuple[str, str]]:
    for name in source.primary_key:
        yield name, "`primary_key`"
    for column, use in (
        (source.updated_at, "`updated_at`"),
        (source.deletes.column, "`deletes`"),
        (source.region_column, "`region_column`"),
    ):
        if column is not None:
            yield column, use
    if source.row_filter is not None:
        for name in sorted(fields(source.row_filter)):
            yield name, "`row_filter`"
    for step in source.cleaning:
        for name in step.reads():
            yield name, f"the cleaning step {step.kind!r}"
    for name in source.include or ():
        yield name, "`include`"
    for name in source.exclude:
        yield name, "`exclude`"


def _attributes(known: Known, identity: IdentityDefinition) -> set[str]:
    """Return the attributes that some table has, by its map or by what its columns mean."""
    descriptions = describe_tables(known.files)
    found: set[str] = set()
    for mapped in identity.map:
        own = set(mapped.attributes)
        described = descriptions[mapped.table].attributes if mapped.table in descriptions else ()
        names = known.published.get(mapped.table) if known.unchanged(mapped.table) else None
        for attribute in described:
            if names is None or attribute.name in names:
                own.add(attribute_of(attribute.semantic_type or "") or "")
        own |= {name for name, parts in identity.join.items() if own.issuperset(parts)}
        found |= own
    return found - {""}


def _in_identity(known: Known) -> Iterator[str]:
    identity = one_of(known.files, IdentityDefinition)
    if identity is None:
        return
    attributes = _attributes(known, identity)
    for name, use in dict.fromkeys(_attribute_uses(identity)):
        if name not in attributes:
            yield f"{use} names the attribute {name!r}, which no table has. {nearest(name, attributes)}"
    tables = [mapped.table for mapped in identity.map]
    for field in identity.profile_ids.fields:
        table = field.partition(".")[0]
        if table not in tables:
            yield f"`profile_ids` names {field!r}, whose table is not in `map`. {nearest(table, tables)}"


def _attribute_uses(identity: IdentityDefinition) -> Iterator[tuple[str, str]]:
    for rule in identity.all_rules():
        for condition in (*rule.when, *rule.except_):
            yield condition.attribute, f"Rule {rule.name!r}"
        for key in rule.block:
            for part in key:
                yield part.attribute, f"Rule {rule.name!r}"
    for name in identity.guards.trusted:
        yield name, "`guards.trusted`"
    for name in identity.attributes:
        yield name, "`attributes`"
    for table, found in identity.deduplication.items():
        for name in found.per_attribute:
            yield name, f"`deduplication.{table}.per_attribute`"


def _in_profile(known: Known) -> Iterator[str]:
    profile, identity = one_of(known.files, ProfileDefinition), one_of(known.files, IdentityDefinition)
    if profile is None or identity is None:
        return
    mapped = _attributes(known, identity)
    own = mapped | set(profile.attributes)
    uses = [(name, "`exclude`", mapped) for name in profile.exclude]
    uses += [
        (name, f"`groups.{group}`", own)
        for group, found in profile.groups.items()
        for name in found.attributes
    ]
    uses += [
        (name, f"`attributes.{attribute}.combine`", own)
        for attribute, rule in profile.attributes.items()
        for name in rule.combine
    ]
    for name, use, names in uses:
        if name not in names:
            yield f"The profile's {use} names {name!r}, which it does not have. {nearest(name, names)}"
