"""example, demo."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

import onefold
from onefold.entrypoints.cli.app import app
from onefold.entrypoints.cli.output import console, print_json, print_table
from onefold.entrypoints.cli.run_commands import exit_for
from onefold.foundation.kernel import Conflict, InvalidInput, counted

example_app = typer.Typer(no_args_is_help=True, help="Make an example company to try things on.")
app.add_typer(example_app, name="example")

People = Annotated[int, typer.Option("--people", min=1, help="How many people there are.")]
Seed = Annotated[int, typer.Option("--seed", help="The same seed gives the same files.")]


# Written out, because the example's own library takes long to load; a test keeps it complete.
RATES = (
    "typos, nicknames, swapped_names, transliteration, casing, address_forms, phone_formats, other_emails, "
    "family_emails, gmail_variants, typo_domains, dummy_emails, dummy_phones, moves, marriages, twins, juniors, "
    "missing, duplicates, bad_dates, malformed, deleted, families"
)


@example_app.command(
    "retail",
    epilog="Examples: onefold example retail shop --people 10000 --seed 7 --dirt 1.5"
    " · onefold example retail twins --dirt 0 --rate twins=0.5 --rate typos=0.1",
)
def retail(
    directory: Annotated[str, typer.Argument(metavar="DIR", help="The folder to write to.")],
    people: People = 2_000,
    seed: Seed = 7,
    dirt: Annotated[
        float, typer.Option("--dirt", min=0.0, max=5.0, help="0 is clean, 1 as in life, 2 twice as dirty.")
    ] = 1.0,
    rate: Annotated[
        list[str] | None,
        typer.Option(
            "--rate",
            metavar="NAME=SHARE",
            help=f"Another share for one kind of dirt, such as typos=0.1; may be repeated. There are {RATES}.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Write a fictional retailer: 26 months of customers, orders and behavior, with the truth and definitions."""
    from onefold.example import Dirt, generate_retail, write_definitions

    rates = Dirt().scaled(dirt).with_rates(_shares(rate or ()))
    folder = _empty(directory)
    began = time.perf_counter()
    with console.status("Writing the example company") if not as_json else _nothing():
        report = generate_retail(folder, people=people, seed=seed, dirt=rates)
        write_definitions(folder)
    seconds = time.perf_counter() - began
    if as_json:
        print_json({"directory": str(folder), "rows": dict(report.rows), "seconds": round(seconds, 3)})
        return
    print_table(["file", "rows"], report.rows.items(), right=["rows"])
    console.print(f"Wrote {folder} in {seconds:.1f} s. Next: [bold]onefold run -w {folder}[/]")


@example_app.command("rates", epilog="Example: onefold example rates")
def rates(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """List the kinds of dirt that `example retail` makes, with their usual shares."""
    from onefold.example import Dirt

    columns = ["rate", "share", "what it is"]
    rows = [(name, default, told) for name, (default, told) in Dirt.told().items()]
    if as_json:
        print_json([dict(zip(("rate", "share", "description"), row, strict=True)) for row in rows])
        return
    print_table(columns, rows, right=["share"], whole=["rate"], exact=True)


def _shares(given: Sequence[str]) -> dict[str, float]:
    """Return the shares by rate, of `typos=0.1`.

    Raises:
        InvalidInput: one is not written so.
    """
    found = {}
    for text in given:
        name, sign, share = text.partition("=")
        try:
            found[name.strip()] = float(share)
        except ValueError as error:
            message = f"{text!r} is no rate with its share." if sign else f"The rate {text!r} has no share."
            hint = "Write NAME=SHARE with a share between 0 and 1, such as typos=0.1."
            raise InvalidInput(message, code="example.rate_unreadable", hint=hint) from error
    return found


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
