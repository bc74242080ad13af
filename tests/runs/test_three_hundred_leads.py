"""Three hundred leads were in the account before: who is theirs is found, whatever the spelling, and nobody else."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import requests

from dentsync.sandbox.server import Running
from tests.ident_days import Card, Mis
from tests.leads_there import PRIMARY, REPEAT, Case, There, Who, cases
from tests.runs.ident_account import ident_clinic

Json = dict[str, Any]
NOW = "2026-10-05T14:00"


class Account:
    """One account of the sandbox, over HTTP and by what its people see."""

    def __init__(self, box: Running, name: str) -> None:
        self.box, self.name = box, name
        self.door = next(door for door in box.doors if door.name == name)

    def post(self, kind: str, items: list[Json]) -> list[int]:
        """Make items, fifty a request; their ids in order."""
        made: list[int] = []
        for start in range(0, len(items), 50):
            part = [{**item, "request_id": str(number)} for number, item in enumerate(items[start : start + 50])]
            headers = {"Authorization": f"Bearer {self.door.keys['token']}"}
            answer = requests.post(f"{self.door.url}/api/v4/{kind}", json=part, headers=headers, timeout=20)
            assert answer.status_code == 200, answer.text
            found = {one["request_id"]: one["id"] for one in answer.json()["_embedded"][kind]}
            made += [found[str(number)] for number in range(len(part))]
        return made

    def places(self) -> dict[tuple[str, str], Json]:
        headers = {"Authorization": f"Bearer {self.door.keys['token']}"}
        answer = requests.get(f"{self.door.url}/api/v4/leads/pipelines", headers=headers, timeout=20).json()
        return {
            (pipeline["name"], status["name"]): {"pipeline_id": pipeline["id"], "status_id": status["id"]}
            for pipeline in answer["_embedded"]["pipelines"]
            for status in pipeline["_embedded"]["statuses"]
        }

    def admin(self, verb: str, what: str, sent: Json | None = None) -> Any:
        return self.box.admin(verb, f"{what}?account={self.name}", sent)

    def state(self) -> tuple[dict[int, Json], dict[int, Json]]:
        """Contacts and leads by id."""
        found = self.admin("GET", "state")
        return tuple({one["id"]: one for one in found[kind]} for kind in ("contacts", "leads"))  # type: ignore[return-value]


def furnished(account: Account, told: list[Case]) -> dict[int, tuple[int, list[int]]]:
    """Put into the account what was there before. Contact and leads by ``id`` of the ``There``."""
    codes = iter(("WORK", "MOB", "WORKDD", "HOME", "FAX", "OTHER") * 200)
    people = [there for case in told for there in case.there if not there.waits]

    def card(there: There) -> Json:
        values = [{"value": phone, "enum_code": next(codes)} for phone in there.phones]
        return {"name": there.name} | (
            {"custom_fields_values": [{"field_code": "PHONE", "values": values}]} if values else {}
        )

    contacts = dict(zip(map(id, people), account.post("contacts", [card(one) for one in people]), strict=True))
    where = account.places()
    leads = [(there, place) for there in people for place in there.leads]
    items = [
        {"name": "Заявка", **where[place], "_embedded": {"contacts": [{"id": contacts[id(there)]}]}}
        for there, place in leads
    ]
    made = account.post("leads", items)
    for case in told:
        for there in case.there:
            if there.waits:
                account.admin("POST", "act", {"do": "call", "phone": there.phones[0], "pipeline": PRIMARY})
    return {
        id(there): (contacts[id(there)], [made[at] for at, (one, _place) in enumerate(leads) if one is there])
        for there in people
    }


@pytest.fixture(params=["smile", "smilekids"])
def account(request: pytest.FixtureRequest, server: Running) -> Account:
    """The one with the paid filter, and the one without."""
    return Account(server, request.param)


def booked(told: list[Case]) -> tuple[Mis, dict[str, Who]]:
    """Everybody has a visit tomorrow."""
    people = [who for case in told for who in case.patients]
    mis = Mis([Card(f"{who.number:05}", who.name, f"+7{who.digits}", done=who.done) for who in people])
    for card, who in zip(mis.cards, people, strict=True):
        mis.book(who.number, card, "2026-10-06 09:00")
    mis.at(NOW)
    return mis, {f"{who.number:05}": who for who in people}


def decided(case: Case, known: dict[int, tuple[int, list[int]]], before: Any, after: Any) -> str:
    """What was done, read off the account alone."""
    (contacts_before, leads_before), (contacts, leads) = before, after
    numbers = [str(who.number) for who in case.patients]
    owners = [one for one in contacts.values() if one["fields"].get("Номер медкарты") in [n.zfill(5) for n in numbers]]
    deals = [one for one in leads.values() if one["fields"].get("ID Приема") in numbers]
    theirs = [known[id(there)] for there in case.there if id(there) in known]
    touched = [number for _contact, its in theirs for number in its if leads[number] != leads_before[number]]
    taken = [contact for contact, _its in theirs if contacts[contact]["fields"] != contacts_before[contact]["fields"]]
    if not owners and not deals and not touched and not taken:
        return "person held"
    assert len(owners) == len(case.patients), "each patient is one contact"
    if not deals and not touched and [one["id"] for one in owners] == taken:
        return "deal held"
    assert len(deals) == len(case.patients), "each visit is one deal"
    [deal], [owner] = deals, owners
    assert deal["contacts"] == [owner["id"]]
    assert (deal["pipeline"], deal["status"]) == (REPEAT if case.patients[0].done else PRIMARY, "Записан на прием")
    match taken, touched:
        case [one], [lead]:
            assert (owner["id"], deal["id"]) == (one, lead)
            return "lead taken"
        case [one], []:
            assert owner["id"] == one
            assert deal["id"] not in leads_before
            return "contact taken"
        case [], []:
            assert owner["id"] not in contacts_before
            assert deal["id"] not in leads_before
            return "left alone"
    return f"wrong: {taken}, {touched}"


def test_of_300_leads_every_one_of_a_patient_is_taken_none_wrongly_and_who_is_not_certain_waits(
    server: Running,
    account: Account,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = cases()
    assert sum(len(there.phones) for case in told for there in case.there) > 270
    assert len({who.digits for case in told for who in case.patients}) > 270
    monkeypatch.setenv("DENTSYNC_TOKEN", account.door.keys["token"])
    clinic = ident_clinic(server, tmp_path / "clinic", capsys.readouterr, account.name)
    account.admin("POST", "settings", {"rate": 0, "account_rate": 0})
    known = furnished(account, told)
    before = account.state()
    assert len(before[1]) == 300
    mis, _people = booked(told)
    mis.drop(clinic)
    assert clinic.sync(now=NOW)["exit_code"] == 4, "somebody has to decide"
    after = account.state()
    wrong = [
        (case.what, case.right, found) for case in told if (found := decided(case, known, before, after)) != case.right
    ]
    assert wrong == []
    assert Counter(case.right for case in told) == {
        "lead taken": 136, "contact taken": 54, "left alone": 58, "person held": 22, "deal held": 10,
    }  # fmt: skip
    # Nothing is lost of what was there, nobody was made twice, and who waits is listed.
    assert before[0].keys() <= after[0].keys()
    assert before[1].keys() <= after[1].keys()
    assert account.admin("GET", "counters")["duplicates"] == {"contacts": 0, "leads": 0}
    listed = json.loads(clinic.say("status", "--json", now=NOW).out)["held"]
    waiting = {
        kind: {who.number for case in told if case.right == f"{kind} held" for who in case.patients}
        for kind in ("person", "deal")
    }
    assert {int(one["key"][-5:]) for one in listed if one["kind"] == "contact"} == waiting["person"]
    assert {int(one["key"].rpartition("/")[2]) for one in listed if one["kind"] == "deal"} == waiting[
        "person"
    ] | waiting["deal"]
    changes = account.admin("GET", "counters")
    clinic.sync(now=NOW)
    assert account.state() == after
    again = account.admin("GET", "counters")
    assert [again[name] - changes[name] for name in ("created_leads", "updated_leads", "updated_contacts")] == [0, 0, 0]
