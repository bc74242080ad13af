"""What the account's administrator does in its settings; ``people`` lists the acts."""

from collections.abc import Callable

from dentsync.sandbox.amocrm import field_methods, lookup, pipeline_methods, tokens
from dentsync.sandbox.amocrm.call import Call
from dentsync.sandbox.amocrm.storage import Json


def _rename_status(call: Call, sent: Json) -> int:
    status = lookup.status(call, sent)
    pipeline_methods.rename(call, status, {"name": sent["name"]})
    return status.id


def _delete_status(call: Call, sent: Json) -> int:
    status = lookup.status(call, sent)
    pipeline_methods.remove_status(call, status)
    return status.id


def _rename_field(call: Call, sent: Json) -> int:
    field = lookup.field(call, sent["kind"], sent["field"])
    call.account.storage.run("UPDATE fields SET name = ? WHERE id = ?", (sent["name"], field.id))
    call.account.structure_changed()
    return field.id


def _delete_field(call: Call, sent: Json) -> int:
    field = lookup.field(call, sent["kind"], sent["field"])
    field_methods.remove(call, field)
    return field.id


def _delete_enum(call: Call, sent: Json) -> int:
    field = lookup.field(call, sent["kind"], sent["field"])
    kept = [{"id": enum.id} for enum in field.enums if enum.value != sent["value"]]
    field_methods.set_enums(call, field, kept)
    call.account.structure_changed()
    return field.id


def _set_active(active: bool) -> Callable[[Call, Json], int]:
    def done(call: Call, sent: Json) -> int:
        number = lookup.user(call, sent["user"])
        call.account.storage.run("UPDATE users SET active = ? WHERE id = ?", (active, number))
        return number

    return done


def _revoke(call: Call, _sent: Json) -> int:
    tokens.revoke(call.account)
    return call.account.owner.id


ACTS: dict[str, Callable[[Call, Json], int]] = {
    "rename_status": _rename_status, "delete_status": _delete_status, "rename_field": _rename_field,
    "delete_field": _delete_field, "delete_enum": _delete_enum, "deactivate": _set_active(False),
    "activate": _set_active(True), "revoke": _revoke,
}  # fmt: skip
