"""Help, suggestions and speed: what needs no workspace."""

from __future__ import annotations

import resource
import subprocess
import sys

import pytest

from onefold.entrypoints.cli import (
    data_commands,
    definition_commands,
    example_commands,
    identity_commands,
    quality_commands,
    run_commands,
)
from onefold.entrypoints.cli.app import app
from tests.cli.command import error_of, onefold, onefold_process

pytestmark = pytest.mark.xdist_group("cli")
MODULES = (
    data_commands,
    definition_commands,
    example_commands,
    identity_commands,
    quality_commands,
    run_commands,
)


def commands() -> list[tuple[str, ...]]:
    """Return every command as it is typed; groups that only hold commands are left out."""
    assert all(MODULES)
    found: list[tuple[str, ...]] = []
    for one in app.registered_commands:
        assert one.callback is not None
        found.append((one.name or one.callback.__name__.replace("_", "-"),))
    for group in app.registered_groups:
        assert group.typer_instance is not None
        if group.typer_instance.registered_callback is not None:
            found.append((str(group.name),))
        found += [(str(group.name), str(one.name)) for one in group.typer_instance.registered_commands]
    return sorted(found)


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_every_command_has_an_example_in_its_help(command: tuple[str, ...]) -> None:
    """In this process: thirty processes of their own would prove no more."""
    from typer.testing import CliRunner

    shown = CliRunner().invoke(app, [*command, "--help"], env={"COLUMNS": "200"})
    assert shown.exit_code == 0, shown.output
    assert f"Usage: onefold {' '.join(command)}" in shown.output.replace("root", "onefold")
    assert "Example" in shown.output
    assert f"onefold {command[0]}" in shown.output.split("Example")[1] or command == ("settings",)


def test_the_help_of_all_names_the_commands_and_the_exit_codes() -> None:
    done = onefold_process("--help")
    assert done.err == ""
    for command in commands():
        assert command[0] in done.out
    for meaning in ("0 done", "2 wrong input", "7 done with errors", "130"):
        assert meaning in " ".join(done.out.split())


def test_the_help_takes_little_time() -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    onefold_process("--help")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1.0


@pytest.mark.parametrize("statement", ["import onefold", "import onefold.entrypoints.cli"])
def test_an_import_alone_brings_no_engine(statement: str) -> None:
    heavy = (
        "duckdb",
        "pyarrow",
        "sqlglot",
        "sqlalchemy",
        "scipy",
        "numpy",
        "deltalake",
        "pydantic",
        "pandas",
    )
    code = f"import sys; {statement}; print([name for name in {heavy!r} if name in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (["rnu"], "Did you mean 'run'?"),
        (["run", "--ful"], "Did you mean '--full'?"),
        (["sources", "chek"], "Did you mean 'check'?"),
        (["sql"], "onefold sql --help"),
        (["run", "--wait", "soon"], "--wait"),
        (["history", "--last", "0"], "--last"),
    ],
)
def test_a_slip_of_the_pen_is_answered_with_the_next_step(typed: list[str], meant: str) -> None:
    done = onefold(*typed, codes=(2,))
    assert done.out == ""
    assert meant in done.err
    assert "--help` shows what there is." in done.err


def test_a_slip_is_told_to_programs_as_json() -> None:
    error = error_of(onefold("run", "--ful", "--json", codes=(2,)))
    assert (error["code"], error["message"]) == ("cli.usage", "`onefold run` has no option --ful.")


def test_without_a_command_the_help_is_the_answer() -> None:
    done = onefold_process(codes=(2,))
    assert "Usage: onefold" in done.told
    assert "error cli" not in done.told


def test_the_version_is_told() -> None:
    from onefold import __version__

    assert onefold_process("--version").out == f"onefold {__version__}\n"


def test_a_misspelled_variable_is_pointed_out_and_the_right_ones_are_not() -> None:
    given = {"ONEFOLD_THRAEDS": "3", "ONEFOLD_WORKSPACE": ".", "ONEFOLD_THREADS": "2"}
    done = onefold("settings", env=given)
    assert done.err == "warning ONEFOLD_THRAEDS is not a setting. Did you mean 'ONEFOLD_THREADS'?\n"


def test_a_setting_that_does_not_fit_is_named_and_explained() -> None:
    given = {"ONEFOLD_THREADS": "many"}
    done = onefold("status", env=given, codes=(2,))
    assert "ONEFOLD_THREADS" in done.err
    assert "`onefold settings` explains each." in done.err
    assert "ONEFOLD_THREADS" in onefold("settings", env=given).out


def test_settings_as_json_have_stable_keys() -> None:
    found = onefold("settings", "--json").json
    assert isinstance(found, list)
    assert all(one.keys() == {"variable", "value", "from", "type", "default", "description"} for one in found)
