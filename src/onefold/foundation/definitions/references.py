"""References between definitions: those that lead nowhere, and those that lead in a circle."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from onefold.foundation.definitions.documents import Key, written_path
from onefold.foundation.definitions.errors import DefinitionErrors, Problem
from onefold.foundation.definitions.model import Definition
from onefold.foundation.definitions.parse import Definitions
from onefold.foundation.definitions.places import named
from onefold.foundation.kernel import nearest

References = Callable[[Definition], Iterable[tuple[str, str]]]
"""The (kind, name) of each definition that a definition needs."""


def check_references(definitions: Definitions, references: References) -> list[Key]:
    """Check that every reference leads to a definition and none leads back to where it came from.

    Returns:
        The keys so ordered that each comes after those it needs; otherwise in the order of files.

    Raises:
        DefinitionErrors: missing ones with the nearest name, and each cycle with its path; all at once.
    """
    problems: list[Problem] = []
    needs: dict[Key, list[Key]] = {}
    for definition in definitions:
        own = Key(definition.kind, definition.name)
        wanted = [Key(*reference) for reference in references(definition)]
        needs[own] = [key for key in dict.fromkeys(wanted) if key in definitions]
        for key in dict.fromkeys(wanted):
            if key not in definitions:
                names = [known.name for known in definitions.keys if known.kind == key.kind]
                message = f"{own} refers to {key}, which does not exist."
                hint = nearest(key.name, names)
                code = "definitions.reference_missing"
                problems.append(_problem(definitions, own, key, code, message, hint))
    order, cycles = _order(needs)
    for cycle in cycles:
        message = f"The {cycle[0].kind} definitions refer to one another in a circle: "
        message += " → ".join(key.name for key in cycle) + "."
        hint = "Remove one of the references."
        problems.append(_problem(definitions, cycle[0], cycle[1], "definitions.cycle", message, hint))
    if problems:
        raise DefinitionErrors(problems)
    return order


def _order(needs: dict[Key, list[Key]]) -> tuple[list[Key], list[list[Key]]]:
    """Return the keys behind those they need, and the cycles, each closed: a, b, a."""
    order: list[Key] = []
    cycles: list[list[Key]] = []
    done: set[Key] = set()
    for start, first in needs.items():
        # An own stack instead of recursion: a chain of definitions may be longer than Python's stack.
        stack = [(start, iter(first))] if start not in done else []
        path = [key for key, _ in stack]
        while stack:
            key, rest = stack[-1]
            following = next(rest, None)
            if following is None:
                stack.pop()
                path.pop()
                done.add(key)
                order.append(key)
            elif following in path:
                cycles.append([*path[path.index(following) :], following])
            elif following not in done:
                stack.append((following, iter(needs[following])))
                path.append(following)
    return order, cycles


def _problem(definitions: Definitions, key: Key, wanted: Key, code: str, message: str, hint: str) -> Problem:
    """Return the problem with the line in which a definition names the one that it wants."""
    document = definitions.document(key)
    path, line = document.locate(named(document.content, wanted.name))
    return Problem(code, str(document.file), line, written_path(path), message, hint)
