"""The one-screen summary of a run."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.text import Text

from onefold.entrypoints.cli.drawing import ABOUT_PEOPLE
from onefold.entrypoints.cli.output import LIGHTS, console, safe, words
from onefold.foundation.kernel import counted
from onefold.foundation.warehouse import Warehouse, sql
from onefold.profiles import ProfileExplanation, RecordExplanation, explain_profile
from onefold.quality import read_overview
from onefold.runs import Outcome, RunReport
from onefold.workspace import Standstill, Workspace

_SHOWN_PEOPLE = 3
_SHOWN_RECORDS = 4
_CANDIDATES = 8
_SHOWN_TABLES = 3


def print_summary(workspace: Workspace, report: RunReport, *, with_people: bool = False) -> None:
    """Print what came of a run: people, lights, messages, and what to try next."""
    console.print()
    console.print(f"Run {report.run_id}: [bold]{words(report.status.value)}[/] in {report.seconds:.1f} s")
    print_standstills(workspace.standstills())
    if console.is_terminal:  # in a pipe each stage has told its messages below its line already
        _print_messages(report)
    if report.error:
        console.print(f"  {report.error}", markup=False, soft_wrap=True)
    published = set(workspace.tables())
    with workspace.reader() as warehouse:
        if "profile_records" in published:
            _print_counts(warehouse)
        if "quality_tables" in published:
            _print_lights(warehouse)
        if with_people and "profiles" in published:
            _print_people(workspace, warehouse)
    if with_people:
        _print_next(workspace)


def print_standstills(stopped: Sequence[Standstill]) -> None:
    """Print a line for each stage that refuses to go on: since when, why, and what to do."""
    for one in stopped:
        since = f"since {one.since:%Y-%m-%d %H:%M} UTC ({counted(one.runs, 'run')})"
        console.print(f"[red]stopped[/] {one.stage} {since}: ", end="", soft_wrap=True)
        console.print(" ".join(one.messages), markup=False, soft_wrap=True)


def _print_messages(report: RunReport) -> None:
    quiet = (
        Outcome.COMPLETED,
        Outcome.UNCHANGED,
        Outcome.NOT_SELECTED,
        Outcome.SKIPPED,
        Outcome.STOPPED,  # told on a line of its own
    )
    for stage in report.stages:
        if stage.outcome not in quiet and stage.messages:
            console.print(f"  {stage.stage}: {' '.join(stage.messages)}", markup=False)
    skipped = [stage.stage for stage in report.stages if stage.outcome is Outcome.SKIPPED]
    if skipped:
        console.print(f"  Left as it was because of that: {', '.join(skipped)}.")


def _print_counts(warehouse: Warehouse) -> None:
    counts = sql("SELECT count(DISTINCT profile_id), count(*) FROM profile_records")
    people, records = (int(str(count)) for count in warehouse.rows(counts)[0])
    joined = counted(records - people, "duplicate")
    console.print(
        f"[bold]{counted(people, 'person', 'people')}[/] in {counted(records, 'record')}: {joined} joined."
    )


def _print_lights(warehouse: Warehouse) -> None:
    tables = sorted(read_overview(warehouse, None).tables, key=lambda one: one.grade.grade)
    counts = {light: sum(one.grade.light.value == light for one in tables) for light in LIGHTS}
    told = "  ".join(f"{LIGHTS[light]} {count}" for light, count in counts.items() if count)
    console.print(f"Quality of {counted(len(tables), 'table')}: {told}")
    for one in tables[:_SHOWN_TABLES]:
        if one.grade.light.value != "green":
            console.print(f"  {one.name} {one.grade}: {one.grade.reason}", markup=False)


def _print_people(workspace: Workspace, warehouse: Warehouse) -> None:
    people = _instructive(workspace, warehouse)
    if not people:
        return
    console.print()
    console.print(
        "[bold]Three golden records[/] and the records they came from, [yellow]what differs[/] marked:"
    )
    width = max(len(record.source) for explained in people for record in explained.records)
    for explained in people:
        _print_person(explained, width)


def _instructive(workspace: Workspace, warehouse: Warehouse) -> list[ProfileExplanation]:
    """Return people whose records come from several sources and differ: where joining them was some work."""
    found = warehouse.rows(
        sql(
            "SELECT profile_id FROM profiles WHERE record_count > 1 "
            "ORDER BY source_count >= 3 DESC, record_count BETWEEN 3 AND $records DESC, source_count DESC, "
            "profile_id LIMIT $candidates"
        ),
        records=_SHOWN_RECORDS,
        candidates=_CANDIDATES,
    )
    profile, identity, descriptions = workspace.profile(), workspace.identity(), workspace.describe()
    explained = [
        explain_profile(warehouse, profile, identity, descriptions, str(profile_id))
        for (profile_id,) in found
    ]
    return sorted(explained, key=_differences, reverse=True)[:_SHOWN_PEOPLE]


def _differences(explained: ProfileExplanation) -> int:
    golden = _values(explained)
    return sum(
        bool(_differs(one.values.get(name), golden.get(name)))
        for one in explained.records
        for name in ABOUT_PEOPLE
    )


def _values(explained: ProfileExplanation) -> dict[str, str]:
    return {one.name: one.value for one in explained.attributes if one.value is not None}


def _differs(value: str | None, golden: str | None) -> bool:
    return bool(value) and bool(golden) and str(value).casefold() != str(golden).casefold()


def _print_person(explained: ProfileExplanation, width: int) -> None:
    golden = _values(explained)
    name = " ".join(golden[part] for part in ("first_name", "last_name") if part in golden)
    told = [golden[one] for one in ("email", "phone", "birth_date", "city") if one in golden]
    console.print(
        f"[bold]{safe(name or golden.get('full_name', 'no name'))}[/]  {safe(' · '.join(told))}",
        no_wrap=True,
        overflow="ellipsis",
    )
    for record in _varied(explained.records):
        line = Text(f"  {record.source:<{width}}  ")
        console.print(line.append_text(_record_text(record, golden)), no_wrap=True, overflow="ellipsis")
    left = len(explained.records) - _SHOWN_RECORDS
    if left > 0:
        console.print(f"  [dim]and {left} more[/]")


def _varied(records: Sequence[RecordExplanation]) -> list[RecordExplanation]:
    """Return the records to show: one of each source first, in their order."""
    first = list({one.source: one for one in reversed(records)}.values())[::-1]
    shown = (first + [one for one in records if one not in first])[:_SHOWN_RECORDS]
    return [one for one in records if one in shown]


def _record_text(record: RecordExplanation, golden: Mapping[str, str]) -> Text:
    shown = Text()
    for name in ABOUT_PEOPLE:
        value = record.values.get(name)
        if not value:
            continue
        if shown:
            shown.append(" · ", style="dim")
        style = "yellow" if _differs(value, golden.get(name)) else "dim"
        shown.append(Text.from_markup(safe(value), style=style))
    return shown


def _own_name() -> str:
    """Return how this program is called from here: its name, or its path where the shell would not find it."""
    called = Path(sys.argv[0])
    if shutil.which("onefold") or called.name != "onefold":
        return "onefold"
    return min(os.path.relpath(called), str(called.absolute()), key=len)


def _print_next(workspace: Workspace) -> None:
    where = workspace.directory.name
    console.print()
    console.print("[bold]Try next[/]")
    for command in (
        f" quality -w {where}",
        f" evaluate identity -w {where} --truth {where}/truth/truth.csv",
        f' sql -w {where} "select * from profiles order by record_count desc limit 5"',  # noqa: S608 - shown, not run
    ):
        console.print(f"  {_own_name()}{command}", markup=False, soft_wrap=True)
