"""The CRMs dentsync can write to. A new one is a module and a line here."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dentsync.load.target import Clock, Target, TargetSettings


def _bitrix24(settings: "TargetSettings", clock: "Clock") -> "Target":
    # A command that writes nothing must not pay for the HTTP library.
    from dentsync.load.bitrix24 import Bitrix24

    return Bitrix24(settings, clock)


def _amocrm(settings: "TargetSettings", clock: "Clock") -> "Target":
    from dentsync.load.amocrm import AmoCrm

    return AmoCrm(settings, clock)


TARGETS: "dict[str, Callable[[TargetSettings, Clock], Target]]" = {"bitrix24": _bitrix24, "amocrm": _amocrm}

SEARCH_LAG: dict[str, timedelta] = {"bitrix24": timedelta(seconds=75), "amocrm": timedelta(seconds=125)}
"""How long after a lost creation "not found" is not believed yet, known without loading the target.

Bitrix24 cuts a request after 60 s (limits.md of bitrix24/b24restdocs): so long it may still be at work.
amoCRM names no figure for either: 65 s until its answer is given up, and 60 s until its search shows what was made.
"""
