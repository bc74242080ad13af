"""profile, scope and crm.timeline.comment.add."""

from dentsync.sandbox import php
from dentsync.sandbox.bitrix24 import staff
from dentsync.sandbox.bitrix24.answers import Answer, ApiError, iso, required
from dentsync.sandbox.bitrix24.call import Call
from dentsync.sandbox.bitrix24.portal import User


def profile(call: Call) -> Answer:
    """profile: who the webhook is; needs no scope (api-reference/common/users/profile.md)."""
    user = staff.of(call.world.storage, call.webhook.user) or User(call.webhook.user, "", "")
    return Answer(
        {
            "ID": str(user.id),
            "ADMIN": call.webhook.admin,
            "NAME": user.name,
            "LAST_NAME": user.last_name,
            "PERSONAL_GENDER": "",
            "TIME_ZONE": "Europe/Moscow",
            "TIME_ZONE_OFFSET": 0,
        }
    )


def scope(call: Call) -> Answer:
    """scope: what the webhook may use."""
    return Answer(list(call.webhook.scopes))


def add_comment(call: Call) -> Answer:
    """crm.timeline.comment.add: whether the owner exists is not checked (crm/timeline/comments/)."""
    fields = php.as_map(required(call.params, "fields"))
    for name in ("ENTITY_ID", "ENTITY_TYPE"):
        required(fields, name)
    kind, text = php.as_text(fields["ENTITY_TYPE"]).lower(), php.as_text(fields.get("COMMENT"))
    if kind not in ("deal", "contact", "lead", "company"):
        raise ApiError("OWNER_NOT_FOUND", "Owner not found")
    if not text.strip():
        raise ApiError("INVALID_ARG_VALUE", "Comment message is empty")
    now = iso(call.world.clock.now(), call.world.zone)
    return Answer(
        call.world.storage.run(
            "INSERT INTO comments (kind, item, comment, author, created) VALUES (?, ?, ?, ?, ?)",
            (kind, php.as_int(fields["ENTITY_ID"]), text, call.webhook.user, now),
        )
    )
