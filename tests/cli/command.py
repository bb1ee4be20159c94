"""The console script as somebody calls it: a process of its own, its output in a pipe."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

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
    """Call `onefold` and return what came of it, having looked for what must never come out of it."""
    process = subprocess.run(
        [SCRIPT, *map(str, arguments)],
        cwd=cwd,
        env=environment(env),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    done = Done(process.returncode, process.stdout, process.stderr)
    assert done.code in codes, done.told
    for never in ("Traceback", "nanobind", "\x1b", "Warning:", "bound method"):
        assert never not in done.told, done.told
    return done


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
