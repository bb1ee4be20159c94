"""YAML as definitions use it: the JSON types only, no surprises, and a line for every key.

Plain words are read as YAML 1.2 reads them: `NO` and `on` are text, `12:30` and `2024-05-01` too, and
only `true`, `false`, `null` and numbers are something else. Keys are always text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from onefold.foundation.definitions.documents import Content, Json, Path

MAX_VALUES = 200_000  # per document; aliases that multiply end here
MAX_DEPTH = 100

_IMPLICIT = (
    ("tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), "tTfF"),
    ("tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$"), "-+0123456789"),
    (
        "tag:yaml.org,2002:float",
        re.compile(
            r"^[-+]?(?:(?:\.[0-9]+|(?:0|[1-9][0-9]*)\.[0-9]*)(?:[eE][-+]?[0-9]+)?|[1-9][0-9]*[eE][-+]?[0-9]+)$"
        ),
        "-+.0123456789",
    ),
    ("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|Null|NULL|)$"), "~nN"),
)


class _Loader(yaml.SafeLoader):
    """Finds the nodes; the values are made here."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's form


class _Dumper(yaml.SafeDumper):
    """Writes block style, without anchors."""

    def ignore_aliases(self, data: object) -> bool:
        del data
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        del indentless
        super().increase_indent(flow, False)


for _tag, _pattern, _first in _IMPLICIT:
    _Loader.add_implicit_resolver(_tag, _pattern, [*_first, *([""] if _tag.endswith("null") else [])])
    # On top of YAML 1.1's own, so that text which either version would misread is quoted.
    _Dumper.add_implicit_resolver(_tag, _pattern, list(_first))


def _text(dumper: yaml.SafeDumper, value: str) -> ScalarNode:
    block = "\n" in value and not re.search(r"[ \t]\n|^\s|\r|[^\x20-\x7e\n\xa1-\uffff]", value)
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if block else None)


_Dumper.add_representer(str, _text)


class Read(NamedTuple):
    """One document of a text.

    Attributes:
        value: None for an empty document.
        line: where it begins, from 1.
        span: its first and behind its last character.
    """

    value: Json
    line: int
    lines: dict[Path, int]
    span: tuple[int, int]


class YamlProblem(Exception):  # noqa: N818 - turned into a Problem with the file's name
    """The text is not YAML that definitions can use."""

    def __init__(self, line: int, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.line, self.message, self.hint = line, message, hint


def read_documents(text: str) -> Iterator[Read]:
    """Yield the documents of a text.

    Raises:
        YamlProblem: syntax, a duplicate key, a tag, or more than definitions ever hold.
    """
    loader: _Loader | None = None
    try:
        loader = _Loader(text)
        while loader.check_node():
            node = loader.get_node()
            if node is None:
                continue
            reader = _Reader()
            value = reader.value(node, ())
            yield Read(
                value, node.start_mark.line + 1, reader.lines, (node.start_mark.index, node.end_mark.index)
            )
    except yaml.MarkedYAMLError as error:
        raise _syntax(error, text) from error
    except yaml.YAMLError as error:
        message = "It holds characters that no text has."
        raise YamlProblem(1, message, "Is it a text file in UTF-8?") from error
    except RecursionError as error:
        raise YamlProblem(1, "It is nested too deep.", "Definitions are flat.") from error
    finally:
        if loader is not None:
            loader.dispose()


def write_document(content: Mapping[str, object]) -> str:
    """Return the content as readable YAML: keys in their order, block style, no anchors."""
    text: str = yaml.dump(
        dict(content),
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=110,
        default_flow_style=False,
    )
    return text


class _Reader:
    """Makes plain values of nodes and remembers where they stand."""

    def __init__(self) -> None:
        self.lines: dict[Path, int] = {}
        self.count = 0

    def value(self, node: Node, path: Path) -> Json:
        line = node.start_mark.line + 1
        self.count += 1
        if self.count > MAX_VALUES or len(path) > MAX_DEPTH:
            raise YamlProblem(line, "It is larger than any definition.", "Is it data? Keep it in `data/`.")
        if isinstance(node, MappingNode) and node.tag == "tag:yaml.org,2002:map":
            return self._mapping(node, path)
        if isinstance(node, SequenceNode) and node.tag == "tag:yaml.org,2002:seq":
            items = []
            for index, item in enumerate(node.value):
                self.lines[(*path, index)] = item.start_mark.line + 1
                items.append(self.value(item, (*path, index)))
            return items
        if isinstance(node, ScalarNode):
            return _scalar(node)
        raise YamlProblem(line, f"The tag {node.tag!r} is not read.", "Write plain values.")

    def _mapping(self, node: MappingNode, path: Path) -> Content:
        found: Content = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, ScalarNode):
                raise YamlProblem(line, "A key is a word, not a list or mapping.", "Is a quote missing?")
            key = str(key_node.value)
            if key in found:
                before = self.lines[(*path, key)]
                message = f"The key {key!r} stands twice; first in line {before}."
                raise YamlProblem(line, message, "Remove one of them.")
            self.lines[(*path, key)] = line
            found[key] = self.value(value_node, (*path, key))
        return found


def _scalar(node: ScalarNode) -> Json:
    text = str(node.value)
    match node.tag.removeprefix("tag:yaml.org,2002:"):
        case "str":
            return text
        case "null":
            return None
        case "bool":
            return text.lower() == "true"
        case "int" if len(text) <= 100 and re.fullmatch(r"[-+]?\d+", text):
            return int(text)
        case "float" if re.fullmatch(r"[-+]?[\d.]+([eE][-+]?\d+)?", text):
            number = float(text)
            if math.isfinite(number):
                return number
    line = node.start_mark.line + 1
    message = f"The value is no {node.tag.rpartition(':')[2]} that can be read."
    raise YamlProblem(line, message, "Write a plain value, or put it in quotes.")


def _syntax(error: yaml.MarkedYAMLError, text: str) -> YamlProblem:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    written = text.splitlines()
    this = written[line - 1] if line <= len(written) else ""
    hint = "Look at the indentation, the colons and the quotes of this line and the one above."
    if "\t" in this[: len(this) - len(this.lstrip())]:
        hint = "Indent with spaces; YAML does not take tabs."
    elif re.search(r":\s*[@%`]", this) or re.search(r":\s*[^\"'\s][^\"']*:\s", this):
        hint = "Put the value in quotes."
    elif re.search(r":\s*[*&!]", this):
        hint = "Put a value that begins with *, & or ! in quotes."
    problem = error.problem or error.context or "it cannot be read"
    return YamlProblem(line, f"It is not YAML: {problem}.", hint)
