"""Terminals, pipes and Ctrl-C."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.cli.command import SCRIPT, TIMEOUT_SECONDS, environment, onefold

pytestmark = pytest.mark.xdist_group("cli")
ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def on_terminal(*arguments: object, columns: int, rows: int = 40) -> tuple[int, str]:
    """Call `onefold` on a terminal of its own and return its exit code and what stood there."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    process = subprocess.Popen(
        [SCRIPT, *map(str, arguments)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**environment(), "TERM": "xterm-256color", "COLUMNS": str(columns), "LINES": str(rows)},
        close_fds=True,
    )
    os.close(theirs)
    seen = bytearray()
    while True:
        try:
            found = os.read(ours, 65536)
        except OSError:  # Linux's way to say that the other side is closed
            break
        if not found:
            break
        seen += found
    os.close(ours)
    return process.wait(TIMEOUT_SECONDS), seen.decode()


def lines_of(shown: str) -> list[str]:
    """Return the lines without what colors them."""
    return [ANSI.sub("", line).rstrip("\r") for line in shown.split("\n")]


def test_a_run_on_a_terminal_shows_its_progress(shop: Path) -> None:
    code, shown = on_terminal("run", "-w", shop, columns=100)
    assert code == 0
    assert "\x1b[" in shown
    assert "\x1b[?25l" in shown  # the cursor is hidden while the table of stages is drawn anew
    assert shown.rstrip().count("\x1b[?25h") == 1  # and comes back
    text = "\n".join(lines_of(shown))
    for stage in ("sources.crm", "sources.till", "quality", "identity", "profiles"):
        assert stage in text
    assert "people in 5 records" in text


@pytest.mark.slow
@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize(
    "command",
    [
        ["quality"],
        ["quality", "-s", "crm_contacts"],
        ["sources"],
        ["sources", "--inventory"],
        ["sources", "preview", "crm_contacts", "--rows", "2"],
        ["history"],
        ["settings"],
        ["quarantine"],
        ["explain", "profile"],
    ],
    ids=" ".join,
)
def test_a_table_fits_the_terminal_and_keeps_its_ids_whole(
    demo: Path, command: list[str], columns: int
) -> None:
    arguments = [*command]
    whole = ""
    if command == ["explain", "profile"]:
        query = "select profile_id from profiles order by source_count desc, profile_id limit 1"
        whole = onefold("sql", "--csv", query, "-w", demo).out.split()[1]
        arguments.append(whole)
    if command == ["history"]:
        whole = onefold("sql", "--csv", "select max(run_id) from quality_history", "-w", demo).out.split()[1]
    where = [] if command == ["settings"] else ["-w", str(demo)]
    code, shown = on_terminal(*arguments, *where, columns=columns)
    assert code == 0
    lines = lines_of(shown)
    assert max(cell_len(line.rstrip()) for line in lines) <= columns
    assert whole in shown
    if command == ["sources"]:
        assert any(line.startswith("newsletter_subscribers ") for line in lines)


def test_a_table_in_a_pipe_has_one_line_a_row(ran_shop: Path) -> None:
    done = onefold("sql", "select *, repeat('x', 300) as long from crm order by id", "-w", ran_shop)
    lines = done.out.splitlines()
    assert len(lines) == 5
    assert [line.split()[0] for line in lines] == ["id", "C1", "C2", "C3", "3"]
    assert all(line == line.rstrip() for line in lines)


@pytest.mark.slow
def test_values_cannot_move_the_cursor(ran_shop: Path) -> None:
    query = "select chr(27) || '[31mred' || chr(10) || '[bold]two' as value"
    assert onefold("sql", query, "-w", ran_shop).out.splitlines()[1] == " [31mred [bold]two"


def test_a_reader_that_has_enough_is_no_error(ran_shop: Path) -> None:
    command = f"{SCRIPT} sql --csv 'select * from range(200000)' -w {ran_shop} | head -1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "range\n", "")


def test_a_reader_that_goes_away_does_not_hide_how_the_run_ended(shop: Path) -> None:
    (shop / "data" / "crm.csv").unlink()
    for arguments in ("", "--json"):
        command = f"{SCRIPT} run -w {shop} {arguments} | (exec true)"
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", command],
            env=environment(),
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
        assert (done.returncode, done.stderr) == (7, "")


@pytest.mark.parametrize("both", ["", "2>&1"])
def test_a_reader_that_goes_away_does_not_end_the_run(shop: Path, both: str) -> None:
    command = f"{SCRIPT} run --full -w {shop} {both} | (exec true)"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        env={**environment(), "ONEFOLD_LOG_LEVEL": "INFO" if both else "WARNING"},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    found = onefold("history", "-w", shop, "--json").json
    assert isinstance(found, list)
    assert [run["status"] for run in found] == ["completed", "completed"]


def test_a_command_without_standard_output_does_its_work(ran_shop: Path) -> None:
    done = subprocess.run(
        ["bash", "-c", f"{SCRIPT} history -w {ran_shop} >&- 2>&-"],
        env=environment(),
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    assert done.returncode == 0


def test_a_full_disk_behind_standard_output_does_not_end_the_run(shop: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [SCRIPT, "run", "--full", "-w", shop],
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.startswith("error system.refused no space left on device.")
    found = onefold("history", "-w", shop, "--json").json
    assert isinstance(found, list)
    assert [run["status"] for run in found] == ["completed", "completed"]


def test_ctrl_c_ends_a_run_with_a_sentence_and_the_last_good_run_stands(shop: Path) -> None:
    with (shop / "data" / "crm.csv").open("a") as crm:
        crm.write("C4,Dee,Poe,dee@mail.example,,\n")
    process = subprocess.Popen(
        [SCRIPT, "run", "-w", shop],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline().startswith("sources.crm: completed")  # the other stages are to come
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=TIMEOUT_SECONDS)
    finally:
        process.kill()
    assert process.returncode == 130
    assert err == "Stopped by you. Nothing of it became visible; what the last good run left stands.\n"
    assert "Traceback" not in out
    assert onefold("sql", "--csv", "select count(*) as n from crm", "-w", shop).out == "n\n3\n"
