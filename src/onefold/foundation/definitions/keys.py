"""Which keys a model takes at a place of a document, to name the nearest one for a wrong key."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from typing import get_args

from pydantic import BaseModel

from onefold.foundation.definitions.documents import Content, Json, Path, children


def valid_keys(model: type[BaseModel], content: Content, path: Path) -> list[str]:
    """Return the keys that are valid in the mapping at the path, sorted; empty when that cannot be told."""
    models = _concrete([model], content)
    value: Json = content
    for step in path:
        fields = [field for candidate in models for name, field in _fields(candidate) if name == step]
        # A step that is no field is a list item or a key of a free mapping: the same models stay.
        if fields:
            models = [found for field in fields for found in _models_in(field)]
        value = children(value).get(step)
        models = _concrete(models, value)
    return sorted({name for candidate in models for name, _ in _fields(candidate)})


def _fields(model: type[BaseModel]) -> Iterator[tuple[str, object]]:
    for name, field in model.model_fields.items():
        yield field.alias or name, field.annotation


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    """Yield the models anywhere inside an annotation: `tuple[Annotated[A | B, ...], ...] | None`."""
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        yield annotation
        return
    for argument in get_args(annotation):
        yield from _models_in(argument)
    value = getattr(annotation, "__value__", None)  # a `type X = ...` alias
    if value is not None:
        yield from _models_in(value)


def _concrete(models: Iterable[type[BaseModel]], value: Json) -> list[type[BaseModel]]:
    """Return the models that a value can be: subclasses for a contract, by `kind` or own key where they differ."""
    found: list[type[BaseModel]] = []
    for model in models:
        if inspect.isabstract(model):
            found += _concrete(model.__subclasses__(), value)
        elif model not in found:
            found.append(model)
    if len(found) < 2 or not isinstance(value, dict):
        return found
    kind = value.get("kind")
    # A node of a rule is told apart by the key that only it has.
    fitting = [
        model for model in found if (own := _kind(model)) is not None and (own == kind or own in value)
    ]
    return fitting or found


def _kind(model: type[BaseModel]) -> str | None:
    field = model.model_fields.get("kind")
    kind = field.default if field is not None else getattr(model, "kind", None)
    return kind if isinstance(kind, str) else None
