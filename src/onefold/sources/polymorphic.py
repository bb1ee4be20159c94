"""A field that holds one of several plug-in classes, told apart by the key `kind`."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from onefold.foundation.kernel import discover


def union_schema(package: str, contract: type[BaseModel], handler: GetCoreSchemaHandler) -> CoreSchema:
    """Return the schema of "any plug-in of the package": its settings beside `kind`, in and out."""
    kinds = discover(package, contract)

    def tag(document: object) -> str | None:
        if isinstance(document, contract):
            return str(type(document).kind)  # type: ignore[attr-defined]  # plug-ins have one
        kind = document.get("kind") if isinstance(document, Mapping) else None
        return kind if isinstance(kind, str) else None

    return core_schema.tagged_union_schema(
        {
            kind: core_schema.no_info_before_validator_function(_settings, handler.generate_schema(plugin))
            for kind, plugin in kinds.items()
        },
        discriminator=tag,
        custom_error_type="unknown_kind",
        custom_error_message=f"needs a `kind`, one of {', '.join(sorted(kinds))}",
        serialization=core_schema.plain_serializer_function_ser_schema(_document),
    )


def _settings(document: object) -> object:
    if isinstance(document, Mapping):
        return {key: value for key, value in document.items() if key != "kind"}
    return document


def _document(plugin: BaseModel) -> dict[str, object]:
    kind: str = type(plugin).kind  # type: ignore[attr-defined]  # plug-ins have one
    return {"kind": kind, **plugin.model_dump(mode="json", exclude_defaults=True)}
