"""quality: grades, lights, the report, acceptances."""

from __future__ import annotations

import dataclasses
import datetime as dt
import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

import onefold
from onefold.entrypoints.cli.app import app
from onefold.entrypoints.cli.data_commands import Source
from onefold.entrypoints.cli.output import LIGHTS, AsJson, Directory, console, print_json, print_table

if TYPE_CHECKING:
    from onefold.quality import Overview

_SHOWN_PROBLEMS = 15

quality_app = typer.Typer(
    help="Show grades and lights, write the report, accept a table.", invoke_without_command=True
)
app.add_typer(quality_app, name="quality")


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
    from onefold.quality import report_html, report_json

    with onefold.open(workspace) as opened:
        overview = opened.quality(source)
    now = dt.datetime.now(dt.UTC)
    if html is not None:
        html.write_text(report_html(overview, made_at=now), encoding="utf-8")
        if not as_json:
            console.print(f"wrote {html}", markup=False, soft_wrap=True)
    if as_json:
        sys.stdout.write(report_json(overview, made_at=now) + "\n")
    elif html is None:
        _print_overview(overview, with_fields=source is not None)


def _print_overview(overview: Overview, *, with_fields: bool) -> None:
    from onefold.quality import field_lines, problem_lines, table_lines

    lines = table_lines(overview)
    if not lines:
        console.print("Nothing has been graded yet: [bold]onefold run[/]")
        return
    print_table(
        ["light", "table", "rows", "grade", "why", "ready"],
        [
            (_light(one.light.value), one.table, one.rows, str(one.grade), one.reason, one.readiness)
            for one in lines
        ],
        right=["rows", "grade"],
        whole=["light", "table", "rows", "grade"],
    )
    if with_fields:
        console.print()
        print_table(
            ["field", "type", "meaning", "filled", "distinct", "light", "why"],
            [
                (
                    one.field,
                    one.type,
                    one.semantic_type,
                    f"{one.filled:.0%}",
                    one.distinct,
                    _light(one.light.value),
                    one.reason,
                )
                for one in field_lines(overview)
            ],
            right=["filled", "distinct"],
            whole=["field", "light"],
            drop=["type", "distinct", "meaning"],
        )
    problems = problem_lines(overview)
    if not problems:
        return
    console.print()
    print_table(
        ["light", "table", "field", "finding", "what to do"],
        [
            (_light(one.light.value), one.table, one.field, one.sentence, one.advice)
            for one in problems[:_SHOWN_PROBLEMS]
        ],
        whole=["light"],
        drop=["table"] if with_fields else ["what to do"],
    )
    if len(problems) > _SHOWN_PROBLEMS:
        console.print(f"[dim]{len(problems) - _SHOWN_PROBLEMS:,} more: --html FILE, or --json for all[/]")


def _light(light: str) -> Text:
    return Text.from_markup(LIGHTS[light])


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
    as_json: AsJson = False,
) -> None:
    """Let runs go on although a table is below its criteria; who and why are kept."""
    with onefold.open(workspace) as opened:
        accepted = opened.accept_quality(
            name,
            reason=reason,
            by=by or getpass.getuser(),
            until=until.replace(tzinfo=dt.UTC) if until else None,
        )
        decisions = {one.name: one.decision for one in opened.quality(accepted.table).tables}
    is_met = decisions.get(accepted.table) == "met"
    if as_json:
        print_json({**dataclasses.asdict(accepted), "met_already": is_met})
        return
    console.print(
        f"Accepted {accepted.table} at grade {accepted.shown_grade}, by {accepted.accepted_by}.", markup=False
    )
    if is_met:
        console.print(
            f"{accepted.table} meets its criteria already, so no run stops for it: the acceptance counts only "
            "should it fall below them.",
            markup=False,
            soft_wrap=True,
        )
