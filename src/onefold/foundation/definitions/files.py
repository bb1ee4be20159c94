"""Read the definition files of a workspace folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from onefold.foundation.definitions.documents import Document
from onefold.foundation.definitions.errors import DefinitionErrors, Problem
from onefold.foundation.definitions.yaml_text import YamlProblem, read_documents
from onefold.foundation.kernel import NotFound

WORKSPACE_FILE = "onefold.yaml"
_SUFFIXES = (".yaml", ".yml")
_NOT_DEFINITIONS = frozenset({"lake", "data"})  # in the workspace's root
_MAX_BYTES = 10_000_000


def read_files(directory: Path) -> list[Document]:
    """Return the documents of all `*.yaml` and `*.yml` files, by file name and place in the file.

    Folders that begin with a dot are passed over, and `lake` and `data` in the root.

    Raises:
        NotFound: the folder does not exist.
        DefinitionErrors: files that are not YAML or documents that are not definitions; all of them at once.
    """
    if not directory.is_dir():
        message = f"There is no folder {str(directory)!r}."
        raise NotFound(message, code="definitions.no_folder", hint="`onefold init` makes a workspace.")
    documents: list[Document] = []
    problems: list[Problem] = []
    for path in definition_files(directory):
        try:
            documents += read_file(directory, path)
        except DefinitionErrors as error:
            problems += error.problems
    if problems:
        raise DefinitionErrors(problems)
    return documents


def definition_files(directory: Path) -> Iterator[Path]:
    """Yield the paths of the files that hold definitions, sorted."""
    for folder, names, files in os.walk(directory):
        is_root = Path(folder) == directory
        names[:] = sorted(
            name for name in names if not name.startswith(".") and not (is_root and name in _NOT_DEFINITIONS)
        )
        for name in sorted(files):
            if name.endswith(_SUFFIXES) and not name.startswith("."):
                yield Path(folder) / name


def read_file(directory: Path, path: Path) -> list[Document]:
    """Return the documents of one file.

    Raises:
        DefinitionErrors: it cannot be read; a file stops at its first problem of syntax.
    """
    file = PurePosixPath(path.relative_to(directory).as_posix())
    documents: list[Document] = []
    try:
        for read in read_documents(_text(path)):
            if read.value is None:
                continue
            if not isinstance(read.value, dict):
                message, hint = "A definition is a mapping of keys.", "Begin with `kind:` and `name:`."
                raise YamlProblem(read.line, message, hint)
            content = read.value
            if str(file) == WORKSPACE_FILE and not documents and "kind" not in content:
                content = {"kind": "workspace", **content}
            documents.append(Document(file, content, read.line, read.lines, read.span))
    except YamlProblem as problem:
        found = Problem(
            "definitions.yaml_invalid", str(file), problem.line, "", problem.message, problem.hint
        )
        raise DefinitionErrors([found]) from problem
    return documents


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise YamlProblem(0, "It is larger than any definition.", "Is it data? Keep it in `data/`.")
        # Line ends stay as they are, so that places in the text are places in the file.
        with path.open(encoding="utf-8", newline="") as file:
            return file.read()
    except UnicodeDecodeError as error:
        raise YamlProblem(0, "It is not text in UTF-8.", "Save it as UTF-8.") from error
    except OSError as error:
        message = f"It cannot be read: {error.strerror}."
        raise YamlProblem(0, message, "Check its permissions.") from error
