"""What is wrong with definition files: every problem at once, each with its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from onefold.foundation.kernel import Conflict, InvalidInput, counted


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        code: `definitions.what_is_wrong`.
        file: relative to the workspace; "" where no file is known.
        line: from 1; 0 where none is known.
        path: the key, as `connector.delimiter` or `rules[2].when`; "" for the document itself.
        message: what is wrong, without the value itself, which may be a secret.
        hint: what to do.
    """

    code: str
    file: str
    line: int
    path: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        parts = [part for part in (place, self.path, self.message) if part]
        return f"{': '.join(parts)} {self.hint}".strip()

    def as_dict(self) -> dict[str, str | int]:
        """Return the problem as plain JSON values."""
        return {
            "code": self.code,
            "file": self.file,
            "line": self.line,
            "path": self.path,
            "message": self.message,
            "hint": self.hint,
        }


class DefinitionErrors(InvalidInput):
    """The files hold problems; `problems` has them all, in the order of files and lines."""

    code = "definitions.invalid"

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.file, problem.line)))
        count = len(self.problems)
        head = f"{counted(count, 'problem')} in the definitions:"
        super().__init__("\n  ".join([head, *map(str, self.problems)]), context={"problems": count})

    def as_dict(self) -> dict[str, object]:
        """Return the error as plain JSON values, with its problems."""
        return {**super().as_dict(), "problems": [problem.as_dict() for problem in self.problems]}


class DefinitionConflict(Conflict):
    """A definition was changed both in the files and elsewhere."""

    code = "definitions.changed_elsewhere"
