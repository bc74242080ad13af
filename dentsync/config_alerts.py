"""``[alerts]`` and ``[mail]``: who is told, and how letters travel."""

from collections.abc import Mapping
from typing import Any

from dentsync.config import Alerts, MailAccount
from dentsync.config_checks import Checks
from dentsync.config_tables import AlertsTable, MailTable
from dentsync.lang import _

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class AlertReader(Checks):
    """Reads ``[alerts]`` and ``[mail]``."""

    def alerts(self, data: Mapping[str, Any]) -> Alerts | None:
        """``[alerts]`` and what it needs, also where the rest is wrong. None where nobody is to be told."""
        table = self.table(data.get("alerts", {}), AlertsTable, "alerts")
        clinic = data.get("clinic")
        named = {name: str(clinic.get(name, "")) if isinstance(clinic, dict) else "" for name in ("name", "timezone")}
        for address in table.mail:
            self._address("alerts.mail", address)
        for key in ("webhook", "heartbeat"):
            self._place(f"alerts.{key}", getattr(table, key))
        account = self._mail(data.get("mail")) if table.mail else None
        if table.mail and account is None:
            self.fail("alerts.mail", _("there is no [mail] to send letters with"))
        if not (table.mail or table.webhook or table.heartbeat):
            return None
        return Alerts(named["name"], named["timezone"], table.mail, account, table.webhook, table.heartbeat)

    def _mail(self, data: Any) -> MailAccount | None:
        if data is None:
            return None
        table = self.table(data, MailTable, "mail")
        self._place("mail.password", table.password)
        if table.security == "none" and table.host not in _LOOPBACK:
            self.fail("mail.security", _('letters would travel openly; write "starttls" or "tls"'))
        if bool(table.user) != bool(table.password):
            self.fail("mail.user", _("user and password go together"))
        sender = table.sender or table.user
        self._address("mail.from", sender)
        port = table.port or {"starttls": 587, "tls": 465, "none": 25}[table.security]
        return MailAccount(table.host, port, table.security, table.user, table.password, sender)
