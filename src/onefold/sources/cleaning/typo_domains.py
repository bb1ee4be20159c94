"""Mistyped e-mail domains."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field
from typing_extensions import override

from onefold.foundation.contact_points.emails import TYPO_DOMAINS
from onefold.foundation.warehouse import Sql, literal, spaced, sql
from onefold.sources.cleaning.step import TextStep


class TypoDomains(TextStep):
    """Put the domain that was meant: `ann@gmai.com` becomes `ann@gmail.com`."""

    kind: ClassVar[str] = "typo_domains"

    domains: dict[str, str] = Field(
        default_factory=dict, description="More mistyped domains and what was meant."
    )

    @override
    def sql(self, value: Sql) -> Sql:
        known = {**TYPO_DOMAINS, **{wrong.lower(): right for wrong, right in self.domains.items()}}
        branches = spaced(
            sql("WHEN {wrong} THEN {right}", wrong=literal(wrong), right=literal(right))
            for wrong, right in known.items()
        )
        return sql(
            "coalesce(split_part({v}, '@', 1) || '@' || CASE lower(split_part({v}, '@', 2)) {branches} END, {v})",
            v=value,
            branches=branches,
        )
