"""How an explained profile and an explained pair look."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from onefold.entrypoints.cli.output import print_table, safe
from onefold.foundation.kernel import counted
from onefold.identity.explain import ConditionExplanation, PairExplanation
from onefold.profiles import ProfileExplanation

ABOUT_PEOPLE = (
    "full_name",
    "first_name",
    "last_name",
    "birth_date",
    "phone",
    "mobile",
    "email",
    "postcode",
    "city",
    "street",
)
"""Attributes by which people recognize a person."""


def draw_profile(to: Console, explained: ProfileExplanation) -> None:
    """Print a profile: its records, why they are one person, and where each value comes from."""
    to.print(f"[bold]{explained.profile_id}[/]  {counted(len(explained.records), 'record')}")
    if explained.aliases:
        to.print(f"  also known as {', '.join(explained.aliases)}", markup=False)
    origins = {one.name: f"{one.record_no} {one.source}" for one in explained.records}
    print_table(
        ["attribute", "value", "from", "because", "others"],
        [
            (
                one.name,
                one.value,
                origins.get(one.origin or "", one.origin),
                one.policy,
                "; ".join(one.others),
            )
            for one in explained.attributes
            if one.value is not None
        ],
        title="Values",
        whole=["attribute", "from"],
        drop=["others", "because"],
    )
    to.print()
    print_table(
        ["no", "record", "updated", "values"],
        [
            (
                one.record_no,
                one.name,
                one.updated_at.date().isoformat() if one.updated_at else None,
                " · ".join(value for key, value in one.values.items() if key in ABOUT_PEOPLE and value),
            )
            for one in explained.records
        ],
        title="Records",
        right=["no"],
        whole=["no", "updated"],
        drop=["updated"],
    )
    _print_evidence(to, explained)
    if explained.events:
        to.print()
        print_table(
            ["when", "event", "detail"],
            [(one.happened_at.strftime("%Y-%m-%d %H:%M"), one.event, one.detail) for one in explained.events],
            title="What happened",
            whole=["when", "event"],
        )


def _print_evidence(to: Console, explained: ProfileExplanation) -> None:
    numbers = {one.name: one.record_no for one in explained.records}
    if explained.evidence:
        to.print()
        print_table(
            ["records", "verdict", "rules", "similarity"],
            [
                (
                    " + ".join(
                        str(numbers.get(f"{side.table}:{side.id}", f"{side.table}:{side.id}"))
                        for side in (one.left, one.right)
                    ),
                    one.verdict,
                    one.because,
                    one.similarities,
                )
                for one in explained.evidence
            ],
            title="Why they are one person",
            whole=["verdict"],
            drop=["similarity"],
        )


def draw_pair(to: Console, explained: PairExplanation) -> None:
    """Print what every rule says of two records."""
    left = f"{explained.left.table}:{explained.left.id}"
    right = f"{explained.right.table}:{explained.right.id}"
    if explained.same_profile:
        said = f"[green]One person[/]: {safe(left)} and {safe(right)} are in {explained.left_profile}."
    else:
        said = f"[yellow]Not one person[/]: {safe(left)} and {safe(right)} are in different profiles."
    to.print(said, soft_wrap=True)
    if explained.verdict == "match":
        to.print(f"  The pair itself matched: {explained.because}.", markup=False)
    elif explained.verdict == "cut":
        to.print(f"  The pair matched, and was cut: {explained.because}.", markup=False)
    elif explained.same_profile:
        to.print("  The pair itself did not match; other records join them.")
    for judgment in explained.judgments:
        to.print(f"  {judgment}", markup=False, soft_wrap=True)
    for rule in explained.rules:
        to.print()
        mark = "[green]✓[/]" if rule.matches else "[red]✗[/]"
        to.print(f"{mark} [bold]{safe(rule.rule)}[/]  {safe(rule.note)}")
        _print_conditions([*rule.conditions], [*rule.exceptions])


def _print_conditions(
    conditions: Sequence[ConditionExplanation], exceptions: Sequence[ConditionExplanation]
) -> None:
    rows = []
    for kind, found in (("", conditions), ("except ", exceptions)):
        for one in found:
            shown = "unknown" if one.similarity is None else f"{one.similarity:.2f}"
            needed = "" if kind else f" (needs {one.threshold:.2f})"
            rows.append(
                (
                    Text("✓", style="green") if one.holds else Text("✗", style="red"),
                    f"{kind}{one.attribute}",
                    " | ".join(one.left),
                    " | ".join(one.right),
                    f"{one.compare} {shown}{needed}",
                    one.note,
                )
            )
    print_table(
        ["", "attribute", "left", "right", "similarity", "note"], rows, whole=["", "attribute"], drop=["note"]
    )
