"""The CRMs that the sandbox speaks."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dentsync.sandbox.amocrm import blueprint as accounts
from dentsync.sandbox.amocrm import house as amocrm
from dentsync.sandbox.bitrix24 import house as bitrix24
from dentsync.sandbox.bitrix24 import portal as portals
from dentsync.sandbox.house import House


@dataclass(frozen=True)
class Crm:
    """How a CRM is switched on. ``blueprint`` names what it is made of when nothing else is asked for.

    ``subfolder`` of the data folder keeps what belongs to it. ``check`` raises ConfigError for an unknown blueprint.
    """

    blueprint: str
    subfolder: str
    check: Callable[[str], object]
    open: Callable[[Path, str, float], House]
    reset: Callable[[Path, str], None]


CRMS = {
    "bitrix24": Crm("helix", "", portals.load, bitrix24.Bitrix24, bitrix24.empty),
    "amocrm": Crm("clinic", "amocrm", accounts.load, amocrm.AmoCrm, amocrm.empty),
}
