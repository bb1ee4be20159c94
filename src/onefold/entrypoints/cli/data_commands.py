"""sql, sources, quarantine, quality."""

from __future__ import annotations

import csv
import datetime as dt
import getpass
import sys
from pathlib import Path
from typing import Annotated

import typer

import onefold
from onefold.entrypoints.cli.app import app
from onefold.entrypoints.cli.output import LIGHTS, AsJson, Directory, console, print_json, table
from onefold.quality import field_lines, problem_lines, report_html, report_json, table_lines

sources_app = typer.Typer(help="Show, check, preview and add sources.", invoke_without_command=True)
quality_app = typer.Typer(
    help="Show grades and lights, write the report, accept a table.", invoke_without_command=True
)
app.add_typer(sources_app, name="sources")
app.add_typer(quality_app, name="quality")

Source = Annotated[str | None, typer.Option("--source", "-s", metavar="NAME", help="Only this source.")]


@app.command(
    epilog='Examples: onefold sql "show tables" · onefold sql --csv "select * from profiles" > people.csv'
)
def sql(
    query: Annotated[str, typer.Argument(help="A query in DuckDB's SQL over the published tables.")],
    workspace: Directory = ".",
    run: Annotated[
        str | None, typer.Option("--run", metavar="RUN", help="Read the tables as that run left them.")
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    as_json: AsJson = False,
) -> None:
    """Query any published table."""
    with onefold.open(workspace) as opened:
        found = opened.sql(query, run_id=run)
    if as_json:
        print_json(found.to_pylist())
        return
    rows = zip(*(column.to_pylist() for column in found.columns), strict=True)
    if as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(found.column_names)
        writer.writerows(rows)
        return
    numeric = [
        field.name for field in found.schema if str(field.type) in ("int64", "int32", "int16", "double")
    ]
    console.print(table("", found.column_names, rows, right=numeric))
    console.print(f"[dim]{found.num_rows:,} rows[/]")


@sources_app.callback(epilog="Examples: onefold sources · onefold sources --inventory --json")
def sources(
    context: typer.Context,
    workspace: Directory = ".",
    inventory: Annotated[
        bool, typer.Option("--inventory", help="System, entity, records, key, frequency, owner, method.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the sources and how they stand."""
    if context.invoked_subcommand is not None:
        return
    with onefold.open(workspace) as opened:
        lines = opened.inventory() if inventory else opened.source_lines()
    if as_json:
        print_json(lines)
        return
    if not lines:
        console.print("No source yet. Add one: [bold]onefold sources add FILE[/]")
        return
    columns = list(lines[0])
    console.print(
        table("", columns, [list(line.values()) for line in lines], right=["records", "quarantined"])
    )


@sources_app.command("check", epilog="Example: onefold sources check crm_contacts")
def check(name: Annotated[str, typer.Argument(help="The source.")], workspace: Directory = ".") -> None:
    """Try whether a source can be reached, and show the columns it has."""
    with onefold.open(workspace) as opened:
        found = opened.discover(name)
    rows = [(one.name, one.type.value, one.native, "no" if one.nullable is False else "") for one in found]
    console.print(table("", ["column", "type", "native type", "null"], rows))


@sources_app.command("preview", epilog="Example: onefold sources preview crm_contacts --rows 5")
def preview(
    name: Annotated[str, typer.Argument(help="The source.")],
    workspace: Directory = ".",
    rows: Annotated[int, typer.Option("--rows", min=1, max=100, help="How many rows.")] = 10,
    cleaning: Annotated[bool, typer.Option("--cleaning", help="Show what cleaning steps change.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the first rows of a source, or what its cleaning steps make of them."""
    with onefold.open(workspace) as opened:
        found = opened.preview_cleaning(name, rows) if cleaning else opened.preview(name, rows).to_pylist()
    if as_json:
        print_json(found)
        return
    if not found:
        console.print("No cleaning step changes the first rows." if cleaning else "The source has no rows.")
        return
    console.print(table("", list(found[0]), [list(one.values()) for one in found]))


@sources_app.command("add", epilog="Example: onefold sources add files/customers.csv")
def add(
    files: Annotated[list[Path], typer.Argument(help="Files to draft sources from.")],
    workspace: Directory = ".",
) -> None:
    """Draft a source definition from a file: types, key and meaning are suggested."""
    with onefold.open(workspace) as opened:
        written = opened.add_sources(files)
    for path in written:
        console.print(f"wrote {path}", markup=False)
    console.print("Next: [bold]onefold plan[/], then [bold]onefold run[/]")


@app.command(epilog="Example: onefold quarantine --source crm_contacts --json")
def quarantine(
    workspace: Directory = ".",
    source: Source = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many rows to show.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show the rows that did not fit: where they are, which field, why."""
    with onefold.open(workspace) as opened:
        rows = opened.quarantine(source)
    if as_json:
        print_json(rows)
        return
    if not rows:
        console.print("Quarantine is empty: every row of the last refresh fitted.")
        return
    columns = ["source", "file", "line", "field", "raw_value", "reason"]
    console.print(
        table("", columns, [[one[name] for name in columns] for one in rows[:limit]], right=["line"])
    )
    if len(rows) > limit:
        console.print(f"[dim]{len(rows) - limit:,} more: --limit, or --json for all[/]")


@quality_app.callback(
    epilog="Examples: onefold quality · onefold quality -s crm_contacts --html quality.html"
)
def quality(
    context: typer.Context,
    workspace: Directory = ".",
    source: Source = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the report as one HTML page.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show how good the tables are, and why."""
    if context.invoked_subcommand is not None:
        return
    with onefold.open(workspace) as opened:
        overview = opened.quality(source)
    now = dt.datetime.now(dt.UTC)
    if html is not None:
        html.write_text(report_html(overview, made_at=now), encoding="utf-8")
        console.print(f"wrote {html}", markup=False)
        return
    if as_json:
        sys.stdout.write(report_json(overview, made_at=now) + "\n")
        return
    lines = table_lines(overview)
    if not lines:
        console.print("Nothing has been graded yet: [bold]onefold run[/]")
        return
    rows = [
        (LIGHTS[one.light.value], one.table, one.rows, f"{one.grade:.0f}", one.reason, one.readiness)
        for one in lines
    ]
    drawn = table("", ["", "table", "rows", "grade", "why", "ready"], [], right=["rows", "grade"])
    for light, name, count, grade, why, ready in rows:
        drawn.add_row(light, name, f"{count:,}", grade, why.replace("[", "\\["), ready)
    console.print(drawn)
    if source is not None:
        shown = [
            (
                one.field,
                one.type,
                one.semantic_type,
                f"{one.filled:.0%}",
                one.distinct,
                one.light.value,
                one.reason,
            )
            for one in field_lines(overview)
        ]
        console.print()
        console.print(
            table(
                "",
                ["field", "type", "meaning", "filled", "distinct", "light", "why"],
                shown,
                right=["filled", "distinct"],
            )
        )
    problems = problem_lines(overview)
    if problems:
        console.print()
        shown_problems = [
            (one.table, one.field, one.light.value, one.sentence, one.advice) for one in problems[:15]
        ]
        console.print(table("", ["table", "field", "light", "finding", "what to do"], shown_problems))


@quality_app.command(
    "accept", epilog='Example: onefold quality accept crm_contacts --reason "Migration, until May"'
)
def accept(
    name: Annotated[str, typer.Argument(metavar="TABLE", help="The table to accept as it is.")],
    reason: Annotated[str, typer.Option("--reason", help="Why it is good enough; kept.")],
    by: Annotated[str | None, typer.Option("--by", help="Who accepts; you, if not said.")] = None,
    until: Annotated[
        dt.datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], help="When the acceptance ends.")
    ] = None,
    workspace: Directory = ".",
) -> None:
    """Let runs go on although a table is below its criteria; who and why are kept."""
    with onefold.open(workspace) as opened:
        accepted = opened.accept_quality(
            name,
            reason=reason,
            by=by or getpass.getuser(),
            until=until.replace(tzinfo=dt.UTC) if until else None,
        )
    console.print(
        f"Accepted {accepted.table} at grade {accepted.grade:.0f}, by {accepted.accepted_by}.", markup=False
    )
