"""The command line as somebody calls it, its output in a pipe: in this process, or in one of its own.

`onefold` calls what the console script calls, which costs a tenth of a new process with all its imports;
`onefold_process` is for tests of what only a process of its own shows: time, imports, signals, the script itself.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import structlog

from onefold.entrypoints.cli import main

SCRIPT = Path(sys.executable).parent / "onefold"
TIMEOUT_SECONDS = 240

CRM = """id,first_name,last_name,email,phone,birth_date
C1,Anna,Müller,anna.mueller@mail.example,+49 30 901820,1988-04-12
C2,Robert,Klein,rob.klein@mail.example,,1975-11-30
C3,Julia,Honda,julia@mail.example,+49 30 901821,1993-07-07
"""
TILL = """card,name,email,points
900-1,Anna Mueller,Anna.Mueller@mail.example,340
900-2,Petra Lang,petra@mail.example,510
"""
IDENTITY = """kind: identity
name: people
map:
  - crm
  - till
rules:
  - name: email
    when: [email]
"""


@dataclass(frozen=True)
class Done:
    """What a call of the command line came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> object:
        """The one JSON document of standard output."""
        return json.loads(self.out)

    @property
    def told(self) -> str:
        """Everything that a person saw."""
        return self.out + self.err


def environment(given: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return this process's environment without settings of Onefold, and with what is given."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("ONEFOLD_")}
    return {**plain, "PYTHONUNBUFFERED": "", "COLUMNS": "", **(given or {})}


def onefold(
    *arguments: object,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    codes: tuple[int, ...] = (0,),
) -> Done:
    """Call `onefold` here and return what came of it, having looked for what must never come out of it."""
    out, err = _pipe(), _pipe()
    with (
        mock.patch.dict(os.environ, environment(env), clear=True),
        mock.patch.object(sys, "argv", [str(SCRIPT), *map(str, arguments)]),
        contextlib.chdir(cwd or Path.cwd()),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        _logs_as_before(),
    ):
        try:
            main()
            code: object = 0
        except SystemExit as end:
            code = end.code
    return _looked_at(Done(code if isinstance(code, int) else 0, _text(out), _text(err)), codes)


def onefold_process(
    *arguments: object,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    codes: tuple[int, ...] = (0,),
) -> Done:
    """Call the console script in a process of its own; otherwise as `onefold`."""
    process = subprocess.run(
        [SCRIPT, *map(str, arguments)],
        cwd=cwd,
        env=environment(env),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    return _looked_at(Done(process.returncode, process.stdout, process.stderr), codes)


def _looked_at(done: Done, codes: tuple[int, ...]) -> Done:
    assert done.code in codes, done.told
    for never in ("Traceback", "nanobind", "\x1b", "Warning:", "bound method"):
        assert never not in done.told, done.told
    return done


def _pipe() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n", write_through=True)


def _text(pipe: io.TextIOWrapper) -> str:
    held = pipe.buffer
    assert isinstance(held, io.BytesIO)
    return held.getvalue().decode()


@contextlib.contextmanager
def _logs_as_before() -> Iterator[None]:
    """Undo what the command line makes of the process's logs."""
    before = structlog.get_config() if structlog.is_configured() else None
    try:
        yield
    finally:
        structlog.reset_defaults()
        if before is not None:
            structlog.configure(**before)


def error_of(done: Done) -> dict[str, object]:
    """Return the error of a call with `--json`."""
    document = done.json
    assert isinstance(document, dict)
    assert done.err == ""
    found = document["error"]
    assert isinstance(found, dict)
    assert {"code", "message", "hint", "context"} <= found.keys()
    return found


def stages_of(report: object) -> dict[str, dict[str, object]]:
    """Return the stages of a run's JSON report by name."""
    assert isinstance(report, dict)
    return {str(stage["stage"]): stage for stage in report["stages"]}


def write_shop(folder: Path) -> Path:
    """Write a workspace of two tiny sources and one match rule, and return its folder."""
    (folder / "data").mkdir(parents=True)
    (folder / "sources").mkdir()
    (folder / "onefold.yaml").write_text("kind: workspace\nname: shop\nregion: DE\n")
    (folder / "identity.yaml").write_text(IDENTITY)
    (folder / "data" / "crm.csv").write_text(CRM)
    (folder / "data" / "till.csv").write_text(TILL)
    for name, key in (("crm", "id"), ("till", "card")):
        (folder / "sources" / f"{name}.yaml").write_text(
            f"kind: source\nname: {name}\nconnector: {{kind: csv, path: data/{name}.csv}}\n"
            f"primary_key: {key}\ncolumns:\n  - {{name: email, semantic_type: Contact.Email}}\n"
        )
    return folder
