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

LISTED = frozenset({"doctor", "specialty", "operator", "source", "booked_on", "paid"})
"""Fields of a visit that not every report counts by; a list shows all of them."""
COUNTED: Mapping[str, frozenset[str]] = {
    "primary": frozenset(),
    "specialisations": frozenset({"doctor", "specialty"}),
    "sources": frozenset({"source", "booked_on"}),
    "conversion": frozenset({"booked_on", "paid"}),
    "no-shows": frozenset({"doctor", "specialty"}),
    "losses": frozenset(),
    "staff": frozenset({"operator"}),
    "calls": frozenset({"booked_on"}),
}
"""Which of them a report counts by: the others need not be read for it."""
