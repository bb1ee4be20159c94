"""init, plan, apply, pull, settings."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

import onefold
from onefold.entrypoints.cli.app import app
from onefold.entrypoints.cli.data_commands import settings_told
from onefold.entrypoints.cli.output import AsJson, Directory, console, errors, print_json, print_table
from onefold.entrypoints.cli.run_commands import run
from onefold.foundation.kernel import counted

Force = Annotated[bool, typer.Option("--force", help="Also where it undoes changes made elsewhere.")]


@app.command(
    epilog="Examples: onefold init shop · onefold init shop --add crm.csv --add till.csv --region DE --run"
)
def init(
    directory: Annotated[str, typer.Argument(help="The folder of the new workspace.")] = ".",
    add: Annotated[
        list[Path] | None,
        typer.Option("--add", metavar="FILE", help="Draft a source from this file; may be repeated."),
    ] = None,
    region: Annotated[
        str | None,
        typer.Option("--region", metavar="XX", help="Country of local phone numbers, such as DE."),
    ] = None,
    run_now: Annotated[bool, typer.Option("--run", help="Run it at once.")] = False,
) -> None:
    """Make a workspace: a folder with onefold.yaml, and a drafted source for each file given."""
    from onefold.workspace import new_workspace

    written = new_workspace(Path(directory), add or [], region=region)
    with onefold.open(directory) as opened:
        told = settings_told(opened, written)
    for path in written:
        console.print(f"wrote {os.path.relpath(path)}{told.get(path, '')}", markup=False, soft_wrap=True)
    if not run_now:
        console.print(f"Next: [bold]onefold plan -w {directory}[/], then [bold]onefold run -w {directory}[/]")
        return
    run(workspace=directory)


@app.command(epilog="Example: onefold plan")
def plan(workspace: Directory = ".", as_json: AsJson = False) -> None:
    """Show what the definition files would change, as a diff."""
    with onefold.open(workspace) as opened:
        planned = opened.plan()
        warnings = opened.unknown_names()
    if as_json:
        print_json({**planned.as_dict(), "warnings": warnings})
        return
    for warning in warnings:
        errors.print("[yellow]warning[/] ", end="")
        errors.print(warning, markup=False, soft_wrap=True)
    if planned.is_empty and not planned.elsewhere:
        console.print("Nothing to apply: the workspace has what the files hold.")
        return
    for line in planned.text().splitlines():
        console.print(line, markup=False, soft_wrap=True, style=_style(line))
    if planned.conflicts:
        console.print("Changed elsewhere too: [bold]onefold pull[/] takes that over into the files.")
    elif not planned.is_empty:
        console.print("To apply: [bold]onefold apply[/] (a run does it too)")


@app.command(epilog="Example: onefold apply")
def apply(workspace: Directory = ".", force: Force = False, as_json: AsJson = False) -> None:
    """Make the definition files' content the workspace's."""
    with onefold.open(workspace) as opened:
        applied = opened.apply(force=force)
    if as_json:
        print_json(applied.as_dict())
        return
    console.print(
        f"Applied {counted(len(applied.changes), 'change')}." if applied.changes else "Nothing to apply."
    )


@app.command(epilog="Example: onefold pull")
def pull(workspace: Directory = ".", force: Force = False, as_json: AsJson = False) -> None:
    """Write into the files what was changed elsewhere."""
    with onefold.open(workspace) as opened:
        written = opened.pull(force=force)
        paths = [str(path.relative_to(opened.directory)) for path in written]
    if as_json:
        print_json({"written": paths})
        return
    for path in paths:
        console.print(f"wrote {path}", markup=False)
    if not paths:
        console.print("The files hold what the workspace has.")


@app.command(epilog="Example: ONEFOLD_MEMORY_BYTES=2000000000 onefold run")
def settings(as_json: AsJson = False) -> None:
    """Explain every setting, with the value it has now: environment variables that start with ONEFOLD_."""
    from onefold.settings import in_force

    columns = ["variable", "value", "from", "type", "default", "description"]
    rows = [
        (
            one.setting.variable,
            one.value,
            one.origin,
            one.setting.type,
            one.setting.default,
            one.setting.description,
        )
        for one in in_force()
    ]
    if as_json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
        return
    print_table(columns, rows, whole=["variable"], drop=["type", "default"])


def _style(line: str) -> str | None:
    """Return the color of a line of a plan."""
    return {"+": "green", "-": "red", "~": "bold", "@": "dim"}.get(line.strip()[:1])
