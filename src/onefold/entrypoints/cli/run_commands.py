"""run, status, history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

import onefold
from onefold.entrypoints.cli.app import EXIT_DONE_WITH_ERRORS, app
from onefold.entrypoints.cli.output import AsJson, Directory, console, print_json, print_table, words
from onefold.foundation.kernel import counted

if TYPE_CHECKING:
    from onefold.runs import RunReport
    from onefold.workspace import Workspace


@app.command(
    epilog="Examples: onefold run · onefold run --only sources --only quality · onefold run --full --json"
)
def run(
    workspace: Directory = ".",
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="STAGE", help="Only this stage or group; may be repeated."),
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Read and compute everything anew.")] = False,
    wait: Annotated[
        float, typer.Option("--wait", metavar="SECONDS", min=0.0, help="Wait so long for another run to end.")
    ] = 0.0,
    as_json: AsJson = False,
) -> None:
    """Refresh sources, check quality, unify people: everything that changed since the last run."""
    from onefold.entrypoints.cli.progress import watching
    from onefold.entrypoints.cli.summary import print_summary

    with onefold.open(workspace) as opened:
        with watching(console, silent=as_json) as watcher:
            report = opened.run(only=only or (), full=full, wait_seconds=wait, watcher=watcher)
        if as_json:
            print_json(report.as_dict())
        else:
            print_summary(opened, report)
    exit_for(report)


def exit_for(report: RunReport) -> None:
    """End with the exit code that says how the run ended."""
    from onefold.runs import RunStatus

    if report.status in (RunStatus.FAILED, RunStatus.DIED):
        raise typer.Exit(1)
    if report.status is RunStatus.COMPLETED_WITH_ERRORS:
        raise typer.Exit(EXIT_DONE_WITH_ERRORS)


@app.command(epilog="Example: onefold status -w demo")
def status(workspace: Directory = ".", as_json: AsJson = False) -> None:
    """Show how the last run ended and what is published."""
    from onefold.entrypoints.cli.summary import print_standstills

    with onefold.open(workspace) as opened:
        runs = opened.history(1)
        plan = opened.plan()
        counts = _row_counts(opened)
        stopped = opened.standstills()
    if as_json:
        last = runs[0].as_dict() if runs else None
        print_json(
            {
                "last_run": last,
                "stopped": [one.as_dict() for one in stopped],
                "pending_changes": len(plan.changes),
                "tables": counts,
            }
        )
        return
    if not runs:
        console.print("No run yet. Start one: [bold]onefold run[/]")
        return
    last_run = runs[0]
    console.print(
        f"Last run {last_run.run_id}: {words(last_run.status.value)}, "
        f"{last_run.started_at:%Y-%m-%d %H:%M} UTC, {last_run.seconds:.1f} s"
    )
    if last_run.error:
        console.print(f"  {last_run.error}", markup=False, soft_wrap=True)
    print_standstills(stopped)
    for stage in last_run.stages:
        if stage.outcome.value in ("failed", "completed_with_errors"):
            console.print(f"  {stage.stage}: {' '.join(stage.messages)}", markup=False, soft_wrap=True)
    skipped = [stage.stage for stage in last_run.stages if stage.outcome.value == "skipped"]
    if skipped:
        console.print(f"  Left as it was because of that: {', '.join(skipped)}.", soft_wrap=True)
    if plan.changes:
        changes = counted(len(plan.changes), "definition change")
        console.print(f"{changes} not applied yet: [bold]onefold plan[/]")
    print_table(["table", "rows"], counts.items(), right=["rows"])


def _row_counts(workspace: Workspace) -> dict[str, int]:
    """Return how many rows each published table has, by one engine and one query: engines take long to start."""
    from onefold.foundation.warehouse import comma, ident, sql

    names = [name for name in workspace.tables() if not name.startswith("_")]
    if not names:
        return {}
    counts = comma(sql("(SELECT count(*) FROM {table})", table=ident(name)) for name in names)
    with workspace.reader() as warehouse:
        (row,) = warehouse.rows(sql("SELECT {counts}", counts=counts))
    return {name: int(str(count)) for name, count in zip(names, row, strict=True)}


@app.command(epilog="Example: onefold history --last 5")
def history(
    workspace: Directory = ".",
    last: Annotated[int, typer.Option("--last", min=1, help="How many runs.")] = 10,
    as_json: AsJson = False,
) -> None:
    """List the last runs, and whether their tables can still be read."""
    with onefold.open(workspace) as opened:
        runs = opened.history(last)
        kept = {manifest.run_id for manifest in opened.manifests()}
    if as_json:
        print_json([{**one.as_dict(), "readable": one.run_id in kept} for one in runs])
        return
    if not runs:
        console.print("No run yet. Start one: [bold]onefold run[/]")
        return
    columns = ["run", "started (UTC)", "status", "took", "readable"]
    rows = [
        (
            one.run_id,
            one.started_at.strftime("%Y-%m-%d %H:%M:%S"),
            words(one.status.value),
            f"{one.seconds:.1f} s",
            one.run_id in kept,
        )
        for one in runs
    ]
    print_table(columns, rows, right=["took"], whole=["run"], drop=["readable", "took"])
    console.print('[dim]Read an earlier run: onefold sql --run RUN "select ..."[/]')
