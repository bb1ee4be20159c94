"""From documents to definitions: checked by the kind's model, all problems at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from pydantic import ValidationError

from onefold.foundation.definitions.documents import Document, Key
from onefold.foundation.definitions.errors import DefinitionErrors, Problem
from onefold.foundation.definitions.messages import problems_of, shape
from onefold.foundation.definitions.model import Definition
from onefold.foundation.kernel import NotFound, OnefoldError, nearest

D = TypeVar("D", bound=Definition)


class Definitions:
    """The definitions of a workspace by kind and name, each with the document it was read from."""

    def __init__(self, found: Iterable[tuple[Definition, Document]] = ()) -> None:
        self._found = {
            Key(definition.kind, definition.name): (definition, document) for definition, document in found
        }

    def __iter__(self) -> Iterator[Definition]:
        return (definition for definition, _ in self._found.values())

    def __len__(self) -> int:
        return len(self._found)

    def __contains__(self, key: object) -> bool:
        return key in self._found

    def of(self, model: type[D]) -> list[D]:
        """Return the definitions of a model, in the order of files."""
        return [definition for definition in self if isinstance(definition, model)]

    def get(self, model: type[D], name: str) -> D:
        """Return the definition of that name.

        Raises:
            NotFound: there is none; the hint names the nearest.
        """
        found = {definition.name: definition for definition in self.of(model)}
        if name in found:
            return found[name]
        message = f"There is no {model.model_fields['kind'].default} {name!r}."
        raise NotFound(
            message, code="definitions.not_found", hint=nearest(name, found), context={"name": name}
        )

    def document(self, key: Key) -> Document:
        """Return the document of a definition.

        Raises:
            KeyError: there is none.
        """
        return self._found[key][1]

    @property
    def keys(self) -> list[Key]:
        """Kind and name of each, in the order of files."""
        return list(self._found)


def parse_documents(documents: Iterable[Document], kinds: Mapping[str, type[Definition]]) -> Definitions:
    """Check documents by the models of their kinds.

    Raises:
        DefinitionErrors: unknown kinds and keys, missing keys, wrong types, names given twice; all at once.
    """
    found: dict[Key, tuple[Definition, Document]] = {}
    problems: list[Problem] = []
    for document in documents:
        parsed = _parse(document, kinds)
        if isinstance(parsed, list):
            problems += parsed
            continue
        key = Key(parsed.kind, parsed.name)
        if key in found:
            first = found[key][1]
            message = f"{key} stands twice; first in {first.file}:{first.line}."
            problems.append(
                _at(document, "name", "definitions.name_twice", message, "Rename or remove one of them.")
            )
            continue
        # A model may have a default name; from here on the document says it.
        content = {"kind": parsed.kind, "name": parsed.name, **document.content}
        found[key] = (
            parsed,
            Document(document.file, content, document.line, document.lines, document.span),
        )
    if problems:
        raise DefinitionErrors(problems)
    return Definitions(found.values())


def _parse(document: Document, kinds: Mapping[str, type[Definition]]) -> Definition | list[Problem]:
    kind = document.content.get("kind")
    if kind is None:
        hint = (
            f"Begin with `kind:`; one of {', '.join(sorted(kinds))}. A file that is no definition belongs into "
            "`data/` or a folder whose name begins with a dot."
        )
        return [_at(document, "kind", "definitions.kind_missing", "is missing.", hint)]
    if not isinstance(kind, str):
        message = f"expected text, got {shape(kind)}."
        return [_at(document, "kind", "definitions.type_wrong", message, nearest("", kinds))]
    model = kinds.get(kind)
    if model is None:
        return [
            _at(document, "kind", "definitions.kind_unknown", "There is no such kind.", nearest(kind, kinds))
        ]
    try:
        return model.model_validate(document.content)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        return problems_of(details, model, document)
    except OnefoldError as error:
        # Raised by a plug-in that looked at its own settings.
        return [Problem(error.code, str(document.file), document.line, "", error.message, error.hint)]


def _at(document: Document, key: str, code: str, message: str, hint: str) -> Problem:
    _, line = document.locate((key,))
    return Problem(code, str(document.file), line, key, message, hint)
