"""The terms on which work is paid: rules, rates and calendar together, and what they say of breaks and days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dentsync.transform.pay.calendar import Calendar
from dentsync.transform.pay.facts import Job
from dentsync.transform.pay.minutes import Span, cut_at_local_times, is_night, length, moment_of
from dentsync.transform.pay.rules import Rules
from dentsync.transform.pay.staff import Staff


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms work is paid."""

    rules: Rules
    staff: Staff
    calendar: Calendar

    def break_of(self, job: Job, gross: Sequence[Span]) -> int:
        """Minutes of the automatic break of these minutes."""
        rate = self.staff.rate(job, self.day(job, gross[0][0])) if gross else None
        own = rate.break_minutes if rate else None
        breaks = self.rules.breaks
        night = self._is_night(job, gross)
        if not night and length(gross) < breaks.at_least:
            return 0
        usual = breaks.night_minutes if night else breaks.minutes
        return min(usual if own is None else own, length(gross))

    def day(self, job: Job, minute: int) -> date:
        """The day of the branch that a minute belongs to."""
        return moment_of(minute, self.rules.zone_of(job.branch)).date()

    def _is_night(self, job: Job, gross: Sequence[Span]) -> bool:
        rules = self.rules
        pieces = (
            piece
            for span in gross
            for piece in cut_at_local_times(span, (rules.night_from, rules.night_to), rules.zone_of(job.branch))
        )
        night = [span for span, start in pieces if is_night(start.time(), rules.night_from, rules.night_to)]
        return 0 < length(gross) <= 2 * length(night)
