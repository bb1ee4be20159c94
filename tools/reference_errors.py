"""Every error code in the source with its class, message and hint, read from the syntax tree.

Nobody keeps a list of codes by hand for long. The tree knows each `code="noun.what_is_wrong"`, the error class
it is given to, and, since messages are bound to a name just above, what it says.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src" / "onefold"
_CODE = re.compile(r"[a-z_]+\.[a-z_]+")
_GIVEN = re.compile(r"code ?=|code: str =|[Pp]roblem\(|_at\(")
_PROBLEMS = frozenset({"Problem", "_problem", "_at"})
_LEFT_OUT = ("testing", "migrations")


@dataclass(frozen=True, slots=True)
class Raised:
    """One place where a code is given.

    Attributes:
        error: the class, as the source names it; `Problem` is one of the problems of the definition files.
        noun: the package under `onefold`.
        message: with `{name}` where a value stands; "" where the tree does not tell.
        hint: likewise.
    """

    code: str
    error: str
    noun: str
    message: str = ""
    hint: str = ""


def raised() -> list[Raised]:
    """Return the places, by code and file."""
    found: list[Raised] = []
    for path in sorted(SOURCE.rglob("*.py")):
        place = path.relative_to(SOURCE)
        text = path.read_text(encoding="utf-8")
        # Most files give no code; reading their trees would take most of the time.
        if _GIVEN.search(text) and not any(part in _LEFT_OUT for part in place.parts):
            found += _Module(ast.parse(text), place.parts[0].removesuffix(".py")).found()
    return sorted(found, key=lambda one: (one.code, one.noun, one.message))


class _Module:
    """The codes of one file."""

    def __init__(self, tree: ast.Module, noun: str) -> None:
        self.tree = tree
        self.noun = noun
        self.constants = {
            target.id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign | ast.AnnAssign)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            if isinstance(target, ast.Name)
        }

    def found(self) -> Iterator[Raised]:
        """Yield every place of the file."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ClassDef):
                yield from self._of_class(node)
        for function, call in _calls(self.tree):
            if _error(call) in _PROBLEMS or any(keyword.arg == "code" for keyword in call.keywords):
                yield from self._of_call(call, _bindings(function, call.lineno) if function else {})
        for node in _statements(self.tree):
            if (
                isinstance(node, ast.Assign)
                and isinstance(node.targets[0], ast.Name)
                and node.targets[0].id == "code"
            ):
                code = self._code(node.value)
                if code:
                    yield Raised(code, "", self.noun)

    def _of_class(self, node: ast.ClassDef) -> Iterator[Raised]:
        for statement in node.body:
            if isinstance(statement, ast.Assign):
                target, value = statement.targets[0], statement.value
            elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
                target, value = statement.target, statement.value
            else:
                continue
            code = self._code(value) if isinstance(target, ast.Name) and target.id == "code" else None
            if code:
                base = ast.unparse(node.bases[0])
                error = node.name if base in ("Exception", "OnefoldError") else base
                yield Raised(code, error, self.noun, (ast.get_docstring(node) or "").split("\n")[0])

    def _of_call(self, call: ast.Call, bound: dict[str, ast.expr]) -> Iterator[Raised]:
        error = _error(call)
        named = {keyword.arg: keyword.value for keyword in call.keywords}
        if "code" in named:
            for code in self._codes(named["code"]):
                first = call.args[0] if call.args else None
                yield Raised(code, error, self.noun, _text(first, bound), _text(named.get("hint"), bound))
        elif error in _PROBLEMS:
            for place, argument in enumerate(call.args):
                found = self._code(argument)
                if found:
                    texts = [one for one in call.args[place + 1 :] if _is_text(one)]
                    message, hint = ([_text(one, bound) for one in texts] + ["", ""])[:2]
                    yield Raised(found, "Problem", self.noun, message, hint)

    def _codes(self, node: ast.expr) -> list[str]:
        if isinstance(node, ast.IfExp):
            return self._codes(node.body) + self._codes(node.orelse)
        code = self._code(node)
        return [code] if code else []

    def _code(self, node: ast.expr | None) -> str | None:
        value = node.value if isinstance(node, ast.Constant) else None
        if isinstance(node, ast.Name):
            value = self.constants.get(node.id)
        return value if isinstance(value, str) and _CODE.fullmatch(value) else None


def _error(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _statements(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield what stands anywhere but directly in a class."""
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    attributes = {id(statement) for one in classes for statement in one.body}
    yield from (node for node in ast.walk(tree) if id(node) not in attributes)


def _calls(tree: ast.AST) -> Iterator[tuple[ast.AST | None, ast.Call]]:
    """Yield every call with the innermost function it stands in."""
    waiting: list[tuple[ast.AST | None, ast.AST]] = [(None, tree)]
    while waiting:
        function, node = waiting.pop()
        inner = node if isinstance(node, ast.FunctionDef) else function
        if isinstance(node, ast.Call):
            yield function, node
        waiting += [(inner, child) for child in ast.iter_child_nodes(node)]


def _bindings(function: ast.AST, before: int) -> dict[str, ast.expr]:
    """Return what names were bound to last in the function, above a line."""
    bound: dict[str, tuple[int, ast.expr]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and node.lineno <= before:
            for target in node.targets:
                if isinstance(target, ast.Name) and node.lineno >= bound.get(target.id, (0, node.value))[0]:
                    bound[target.id] = (node.lineno, node.value)
    return {name: value for name, (_, value) in bound.items()}


def _is_text(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str)
    is_name = isinstance(node, ast.Name) and node.id in ("message", "hint")
    return is_name or isinstance(node, ast.JoinedStr) or "nearest(" in ast.unparse(node)


def _text(node: ast.expr | None, bound: dict[str, ast.expr], depth: int = 0) -> str:
    """Return a text with `{name}` where a value stands; "" when it is made elsewhere."""
    if node is None or depth > 4:
        return ""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(_text(value, bound, depth) or "{…}" for value in values)
        case ast.FormattedValue(value=value):
            return f"{{{_name(value)}}}"
        case ast.Name(id=name) if name in bound:
            return _text(bound[name], {**bound, name: ast.Constant("")}, depth + 1)
        case ast.Call() if "nearest(" in ast.unparse(node):
            return "(names the nearest valid one)"
        case ast.BoolOp(values=values):
            return " / ".join(filter(None, (_text(value, bound, depth + 1) for value in values)))
        case ast.IfExp(body=body, orelse=other):
            return " / ".join(filter(None, (_text(body, bound, depth + 1), _text(other, bound, depth + 1))))
        case ast.BinOp(left=left, right=right):
            return f"{_text(left, bound, depth + 1)}{_text(right, bound, depth + 1)}"
        case _:
            return ""


def _name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name):
            return name.strip("_")
        case ast.Attribute(attr=name):
            return name.strip("_")
        case ast.Call(func=ast.Name(id="str" | "repr" | "sorted"), args=[argument]):
            return _name(argument)
        case _:
            return "…"
