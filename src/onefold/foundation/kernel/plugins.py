"""Find the classes that live one to a file in a folder, ours and third parties' alike.

A plug-in folder is a package such as `onefold.sources.connectors`. Every module in it is imported and every
concrete subclass of the contract class that the module defines is returned by its `kind`. Third parties
register a module through the entry-point group of the same dotted name.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from functools import cache
from importlib.metadata import entry_points
from typing import TypeVar

from onefold.foundation.kernel.errors import InvalidInput, Permanent

T = TypeVar("T")


def discover(package: str, contract: type[T]) -> dict[str, type[T]]:
    """Return the concrete subclasses of `contract` in `package` by their `kind`, sorted by kind.

    Raises:
        Permanent: two classes claim one kind, or a class has none.
    """
    return dict(_discover(package, contract))  # type: ignore[arg-type]  # cache wants hashables; types are


@cache
def _discover(package: str, contract: type[T]) -> tuple[tuple[str, type[T]], ...]:
    root = importlib.import_module(package)
    modules = [
        importlib.import_module(f"{package}.{info.name}")
        for info in pkgutil.iter_modules(root.__path__)
        if not info.name.startswith("_")
    ]
    modules += [importlib.import_module(point.value) for point in entry_points(group=package)]
    found: dict[str, type[T]] = {}
    for module in modules:
        for member in vars(module).values():
            if not (inspect.isclass(member) and issubclass(member, contract)):
                continue
            if member.__module__ != module.__name__ or inspect.isabstract(member) or member is contract:
                continue
            kind = getattr(member, "kind", None)
            if not isinstance(kind, str):
                message = f"{module.__name__}.{member.__name__} has no `kind`."
                raise Permanent(message, code="plugins.kind_missing", hint="Give the class a `kind` string.")
            if kind in found and found[kind] is not member:
                message = f"Two plug-ins in {package} call themselves {kind!r}."
                raise Permanent(message, code="plugins.kind_twice", hint="Rename one of them.")
            found[kind] = member
    return tuple(sorted(found.items()))


def pick(package: str, contract: type[T], kind: str) -> type[T]:
    """Return the plug-in of that kind.

    Raises:
        InvalidInput: there is none; the message lists those that exist.
    """
    found = discover(package, contract)
    if kind in found:
        return found[kind]
    from onefold.foundation.kernel.names import nearest

    hint = nearest(kind, found)
    message = f"There is no {package.rsplit('.', 1)[-1]} kind {kind!r}."
    raise InvalidInput(message, code="plugins.unknown_kind", hint=hint, context={"kind": kind})
