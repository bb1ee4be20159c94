"""The commands and the one place where errors become words and exit codes."""

from __future__ import annotations

import os
import sys

import typer

from onefold import __version__
from onefold.entrypoints.cli.output import console, errors, print_json
from onefold.foundation.kernel import OnefoldError

app = typer.Typer(
    name="onefold",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Customer data and customer journeys: files in, one explained profile per person out.",
    epilog="Start with: [bold]onefold demo demo[/]   Exit codes: 0 done, 1 failed, 2 wrong input, 3 not found, "
    "4 conflict, 5 forbidden, 6 try again later, 7 done with errors.",
)

EXIT_DONE_WITH_ERRORS = 7


def _version(wanted: bool) -> None:
    if wanted:
        console.print(f"onefold {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """Set what holds for every command."""
    del version
    from onefold.entrypoints.cli.logs import configure_logs

    configure_logs()


def main() -> None:
    """Run the command line; errors become a sentence, the next step and an exit code."""
    from onefold.entrypoints.cli import (  # noqa: F401 - they register their commands
        data_commands,
        definition_commands,
        example_commands,
        identity_commands,
        run_commands,
    )

    try:
        app()
    except OnefoldError as error:
        _say(error)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of our output went away (`| head`): nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def _say(error: OnefoldError) -> None:
    if "--json" in sys.argv:
        print_json({"error": error.as_dict()})
        return
    errors.print(f"[red]error[/] [dim]{error.code}[/] ", end="")
    errors.print(error.message, markup=False)
    if error.hint:
        errors.print(f"  {error.hint}", markup=False)
