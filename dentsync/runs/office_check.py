"""What is not in place for the director: [reports] and [payroll], each problem with its way out."""

from collections.abc import Iterator

from dentsync.config_checks import toml_of
from dentsync.errors import ConfigError, DentsyncError
from dentsync.lang import _
from dentsync.model import Entity
from dentsync.runs.posting import account_of
from dentsync.runs.session import Session
from dentsync.store.sayings import Sayings
from dentsync.transform.words import fold


def office_problems(job: Session) -> Iterator[str]:
    """One line each; nothing where both sections are left out."""
    tables = toml_of(job.config.path)
    if "reports" in tables:
        yield from _reports(job)
    if "payroll" in tables:
        yield from _payroll(job)


def _reports(job: Session) -> Iterator[str]:
    reports = job.config.reports
    for name in reports.waitlist:
        feed = job.config.feeds.get(name)
        if feed and feed.rules.entity is not Entity.APPOINTMENT:
            yield _("reports.waitlist: feed {name!r} is not of appointments").format(name=name)
    if strangers := _strangers(job):
        line = _("reports.specialisations: no doctor and no specialty is called {names} in what was read; correct it")
        yield line.format(names=", ".join(strangers))
    yield from _mail(job, reports.mail, "reports.mail")


def _strangers(job: Session) -> list[str]:
    """Doctors and specialties of the table that nobody has, once visits were read."""
    source, named = Sayings(job.store.db), set()
    for name, feed in job.config.feeds.items():
        if feed.rules.entity is Entity.APPOINTMENT:
            values = (job.cleaners[name].value_of(field, text) for field, text in source.doctors(name))
            named |= {fold(str(value)) for value in values if value}
    groups = job.config.reports.specialisations.values()
    return [word for words in groups for word in words if fold(word) not in named] if named else []


def _payroll(job: Session) -> Iterator[str]:
    from dentsync.config_payroll import pay_settings

    try:
        settings = pay_settings(job.config.path)
    except ConfigError as error:
        yield str(error)
        return
    from dentsync.runs.payroll import file_problems

    yield from file_problems(settings)
    if not settings.feeds.visits:
        yield _("payroll.feeds.visits: no feed of visits; name it, or nobody's bookings are counted")
    yield from _mail(job, settings.mail, "payroll.mail")


def _mail(job: Session, to: tuple[str, ...], key: str) -> Iterator[str]:
    try:
        if to:
            account_of(job, to, key)
    except DentsyncError as error:
        yield str(error)
