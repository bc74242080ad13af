"""The CRM as it stands: contacts and deals, in the words of this test."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CONTACT_FIELDS = ("lastName", "name", "secondName", "UF_CRM_CARD_NUMBER", "UF_CRM_PATIENT_STATUS", "UF_CRM_NEXT_VISIT")
DEAL_FIELDS = ("title", "UF_CRM_VISIT_AT", "UF_CRM_DOCTOR", "UF_CRM_OPERATOR")
ENDS = {
    "Пришёл", "Запись отменена", "Визит состоялся", "Записался, но не пришел", "Отменил запись",
}  # fmt: skip
"""Stages that are won or lost, of the two pipelines that this test uses."""

Where = tuple[str, str]
"""Pipeline and stage."""


@dataclass(frozen=True)
class Contact:
    """A contact. ``key`` is the originId, whatever it says; ``spelled`` are its phones as they were typed."""

    id: int
    key: str
    fields: Mapping[str, str]
    phones: tuple[str, ...]
    spelled: tuple[str, ...]


@dataclass(frozen=True)
class Deal:
    """A deal."""

    id: int
    key: str
    fields: Mapping[str, str]
    where: Where
    contacts: tuple[int, ...]


@dataclass(frozen=True)
class Board:
    """Everything, by id."""

    contacts: Mapping[int, Contact]
    deals: Mapping[int, Deal]


def board_of(state: Mapping[str, Any]) -> Board:
    """What the sandbox's admin shows."""
    return Board(
        {item["id"]: _contact(item) for item in state["contacts"]}, {item["id"]: _deal(item) for item in state["deals"]}
    )


def _contact(item: Mapping[str, Any]) -> Contact:
    fields = {name: str(item["fields"].get(name) or "") for name in CONTACT_FIELDS}
    spelled = tuple(item["phones"])
    return Contact(item["id"], item["fields"].get("originId") or "", fields, tuple(map(e164, spelled)), spelled)


def _deal(item: Mapping[str, Any]) -> Deal:
    known = {**item["fields"], "title": item["title"]}
    fields = {name: str(known.get(name) or "") for name in DEAL_FIELDS}
    key = item["fields"].get("originId") or ""
    return Deal(item["id"], key, fields, (item["pipeline"], item["stage"]), tuple(item["contacts"]))


def e164(text: str) -> str:
    """A Russian number in any spelling."""
    return "+7" + re.sub(r"\D", "", text)[-10:]
