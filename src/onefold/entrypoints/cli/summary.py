"""The one-screen summary of a run, and how profiles and pairs are drawn."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from onefold.entrypoints.cli.output import LIGHTS, console, table
from onefold.foundation.kernel import NotFound
from onefold.identity.explain import ConditionExplanation, PairExplanation
from onefold.profiles import ProfileExplanation
from onefold.runs import Outcome, RunReport
from onefold.workspace import Workspace

_ABOUT_PEOPLE = (
    "email",
    "phone",
    "first_name",
    "last_name",
    "full_name",
    "birth_date",
    "street",
    "postcode",
    "city",
)
_SHOWN_PEOPLE = 3


def print_summary(workspace: Workspace, report: RunReport, *, with_people: bool = False) -> None:
    """Print what came of a run: people, lights, messages, and what to try next."""
    console.print()
    console.print(
        f"Run {report.run_id}: [bold]{report.status.value.replace('_', ' ')}[/] in {report.seconds:.1f} s"
    )
    for stage in report.stages:
        if stage.outcome in (Outcome.COMPLETED, Outcome.UNCHANGED, Outcome.NOT_SELECTED):
            continue
        for message in stage.messages[:2]:
            console.print(f"  {stage.stage}: {message}", markup=False, soft_wrap=True)
    published = set(workspace.tables())
    if "profile_records" in published:
        found = workspace.sql(
            "SELECT count(DISTINCT profile_id) AS people, count(*) AS records FROM profile_records"
        )
        people, records = found.column("people")[0].as_py(), found.column("records")[0].as_py()
        console.print(
            f"[bold]{people:,} people[/] in {records:,} records: {records - people:,} duplicates joined."
        )
    if "quality_tables" in published:
        _print_lights(workspace)
    if with_people and "profiles" in published:
        _print_people(workspace)
    if with_people:
        _print_next(workspace)


def _print_lights(workspace: Workspace) -> None:
    tables = sorted(workspace.quality().tables, key=lambda one: one.grade.grade)
    counts = {light: sum(one.grade.light.value == light for one in tables) for light in LIGHTS}
    told = "  ".join(f"{LIGHTS[light]} {count}" for light, count in counts.items() if count)
    console.print(f"Quality of {len(tables)} tables: {told}")
    for one in tables[:3]:
        if one.grade.light.value != "green":
            console.print(
                f"  {one.name} {one.grade.grade:.0f}: {one.grade.reason}", markup=False, soft_wrap=True
            )


def _print_people(workspace: Workspace) -> None:
    found = workspace.sql(
        "SELECT profile_id FROM profiles ORDER BY source_count DESC, record_count DESC, profile_id LIMIT 3"
    )
    console.print()
    console.print("[bold]Three golden records[/] and the records they came from:")
    for profile_id in found.column("profile_id").to_pylist()[:_SHOWN_PEOPLE]:
        try:
            explained = workspace.explain_profile(profile_id)
        except NotFound:  # pragma: no cover - the profile was read a moment ago
            continue
        console.print(_short_profile(explained))


def _short_profile(explained: ProfileExplanation) -> Table:
    values = {one.name: one for one in explained.attributes}
    name = " ".join(
        str(values[part].value)
        for part in ("first_name", "last_name")
        if part in values and values[part].value is not None
    )
    told = [
        str(values[one].value)
        for one in ("email", "phone", "birth_date", "city")
        if one in values and values[one].value is not None
    ]
    drawn = Table(
        title=f"[bold]{_safe(name or 'no name')}[/]  {_safe(' · '.join(told))}",
        title_justify="left",
        box=None,
        pad_edge=False,
        show_header=False,
        padding=(0, 2, 0, 0),
    )
    for record in explained.records:
        shown = [value for key, value in record.values.items() if key in _ABOUT_PEOPLE and value]
        drawn.add_row("  " + _safe(record.source), f"[dim]{_safe(' · '.join(shown))}[/]")
    return drawn


def _print_next(workspace: Workspace) -> None:
    where = workspace.directory.name
    console.print()
    console.print("[bold]Try next[/]")
    for command in (
        f"onefold quality -w {where}",
        f"onefold evaluate identity -w {where} --truth {where}/truth/truth.csv",
        f'onefold sql -w {where} "select * from profiles order by record_count desc limit 5"',  # noqa: S608 - shown, not run
    ):
        console.print(f"  {command}", markup=False, soft_wrap=True)


def draw_profile(to: Console, explained: ProfileExplanation) -> None:
    """Print a profile: its records, why they are one person, and where each value comes from."""
    to.print(f"[bold]{explained.profile_id}[/]  {len(explained.records)} records")
    if explained.aliases:
        to.print(f"  also known as {', '.join(explained.aliases)}", markup=False)
    to.print(
        table(
            "Values",
            ["attribute", "value", "from", "because", "others"],
            [
                (one.name, one.value, one.origin, one.policy, "; ".join(one.others))
                for one in explained.attributes
                if one.value is not None
            ],
        )
    )
    to.print()
    to.print(
        table(
            "Records",
            ["no", "record", "updated", "values"],
            [
                (
                    one.record_no,
                    f"{one.source}:{one.record_id}",
                    one.updated_at.date() if one.updated_at else None,
                    " · ".join(value for key, value in one.values.items() if key in _ABOUT_PEOPLE and value),
                )
                for one in explained.records
            ],
        )
    )
    if explained.evidence:
        to.print()
        to.print(
            table(
                "Why they are one person",
                ["record", "record", "verdict", "rules", "similarity"],
                [
                    (
                        f"{one.left.table}:{one.left.id}",
                        f"{one.right.table}:{one.right.id}",
                        one.verdict,
                        one.reason,
                        one.similarities,
                    )
                    for one in explained.evidence
                ],
            )
        )
    if explained.events:
        to.print()
        to.print(
            table(
                "What happened",
                ["when", "event", "detail"],
                [(one.at.strftime("%Y-%m-%d %H:%M"), one.event, one.detail) for one in explained.events],
            )
        )


def draw_pair(to: Console, explained: PairExplanation) -> None:
    """Print what every rule says of two records."""
    left = f"{explained.left.table}:{explained.left.id}"
    right = f"{explained.right.table}:{explained.right.id}"
    if explained.same_profile:
        to.print(f"[green]One person[/]: {_safe(left)} and {_safe(right)} are in {explained.left_profile}.")
    else:
        to.print(f"[yellow]Not one person[/]: {_safe(left)} and {_safe(right)} are in different profiles.")
    if explained.verdict == "match":
        to.print(f"  The pair itself matched: {explained.reason}.", markup=False)
    elif explained.verdict == "cut":
        to.print(f"  The pair matched, and was cut: {explained.reason}.", markup=False)
    elif explained.same_profile:
        to.print("  The pair itself did not match; other records join them.")
    for rule in explained.rules:
        to.print()
        mark = "[green]✓[/]" if rule.matches else "[red]✗[/]"
        to.print(f"{mark} [bold]{_safe(rule.rule)}[/]  {_safe(rule.note)}")
        to.print(_conditions([*rule.conditions], [*rule.exceptions]))


def _conditions(
    conditions: Sequence[ConditionExplanation], exceptions: Sequence[ConditionExplanation]
) -> Table:
    rows = []
    for kind, found in (("", conditions), ("except ", exceptions)):
        for one in found:
            shown = "unknown" if one.similarity is None else f"{one.similarity:.2f}"
            rows.append(
                (
                    "✓" if one.holds else "✗",
                    f"{kind}{one.attribute}",
                    " | ".join(one.left),
                    " | ".join(one.right),
                    f"{one.compare} {shown} (needs {one.threshold:.2f})"
                    if not kind
                    else f"{one.compare} {shown}",
                    one.note,
                )
            )
    return table("", ["", "attribute", "left", "right", "similarity", ""], rows)


def _safe(text: str) -> str:
    return text.replace("[", "\\[")
