"""profiles: take them apart, put them together, and take that back."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

import onefold
from onefold.entrypoints.cli.app import app
from onefold.entrypoints.cli.output import AsJson, Directory, console, print_json, print_table
from onefold.foundation.kernel import counted

profiles_app = typer.Typer(no_args_is_help=True, help="Correct single profiles by hand.")
app.add_typer(profiles_app, name="profiles")

By = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who decides; you, if not said.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept and shown with the evidence.")]
_NEXT = "[dim]It holds from the next run on: [/][bold]onefold run[/]"


@profiles_app.command(
    "split", epilog="Example: onefold profiles split prf_0f3a… --record loyalty_members:L-77"
)
def split(
    profile_id: Annotated[
        str, typer.Argument(metavar="ID", help="The profile, by its id or one it once had.")
    ],
    records: Annotated[
        list[str], typer.Option("--record", metavar="SOURCE:ID", help="A record that goes; may be repeated.")
    ],
    by: By = None,
    reason: Reason = "",
    workspace: Directory = ".",
    as_json: AsJson = False,
) -> None:
    """Take records out of a profile: together they are another person, whatever the rules say."""
    with onefold.open(workspace) as opened:
        act = opened.split_profile(profile_id, records, by=by or getpass.getuser(), reason=reason)
    if as_json:
        print_json(act.as_dict())
        return
    console.print(f"{counted(len(records), 'record')} will leave {act.profile_id}.", highlight=False)
    _print_next(act.act_id)


@profiles_app.command("merge", epilog="Example: onefold profiles merge prf_0f3a… prf_9c41…")
def merge(
    profile_ids: Annotated[list[str], typer.Argument(metavar="ID ID...", help="Two profiles or more.")],
    by: By = None,
    reason: Reason = "",
    workspace: Directory = ".",
    as_json: AsJson = False,
) -> None:
    """Say that profiles are one person, whatever the rules say; guards on trusted attributes still hold."""
    with onefold.open(workspace) as opened:
        act = opened.merge_profiles(profile_ids, by=by or getpass.getuser(), reason=reason)
    if as_json:
        print_json(act.as_dict())
        return
    console.print(f"{counted(len(profile_ids), 'profile')} will be one.", highlight=False)
    _print_next(act.act_id)


@profiles_app.command("undo", epilog="Example: onefold profiles undo act_01m8…")
def undo(
    act_id: Annotated[str, typer.Argument(metavar="DECISION", help="Its id: `onefold profiles decisions`.")],
    by: By = None,
    workspace: Directory = ".",
    as_json: AsJson = False,
) -> None:
    """Take a split or merge back: the rules decide again."""
    with onefold.open(workspace) as opened:
        act = opened.undo_decision(act_id, by=by or getpass.getuser())
    if as_json:
        print_json(act.as_dict())
        return
    console.print(f"The {act.kind.value} of {act.profile_id} is taken back.", highlight=False)
    console.print(_NEXT)


@profiles_app.command("decisions", epilog="Example: onefold profiles decisions --json")
def decisions(workspace: Directory = ".", as_json: AsJson = False) -> None:
    """List what people have decided about profiles: what, who, when, why, and whether it still holds."""
    with onefold.open(workspace) as opened:
        found = opened.profile_decisions()
    if as_json:
        print_json([act.as_dict() for act in found])
        return
    if not found:
        console.print("Nobody has decided anything by hand yet: [bold]onefold profiles --help[/]")
        return
    print_table(
        ["decision", "what", "profile", "pairs", "by", "at", "why", "taken back"],
        [
            (
                act.act_id,
                act.kind.value,
                act.profile_id,
                len(act.decisions),
                act.decided_by,
                f"{act.decided_at:%Y-%m-%d %H:%M}",
                act.reason,
                f"{act.undone_at:%Y-%m-%d %H:%M} by {act.undone_by}" if act.undone_at else "",
            )
            for act in found
        ],
        right=["pairs"],
        whole=["decision"],
        drop=["pairs", "why"],
    )


def _print_next(act_id: str) -> None:
    console.print(_NEXT)
    console.print(f"[dim]To take it back: [/][bold]onefold profiles undo {act_id}[/]", highlight=False)
