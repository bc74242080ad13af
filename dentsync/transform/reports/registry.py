"""The reports there are. A new one is a function of what is known, and a line here."""

from collections.abc import Callable, Mapping

from dentsync.transform.reports.booking import conversion, staff
from dentsync.transform.reports.clinic import Known
from dentsync.transform.reports.losses import calls, losses, no_shows
from dentsync.transform.reports.primary import primary, sources, specialisations
from dentsync.transform.reports.tables import Report

REPORTS: Mapping[str, Callable[[Known], Report]] = {
    "primary": primary,
    "specialisations": specialisations,
    "sources": sources,
    "conversion": conversion,
    "no-shows": no_shows,
    "losses": losses,
    "staff": staff,
    "calls": calls,
}
"""By the word on the command line."""
