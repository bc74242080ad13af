"""What people do at the screen of the CRM, as acts of the sandbox."""

from typing import Any

from hypothesis import strategies as st

from tests.machine.board import Board
from tests.machine.mis import PHONES, Mis

PLACES = {
    "booked": ("Оповещение о визите", "Записан"),
    "confirmed": ("Оповещение о визите", "Запись подтверждена"),
    "to ask": ("Оповещение о визите", "Уточнить"),
    "won": ("Оповещение о визите", "Пришёл"),
    "lost": ("Оповещение о визите", "Запись отменена"),
    "elsewhere": ("Первичные пациенты", "Дожать на запись"),
}
"""Where people put deals."""

Deed = tuple[Any, ...]
"""A word, which item (counted from the newest, modulo), and more."""

which = st.integers(0, 4)
_edited = st.sampled_from(["name", "secondName", "lastName", "UF_CRM_PATIENT_STATUS"])
_deed = st.one_of(
    st.tuples(st.just("move"), which, st.sampled_from([*PLACES])),
    st.tuples(st.just("move"), which, st.sampled_from([*PLACES])),
    st.tuples(st.just("edit"), which, _edited),
    st.tuples(st.just("retitle"), which),
    st.tuples(st.just("add phone"), which, which),
    st.tuples(st.just("delete phone"), which, which),
    st.tuples(st.sampled_from(["delete contact", "delete deal"]), which),
    st.tuples(st.just("merge"), which, which),
    st.tuples(st.just("make contact"), which),
)
deeds = st.lists(_deed, max_size=2)


def done_by_people(deed: Deed, board: Board, mis: Mis) -> dict[str, Any]:
    """The act for the sandbox; nothing where there is no such item."""
    match deed:
        case "make contact", who:
            return _made(mis, who)
        case "merge", one, other:
            return _merged([*board.contacts], one, other)
        case (("move" | "retitle" | "delete deal"), number, *more):
            return _to_deal(deed[0], _chosen([*board.deals], number), *more)
        case _, number, *more:
            return _to_contact(deed[0], board, _chosen([*board.contacts], number), *more)
    raise ValueError(deed)


def _chosen(ids: list[int], number: int) -> int:
    """An id, 0 if there is none."""
    return ids[-1 - number % len(ids)] if ids else 0


def _made(mis: Mis, who: int) -> dict[str, Any]:
    """Who called before the MIS knew of it; or was written down a second time."""
    patient = mis.patient(who)
    fields = {"lastName": patient.name[0], "name": patient.name[1]}
    return {"do": "create_contact", "fields": fields, "phones": [patient.phones[0].replace("+7", "8")]}


def _merged(contacts: list[int], one: int, other: int) -> dict[str, Any]:
    survivor = _chosen(contacts, one)
    rest = [number for number in contacts if number != survivor]
    return {"do": "merge", "contacts": [survivor, _chosen(rest, other)]} if rest else {}


def _to_deal(do: str, deal: int, place: str = "") -> dict[str, Any]:
    if not deal:
        return {}
    match do:
        case "move":
            return {"do": "move", "deal": deal, "pipeline": PLACES[place][0], "stage": PLACES[place][1]}
        case "retitle":
            return {"do": "edit", "deal": deal, "fields": {"title": "Перезвонить"}}
    return {"do": "delete", "deal": deal}


def _to_contact(do: str, board: Board, contact: int, what: Any = None) -> dict[str, Any]:
    if not contact:
        return {}
    spelled = board.contacts[contact].spelled
    match do:
        case "edit":
            return {"do": "edit", "contact": contact, "fields": {what: "Правка"}}
        case "add phone":
            return {"do": "add_phone", "contact": contact, "phone": PHONES[what].replace("+7916", "8 (916) ")}
        case "delete phone":
            phone = spelled[what % len(spelled)] if spelled else ""
            return {"do": "delete_phone", "contact": contact, "phone": phone} if phone else {}
    return {"do": "delete", "contact": contact}
