"""sql, sources, quarantine."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import onefold
from onefold.entrypoints.cli.app import app
from onefold.entrypoints.cli.output import (
    AsJson,
    Directory,
    console,
    print_json,
    print_table,
    words,
)
from onefold.foundation.kernel import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from onefold.workspace import Workspace

sources_app = typer.Typer(help="Show, check, preview and add sources.", invoke_without_command=True)
app.add_typer(sources_app, name="sources")

_SHOWN_OF_VALUE = 60
_NUMBERS = ("int", "uint", "float", "double", "decimal")
Source = Annotated[str | None, typer.Option("--source", "-s", metavar="NAME", help="Only this source.")]


@app.command(
    epilog='Examples: onefold sql "show tables" · onefold sql --csv "select * from profiles" > people.csv'
)
def sql(
    query: Annotated[str, typer.Argument(help="One SELECT in DuckDB's SQL over the published tables.")],
    workspace: Directory = ".",
    run: Annotated[
        str | None, typer.Option("--run", metavar="RUN", help="Read the tables as that run left them.")
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    as_json: AsJson = False,
) -> None:
    """Query any published table; nothing is written, and no other file is read."""
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
    numeric = [field.name for field in found.schema if str(field.type).startswith(_NUMBERS)]
    print_table(found.column_names, rows, right=numeric, exact=True)
    console.print(f"[dim]{counted(found.num_rows, 'row')}[/]")


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
    shown = [{**line, "last run": words(str(line.get("last run", "")))} for line in lines]
    if inventory:
        shown = lines
    print_table(
        list(shown[0]),
        [list(line.values()) for line in shown],
        right=["records", "quarantined", "mapped"],
        whole=["source", "records"],
        drop=["description", "mapped", "owner", "system", "connector"],
    )


@sources_app.command("check", epilog="Example: onefold sources check crm_contacts")
def check(
    name: Annotated[str, typer.Argument(help="The source.")],
    workspace: Directory = ".",
    as_json: AsJson = False,
) -> None:
    """Try whether a source can be reached, and show the columns it has."""
    with onefold.open(workspace) as opened:
        found = opened.discover(name)
    rows = [(one.name, one.type.value, one.native, "no" if one.nullable is False else "") for one in found]
    if as_json:
        names = ("column", "type", "native_type", "nullable")
        print_json(
            [
                dict(zip(names, (*row[:3], one.nullable), strict=True))
                for row, one in zip(rows, found, strict=True)
            ]
        )
        return
    # Files of text have no types of their own, and do not say which columns may be empty.
    titles = ("column", "type", "native type", "null")
    told = [place for place, title in enumerate(titles) if place < 2 or any(row[place] for row in rows)]
    cells = [[row[place] for place in told] for row in rows]
    print_table([titles[place] for place in told], cells, drop=["native type"])


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
    print_table(list(found[0]), [list(one.values()) for one in found])


@sources_app.command(
    "add",
    epilog="Examples: onefold sources add files/customers.csv · "
    "onefold sources add till.csv --name till_members --region DE",
)
def add(
    files: Annotated[list[Path], typer.Argument(help="Files to draft sources from.")],
    workspace: Directory = ".",
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="The source's name, for one file.")
    ] = None,
    region: Annotated[
        str | None,
        typer.Option("--region", metavar="XX", help="Country of its local phone numbers, such as DE."),
    ] = None,
) -> None:
    """Draft a source definition from a file: types, key and meaning are suggested."""
    with onefold.open(workspace) as opened:
        written = opened.add_sources(files, name=name, region=region)
        told = settings_told(opened, written)
    for path in written:
        console.print(f"wrote {path}{told.get(path, '')}", markup=False, soft_wrap=True)
    console.print("Next: [bold]onefold plan[/], then [bold]onefold run[/]")


def settings_told(workspace: Workspace, written: Sequence[Path]) -> dict[Path, str]:
    """Return, by drafted file, how its source is to be read where that was told from the data."""
    from onefold.sources import SourceDefinition

    told = {}
    for path in written:
        if path.parent.name != SourceDefinition.folder:
            continue
        connector = workspace.source(path.stem).connector
        plain = connector.model_dump(mode="json", exclude_defaults=True, exclude={"path", "storage"})
        if plain:
            told[path] = (
                f" ({', '.join(f'{name}: {value}' for name, value in plain.items())}, told from the file)"
            )
    return told


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
    cells = [
        [_start(one[name]) if name == "raw_value" else one[name] for name in columns] for one in rows[:limit]
    ]
    print_table(columns, cells, right=["line"], whole=["line"], drop=["source"])
    if len(rows) > limit:
        console.print(f"[dim]{len(rows) - limit:,} more: --limit, or --json for all[/]")


def _start(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= _SHOWN_OF_VALUE else f"{text[:_SHOWN_OF_VALUE]}…"
