"""The commands and the one place where errors become words and exit codes."""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from collections.abc import Iterator
from typing import NoReturn

import typer
from typer.exceptions import TyperException

from onefold import __version__
from onefold.entrypoints.cli.output import WORKSPACE_VARIABLE, console, errors, forget, print_json
from onefold.foundation.kernel import InvalidInput, OnefoldError, Permanent, nearest

app = typer.Typer(
    name="onefold",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Customer data and customer journeys: files in, one explained profile per person out.",
    epilog="Start with: [bold]onefold demo demo[/]   Exit codes: 0 done, 1 failed, 2 wrong input, 3 not found, "
    "4 conflict, 5 forbidden, 6 try again later, 7 done with errors, 130 stopped by Ctrl-C.",
)

EXIT_DONE_WITH_ERRORS = 7
EXIT_INTERRUPTED = 130


def _version(wanted: bool) -> None:
    if wanted:
        console.print(f"onefold {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """Set what holds for every command."""
    del version
    from onefold.entrypoints.cli.logs import configure_logs
    from onefold.settings import load_settings, unknown_variables

    given = {name: value for name, value in os.environ.items() if name != WORKSPACE_VARIABLE}
    for sentence in unknown_variables(given):
        errors.print(f"[yellow]warning[/] {sentence}", soft_wrap=True)
    if context.invoked_subcommand != "settings":  # it explains the settings, also when one of them is wrong
        configure_logs(load_settings())


def main() -> None:
    """Run the command line; errors become a sentence, the next step and an exit code."""
    from onefold.entrypoints.cli import (  # noqa: F401 - they register their commands
        data_commands,
        definition_commands,
        example_commands,
        identity_commands,
        profile_commands,
        quality_commands,
        run_commands,
    )

    try:
        code = app(prog_name="onefold", standalone_mode=False)
        with _closed_pipes_forgiven():
            sys.stdout.flush()
    except OnefoldError as error:
        _end(error)
    except TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # the help has been printed, which is the answer
            sys.exit(error.exit_code)
        _end(_usage(error))
    except KeyboardInterrupt:
        code = EXIT_INTERRUPTED
    except BrokenPipeError:
        forget(sys.stdout)
        code = 0
    except SystemExit as end:
        if not isinstance(end.__context__, BrokenPipeError):  # typer's own way to end on one
            raise
        forget(sys.stdout)
        code = 0
    except OSError as error:
        _end(_of_the_system(error))
    except Exception as error:  # noqa: BLE001 - the outermost boundary; it says where, and keeps values out
        _end(_bug(error))
    if code == EXIT_INTERRUPTED:
        errors.print("Stopped by you. Nothing of it became visible; what the last good run left stands.")
    _leave(code if isinstance(code, int) else 0)


def _end(error: OnefoldError) -> NoReturn:
    with _closed_pipes_forgiven():
        _say(error)
    _leave(error.exit_code)


def _leave(code: int) -> NoReturn:
    """End with the code, whatever has become of the streams: Python would end with 120 for what it cannot write."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            forget(stream)
    sys.exit(code)


@contextlib.contextmanager
def _closed_pipes_forgiven() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        forget(sys.stdout)


def _say(error: OnefoldError) -> None:
    if "--json" in sys.argv:
        print_json({"error": error.as_dict()})
        return
    errors.print(f"[red]error[/] [dim]{error.code}[/] ", end="")
    errors.print(error.message, markup=False, soft_wrap=True)
    if error.hint:
        errors.print(f"  {error.hint}", markup=False, soft_wrap=True)


def _usage(error: TyperException) -> OnefoldError:
    """Return what is wrong with the command line, with the nearest right word."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "onefold"
    message, hint = f"{error.format_message().rstrip('.')}.", ""
    if (option := getattr(error, "option_name", None)) is not None:
        message = f"`{path}` has no option {option}."
        known = [name for one in context.command.params for name in one.opts] if context else []
        hint = _did_you_mean(option, known)
    elif message.startswith("No such command") and context is not None:
        wrong = message.split("'")[1] if "'" in message else ""
        message = f"`{path}` has no command {wrong!r}."
        hint = _did_you_mean(wrong, context.command.commands)
    hint = f"{hint} `{path} --help` shows what there is.".strip()
    return InvalidInput(message, code="cli.usage", hint=hint)


def _did_you_mean(wrong: str, known: object) -> str:
    options_known = [str(one) for one in known] if isinstance(known, dict | list) else []
    hint = nearest(wrong, options_known)
    return hint if hint.startswith("Did you mean") else ""


def _of_the_system(error: OSError) -> OnefoldError:
    """Return what the operating system refused: which file, and why."""
    what = f"{error.filename}: " if error.filename is not None else ""
    message = f"{what}{(error.strerror or type(error).__name__).lower()}."
    hint = "Check that the file or folder is there, that you may use it, and that the disk has room."
    kind = InvalidInput if isinstance(error, FileNotFoundError | NotADirectoryError) else Permanent
    return kind(message, code="system.refused", hint=hint)


def _bug(error: Exception) -> OnefoldError:
    """Return that it is our fault, and where; a traceback could hold people's data, so only debugging shows it."""
    if os.environ.get("ONEFOLD_LOG_LEVEL", "").upper() == "DEBUG":
        traceback.print_exception(error)
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "onefold" in frame.filename] or list(frames)
    where = f" in {ours[-1].filename.rpartition('onefold/')[2]}:{ours[-1].lineno}" if ours else ""
    message = f"Unexpected {type(error).__name__}{where}."
    hint = "This is a bug in Onefold: please report it. ONEFOLD_LOG_LEVEL=DEBUG shows the whole story."
    return Permanent(message, code="onefold.unexpected", hint=hint)
