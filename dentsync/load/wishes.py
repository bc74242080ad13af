"""What an operation asks of any CRM, and which fields of it the clinic has named."""

from collections.abc import Mapping

from dentsync.load.target import TargetSettings
from dentsync.model import Kind, Operation


def relinks(operation: Operation) -> bool:
    """Whether a change gives an existing deal its contact."""
    return (
        operation.kind == "deal"
        and operation.action != "create"
        and operation.contact is not None
        and any(change.field == "contact" for change in operation.changes)
    )


def values_of(value: object) -> tuple[str, ...]:
    """One value or several, as several."""
    if isinstance(value, tuple):
        return value
    return (str(value),) if value not in (None, "") else ()


def names_of(settings: TargetSettings, kind: Kind, built_in: Mapping[str, str]) -> dict[str, str]:
    """Our word -> the CRM field's configured name: the built-in ones, and what the clinic added or changed."""
    configured = {ours: field.name for ours, field in settings.fields.get(kind, {}).items() if field.name}
    return {**built_in, **configured}
