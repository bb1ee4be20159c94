"""example, demo."""

from __future__ import annotations

import time
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

import onefold
from onefold.entrypoints.cli.app import app
from onefold.entrypoints.cli.output import console, print_json, print_table
from onefold.entrypoints.cli.run_commands import exit_for
from onefold.foundation.kernel import Conflict, counted

example_app = typer.Typer(no_args_is_help=True, help="Make an example company to try things on.")
app.add_typer(example_app, name="example")

People = Annotated[int, typer.Option("--people", min=1, help="How many people there are.")]
Seed = Annotated[int, typer.Option("--seed", help="The same seed gives the same files.")]


@example_app.command(
    "retail", epilog="Example: onefold example retail shop --people 10000 --seed 7 --dirt 1.5"
)
def retail(
    directory: Annotated[str, typer.Argument(metavar="DIR", help="The folder to write to.")],
    people: People = 2_000,
    seed: Seed = 7,
    dirt: Annotated[
        float, typer.Option("--dirt", min=0.0, max=5.0, help="0 is clean, 1 as in life, 2 twice as dirty.")
    ] = 1.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Write a fictional retailer: 26 months of customers, orders and behavior, with the truth and definitions."""
    from onefold.example import Dirt, generate_retail, write_definitions

    folder = _empty(directory)
    began = time.perf_counter()
    rates = Dirt.none() if dirt == 0 else Dirt().scaled(dirt)
    with console.status("Writing the example company") if not as_json else _nothing():
        report = generate_retail(folder, people=people, seed=seed, dirt=rates)
        write_definitions(folder)
    seconds = time.perf_counter() - began
    if as_json:
        print_json({"directory": str(folder), "rows": dict(report.rows), "seconds": round(seconds, 3)})
        return
    print_table(["file", "rows"], report.rows.items(), right=["rows"])
    console.print(f"Wrote {folder} in {seconds:.1f} s. Next: [bold]onefold run -w {folder}[/]")


@app.command(epilog="Example: onefold demo demo")
def demo(
    directory: Annotated[str, typer.Argument(metavar="DIR", help="The folder to write to.")] = "demo",
    people: People = 2_000,
    seed: Seed = 7,
) -> None:
    """Make the example company, unify its people and show what came of it."""
    from onefold.entrypoints.cli.progress import watching
    from onefold.entrypoints.cli.summary import print_summary

    folder = Path(directory)
    if not (folder / "onefold.yaml").exists():
        from onefold.example import generate_retail, write_definitions

        with console.status(f"Inventing a retailer with {counted(people, 'customer')}"):
            generate_retail(_empty(directory), people=people, seed=seed)
            write_definitions(folder)
    with onefold.open(folder) as opened:
        with watching(console) as watcher:
            report = opened.run(watcher=watcher)
        print_summary(opened, report, with_people=True)
    exit_for(report)


def _empty(directory: str) -> Path:
    folder = Path(directory)
    if folder.exists() and any(folder.iterdir()):
        message = f"{folder} is not empty."
        raise Conflict(message, code="example.not_empty", hint="Name a new folder, or delete this one.")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _nothing() -> nullcontext[None]:
    return nullcontext()
