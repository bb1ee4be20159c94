"""The profiles stage of a run: records of each profile in, unified profiles with lineage out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from onefold.catalogue import TableDescription
from onefold.foundation.warehouse import Column, Warehouse
from onefold.identity import IdentityDefinition, mapped_tables
from onefold.profiles.build import (
    CANDIDATES,
    MERGED,
    RANKED,
    build_candidates,
    lineage_select,
    merge,
    profiles_select,
)
from onefold.profiles.describe import describe_profiles
from onefold.profiles.model import ProfileDefinition
from onefold.profiles.plan import ProfilePlan, plan_profile
from onefold.profiles.tables import lineage_table, profiles_table
from onefold.runs import StageContext, StageResult


def plan_from(
    warehouse: Warehouse,
    definition: ProfileDefinition,
    identity: IdentityDefinition,
    descriptions: Mapping[str, TableDescription],
) -> ProfilePlan:
    """Return the plan of the profile for the tables as the warehouse sees them."""
    columns = {mapped.table: warehouse.columns(mapped.table) for mapped in identity.map}
    return _plan(columns, definition, identity, descriptions)


def _plan(
    columns: Mapping[str, Sequence[Column]],
    definition: ProfileDefinition,
    identity: IdentityDefinition,
    descriptions: Mapping[str, TableDescription],
) -> ProfilePlan:
    tables = mapped_tables(identity, descriptions, columns)
    return plan_profile(definition, identity, tables, columns)


@dataclass(frozen=True, slots=True)
class ProfilesStage:
    """Builds the unified profiles.

    Attributes:
        definition: the unified view.
        identity: the identity definition, for its mapping.
        descriptions: the mapped tables by name.
    """

    definition: ProfileDefinition
    identity: IdentityDefinition
    descriptions: Mapping[str, TableDescription]
    name: str = "profiles"
    group: str = "profiles"
    needs: frozenset[str] = frozenset({"identity"})

    @property
    def fingerprint(self) -> str:
        """Changes with the definition, and with identity's mapping."""
        described = [repr(self.descriptions.get(mapped.table)) for mapped in self.identity.map]
        return "\n".join(
            ["2", self.definition.model_dump_json(), self.identity.model_dump_json(), *described]
        )

    def describe(self, columns: Mapping[str, Sequence[Column]]) -> TableDescription:
        """Return what the catalogue keeps of the profiles, by the columns of the published tables."""
        mapped = {one.table: columns.get(one.table, ()) for one in self.identity.map}
        plan = _plan(mapped, self.definition, self.identity, self.descriptions)
        return describe_profiles(self.definition, plan, self.descriptions)

    def run(self, context: StageContext) -> StageResult:
        """Merge and publish."""
        with context.warehouse.in_any_order():
            return self._run(context)

    def _run(self, context: StageContext) -> StageResult:
        warehouse = context.warehouse
        plan = plan_from(warehouse, self.definition, self.identity, self.descriptions)
        tables = [mapped.table for mapped in self.identity.map]
        records = build_candidates(warehouse, plan, tables, alternates_fill=self.definition.alternates_fill)
        context.progress(records, "merged")
        merge(warehouse, plan, tables)
        people = context.publish(profiles_table(plan.columns), profiles_select(plan))
        context.publish(
            lineage_table([attribute.name for attribute in plan.attributes]), lineage_select(plan)
        )
        warehouse.drop(CANDIDATES, RANKED, MERGED)
        return StageResult(
            rows_in=records,
            rows_out=people,
            messages=plan.notes,
            figures={"people": people, "attributes": len(plan.columns), "records": records},
        )
