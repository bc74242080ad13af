"""The switches of the sandbox: where the documentation is silent or contradicts what portals were seen to do."""

from typing import Any, Literal

import msgspec


class Webhook(msgspec.Struct, forbid_unknown_fields=True):
    """An inbound webhook: whose rights it has and which scopes are ticked (local-integrations/local-webhooks.md).

    ``sees``: ``own`` shows only items the owner is responsible for. ``imports``: the CRM's "import" permission.
    """

    secret: str
    user: int = 1
    admin: bool = True
    scopes: tuple[str, ...] = ("crm", "user", "userfieldconfig")
    sees: Literal["all", "own"] = "all"
    imports: bool = True

    def __repr__(self) -> str:
        return f"Webhook(user={self.user}, admin={self.admin}, sees={self.sees!r})"


class Settings(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Every switch with its default. Seconds are virtual unless the name says otherwise."""

    # Time and limits; source: limits.md of b24restdocs.
    delay: bool = False
    rtt_ms: float = 0.0
    rate_threshold: float = 50.0  # 0 switches the leaky bucket off
    rate_leak: float = 2.0
    operating_limit: float = 480.0  # 0 switches the budget off
    operating_billing: Literal["nested", "batch"] = "nested"
    operating_shown: bool = True
    cut_seconds: float = 60.0  # 0 switches the cut off
    cut_how: Literal["drop", "html_504"] = "drop"
    costs: dict[str, float] = {}
    # The way in.
    auth_code: Literal["INVALID_CREDENTIALS", "NO_AUTH_FOUND"] = "INVALID_CREDENTIALS"
    https_required: bool = False
    max_input_vars: int = 0  # PHP drops variables beyond this count without a word; 0 is no cap
    # Batches; source: settings/how-to-call-rest-api/batch.md.
    batch_excess: Literal["request", "command"] = "request"
    unresolved_reference: Literal["empty", "literal"] = "empty"
    # Methods.
    error_code: str | int | None = None  # replaces the code of every refusal with 400: "", 0, "0", 100, a sentence
    upper_case_id: bool = True
    enumeration_text: Literal["dropped", "refused"] = "dropped"
    findbycomm: Literal["normalised", "strict"] = "normalised"
    findbycomm_excess: Literal["ignored", "refused"] = "ignored"
    import_multifields: Literal["fm", "PHONE", "both"] = "fm"
    stagehistory_ids: Literal["string", "integer"] = "string"
    # People and worked time; source: rest-v3.md and timeman/ of b24restdocs.
    rest_v3: bool = True  # False: an old portal
    v3_page: int = 50  # the most rows of one page
    timecontrol: bool = True  # False: nobody switched it on, and reports have no days
    time_hidden: tuple[int, ...] = ()  # users whose worked time the webhook's role may not read
    time_numbers: Literal["number", "string"] = "number"
    time_open_end: Literal["null", "empty", "absent"] = "null"
    time_duration: Literal["net", "gross"] = "net"  # whether it has the breaks taken out
    required: dict[str, dict[str, tuple[str, ...]]] = {}  # {"deal": {"*": [field], "C1:WON": [field]}}
    webhooks: tuple[Webhook, ...] = ()


def changed(settings: Settings, changes: dict[str, Any]) -> Settings:
    """The settings with ``changes`` applied. Raises ``msgspec.ValidationError`` for an unknown name or a bad value."""
    merged = {name: getattr(settings, name) for name in settings.__struct_fields__} | changes
    return msgspec.convert(msgspec.to_builtins(merged), Settings)
