"""Make the two fields in which our key stands: texts that only programs can write."""

from dentsync.errors import TargetError
from dentsync.lang import _
from dentsync.load.amocrm.account import Account, no_right
from dentsync.load.amocrm.answers import Done, Rejected
from dentsync.load.amocrm.check import all_fields, key_fields
from dentsync.load.amocrm.wire import ENTITY, Request
from dentsync.load.target import TargetSettings

NAME = "dentsync"


def set_up(account: Account, settings: TargetSettings) -> tuple[str, ...]:
    """Make what is missing; a line for each. Raises TargetError."""
    code = settings.access["key_field"]
    made = []
    for kind, rows in all_fields(account).items():
        if key_fields(kind, rows, settings):
            continue
        field = {"name": NAME, "code": code, "type": "text", "is_api_only": True}
        request = Request("POST", f"{ENTITY[kind]}/custom_fields", body=[field])
        answer = account.ask([request])[0]
        if isinstance(answer, Rejected) and answer.status == 403:
            raise no_right(request)
        if not isinstance(answer, Done):
            raise TargetError(
                _("amoCRM did not make the field {name!r} in a {kind}: make a text field of that name by hand").format(
                    name=code, kind=kind
                )
            )
        made.append(_("made the field {name!r} in a {kind}").format(name=code, kind=kind))
    return tuple(made)
