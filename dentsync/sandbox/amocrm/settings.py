"""The switches of an account: where the documentation is silent or accounts were seen to differ."""

from typing import Any, Literal

import msgspec


class Settings(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Every switch with its default. Seconds are virtual unless the name says otherwise."""

    # Limits; https://www.amocrm.ru/developers/content/api/recommendations. 0 switches a limit off.
    rate: float = 7.0
    account_rate: float = 50.0
    block_after: int = 20
    """So many refusals within a minute block the account; it stays blocked until ``blocked`` is set back."""
    blocked: bool = False
    too_many: Literal["both", "json", "html"] = "both"
    retry_after: int = 300
    subscription: Literal["paid", "over", "closed"] = "paid"
    """``over``: writes are refused with 402; ``closed``: reads too."""
    heavy_values: int = 2500
    """A batch with more field values than this takes too long: 504. 0 is no limit."""
    heavy_stores: Literal["all", "half", "none"] = "half"
    rtt_ms: float = 0.0
    # Reading.
    timezone: str = ""
    """Another zone than the blueprint's."""
    field_filter: Literal["", "works", "refused", "ignored"] = ""
    """``filter[custom_fields_values]``; "" is what the account pays for."""
    search_lag: tuple[float, float] = (5.0, 30.0)
    """How late a write is found by ``query`` and by the field filter: at least, at most."""
    query_digits: bool = False
    """Whether digits find a phone that is stored with separators; nobody has settled it."""
    events_lag: float = 0.0
    # Writing.
    shuffle: bool = True
    """Answers to a batch come in any order."""
    single_reply: Literal["bare", "wrapped"] = "bare"
    patch_without_id: Literal["creates", "refused"] = "creates"
    missing: Literal["404", "400"] = "404"
    """PATCH of one entity that is not there."""
    empty_values: Literal["ignored", "clears", "refused"] = "ignored"
    """``"values": []``; null always clears."""
    stale_updates: Literal["accepted", "refused"] = "accepted"
    robot_touches: bool = False
    """A robot changes a lead right after it was made or moved: ``updated_by`` 0."""
    unsorted_patch: Literal["refused", "accepts"] = "refused"
    create_lost: Literal["accepted", "refused"] = "accepted"
    """Creating a lead in 143 together with its loss reason."""
    text_limit: int = 255
    links_limit: int = 0
    """Contacts of a lead and leads of a contact (code 330); the real number is not documented."""
    duplicate_control: bool = False
    """``leads/complex`` looks for an open lead whose main contact has the same phone or e-mail."""


def changed(settings: Settings, changes: dict[str, Any]) -> Settings:
    """The settings with ``changes`` applied. Raises ``msgspec.ValidationError`` for an unknown name or a bad value."""
    merged = {name: getattr(settings, name) for name in settings.__struct_fields__} | changes
    return msgspec.convert(msgspec.to_builtins(merged), Settings)
