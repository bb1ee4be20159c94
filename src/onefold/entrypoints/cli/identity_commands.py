"""explain, evaluate, identity."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import onefold
from onefold.entrypoints.cli.app import app
from onefold.entrypoints.cli.output import AsJson, Directory, console, print_json, print_table
from onefold.foundation.kernel import counted

explain_app = typer.Typer(no_args_is_help=True, help="Say why records are one person, or why not.")
evaluate_app = typer.Typer(no_args_is_help=True, help="Measure results against a truth.")
identity_app = typer.Typer(no_args_is_help=True, help="Look into the matching.")
app.add_typer(explain_app, name="explain")
app.add_typer(evaluate_app, name="evaluate")
app.add_typer(identity_app, name="identity")


@explain_app.command("profile", epilog="Example: onefold explain profile prf_0f3a…")
def explain_profile(
    profile_id: Annotated[str, typer.Argument(metavar="ID", help="The profile's id, or one it once had.")],
    workspace: Directory = ".",
    as_json: AsJson = False,
) -> None:
    """Show a profile's records, the evidence that joins them, and where each value comes from."""
    with onefold.open(workspace) as opened:
        explained = opened.explain_profile(profile_id)
    if as_json:
        print_json(explained.as_dict())
        return
    from onefold.entrypoints.cli.drawing import draw_profile

    draw_profile(console, explained)


@explain_app.command("pair", epilog="Example: onefold explain pair crm_contacts:C-104 loyalty_members:L-77")
def explain_pair(
    left: Annotated[str, typer.Argument(metavar="SOURCE:ID", help="One record.")],
    right: Annotated[str, typer.Argument(metavar="SOURCE:ID", help="The other record.")],
    workspace: Directory = ".",
    as_json: AsJson = False,
) -> None:
    """Show what every rule says of two records."""
    with onefold.open(workspace) as opened:
        explained = opened.explain_pair(left, right)
    if as_json:
        print_json(explained.as_dict())
        return
    from onefold.entrypoints.cli.drawing import draw_pair

    draw_pair(console, explained)


@evaluate_app.command("identity", epilog="Example: onefold evaluate identity --truth truth/truth.csv --json")
def evaluate_identity(
    truth: Annotated[Path, typer.Option("--truth", metavar="FILE", help="CSV: source, record_id, person.")],
    workspace: Directory = ".",
    as_json: AsJson = False,
) -> None:
    """Compare the profiles with the truth: pairwise and B-cubed precision, recall and F1."""
    with onefold.open(workspace) as opened:
        result = opened.evaluate_identity(truth)
    if as_json:
        print_json(result.as_dict())
        return
    rows = [
        ("pairs", result.precision, result.recall, result.f1),
        ("records (B-cubed)", result.b3_precision, result.b3_recall, result.b3_f1),
    ]
    print_table(["over", "precision", "recall", "F1"], rows, right=["precision", "recall", "F1"])
    console.print(
        f"{counted(result.records, 'record')}, {counted(result.people, 'person', 'people')}, "
        f"{counted(result.profiles, 'profile')}; {counted(result.exact_people, 'person', 'people')} exactly right; "
        f"{counted(result.missing, 'record')} in no profile."
    )


@identity_app.command("blocks", epilog="Example: onefold identity blocks")
def blocks(workspace: Directory = ".", as_json: AsJson = False) -> None:
    """Count what each key of each match rule would compare, before it does, and what it adds to those before it."""
    with onefold.open(workspace) as opened:
        reports = opened.block_report()
    if as_json:
        print_json([one.as_dict() for one in reports])
        return
    columns = ["rule", "key", "keyed", "blocks", "largest", "pairs", "capped", "left_out"]
    added = ["new pairs", "new matches", "share"]
    rows = []
    for one in reports:
        counts = [getattr(one.blocks, name) for name in columns if name != "key"]
        counts.insert(1, one.key)
        rows.append([*counts, one.marginal_pairs, one.marginal_matches, f"{one.marginal_recall:.1%}"])
    columns += added
    print_table(
        columns,
        rows,
        right=columns[2:],
        whole=["rule"],
        drop=["capped", "blocks", "keyed", "left_out", "key"],
    )
    if any(one.is_estimate for one in reports):
        console.print("What keys with many pairs add is estimated from a sample.")
