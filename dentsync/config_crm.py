"""``[crm]``: where it is, what opens it, and which of its fields are ours."""

from pathlib import Path
from typing import Any

from dentsync.config import Secret
from dentsync.config_checks import Checks
from dentsync.config_tables import CrmTable, FieldTable
from dentsync.lang import _
from dentsync.model import DRIFTING, CrmField

TOKENS = "amocrm-tokens.json"


class CrmReader(Checks):
    """Reads ``[crm]``."""

    def _secret(self, crm: CrmTable) -> Secret:
        """Where the one secret is that opens this CRM."""
        given = {"webhook": crm.webhook, "token": crm.token, "oauth": crm.oauth}
        fitting = ("webhook",) if crm.target == "bitrix24" else ("token", "oauth")
        for name in (name for name, value in given.items() if value and name not in fitting):
            self.fail(f"crm.{name}", _("is not for {target}; it needs {names}").format(
                target=crm.target, names=_(" or ").join(fitting)))  # fmt: skip
        named = [name for name in fitting if given[name]]
        if len(named) != 1:
            self.fail("crm", _("{target} needs {names}").format(target=crm.target, names=_(" or ").join(fitting)))
        if crm.oauth:
            self._place("crm.oauth.code", crm.oauth.code)
            return Secret(crm.oauth.client_secret, "crm.oauth.client_secret")
        return Secret(crm.webhook or crm.token, f"crm.{named[0]}")

    def _access(self, crm: CrmTable, state: Path) -> dict[str, str]:
        """What else leads to the CRM."""
        if crm.target == "bitrix24":
            return {"certificates": self._certificates(crm.certificates)} if crm.certificates else {}
        if not crm.address:
            self.fail("crm.address", _('write the address of your account, for example "smile.amocrm.ru"'))
        if crm.rate < 1:
            self.fail(
                "crm.rate", _("{value} is not a number of requests a second; for example 7").format(value=crm.rate)
            )
        oauth = {name: getattr(crm.oauth, name) for name in ("client_id", "redirect_uri", "code")} if crm.oauth else {}
        tokens = str(
            self.path.resolve().parent / crm.oauth.tokens if crm.oauth and crm.oauth.tokens else state / TOKENS
        )
        own = {"address": crm.address, "key_field": crm.key_field, "tag": crm.tag.strip(), "rate": str(crm.rate)}
        return {**own, **({**oauth, "tokens": tokens} if oauth else {})}

    def _certificates(self, name: str) -> str:
        """The file of those who vouch for a portal on the clinic's own server."""
        import ssl  # of no use to other runs

        file = self.path.resolve().parent / name
        try:
            ssl.create_default_context(cafile=file)
        except OSError:
            self.fail("crm.certificates", _("{name} is no file with certificates (PEM)").format(name=name))
        return str(file)

    def _crm_fields(self, data: Any) -> dict[str, dict[str, CrmField]]:
        self._known("crm.fields", data, ("contact", "deal"))
        return {kind: self._fields_of(kind, data.get(kind, {})) for kind in ("contact", "deal")}

    def _fields_of(self, kind: str, data: dict[str, Any]) -> dict[str, CrmField]:
        result = {}
        for ours, value in data.items():
            where = f"crm.fields.{kind}.{ours}"
            self._field(where, ours, ("title",))
            line = FieldTable(field=value) if isinstance(value, str) else self.table(value, FieldTable, where)
            quiet = ours in DRIFTING if line.quiet is None else line.quiet
            result[ours] = CrmField(name=line.field, policy=line.policy, quiet=quiet)
        return result
