"""Why the portal refused an operation, in words that name no person.

``error_description`` may quote what was sent, so only the code is shown, and the title of a required field: it is
the portal's own word.
"""

import re

from dentsync.lang import _
from dentsync.load.bitrix24.answers import BUDGET, RATE
from dentsync.load.bitrix24.portal import NOT_SENT
from dentsync.load.bitrix24.wire import Rejected

_TITLE = re.compile(r"[«\"]([^«»\"]{1,60})[»\"]")


def reason_of(rejected: Rejected) -> str:
    """One line: the portal's code and what it means."""
    match rejected.code:
        case "CRM_FIELD_ERROR_REQUIRED":
            title = _TITLE.search(rejected.text)
            text = _("a required field is empty: {title}").format(title=title.group(1) if title else "?")
        case "CRM_FIELD_ERROR_VALUE_NOT_VALID":
            text = _("Bitrix24 does not accept one of the values")
        case "NOT_FOUND":
            text = _("what the operation refers to is not there")
        case "ERROR_METHOD_NOT_FOUND":
            text = _("this portal does not offer what is needed; silent creations need a newer Bitrix24")
        case "ACCESS_DENIED":
            text = _("the webhook's owner may not do this with the item")
        case "-":
            text = _("the webhook's owner may not move the deal to that stage")
        case "100":
            text = _("Bitrix24 misses a parameter")
        case code if code in (RATE, BUDGET):
            text = _("Bitrix24 kept refusing for its limits; nothing was done")
        case code if code == NOT_SENT:
            return rejected.text
        case "":
            return _("Bitrix24 refused and gave no code")
        case code:
            return code
    return f"{rejected.code}: {text}"
