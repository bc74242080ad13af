"""``diff --online``: what people did in the CRM is found, each by its kind and nothing else, and nothing is changed."""

import json
from typing import Any

import pytest
import requests

from tests.clinic import ANNA, ANNAS_VISIT, IVAN, Clinic
from tests.runs.test_plan_file import snapshot

PHONE = "+79165550101"
READING = {"crm.item.list", "crm.duplicate.findbycomm"}


@pytest.fixture
def known(clinic: Clinic) -> Clinic:
    """Anna, Ivan and Anna's reminder are in the CRM."""
    clinic.patients(ANNA, IVAN)
    clinic.reminders(ANNAS_VISIT + "Записан")
    assert clinic.sync()["exit_code"] == 0
    return clinic


def online(clinic: Clinic, *argv: str) -> dict[str, Any]:
    """``diff --online --json`` as a value."""
    said = clinic.say("diff", "--online", "--json", *argv)
    assert said.code == 0, said.all
    found: dict[str, Any] = json.loads(said.out)
    return found


def drift(clinic: Clinic) -> list[tuple[str, str, str, Any, Any]]:
    """What it found: kind of finding, kind of item, field, ours, theirs."""
    return [(d["what"], d["kind"], d["field"], d["ours"], d["theirs"]) for d in online(clinic)["drift"]]


def anna(clinic: Clinic) -> int:
    return next(contact["id"] for contact in clinic.contacts() if contact["lastName"] == "Соколова")


def deal(clinic: Clinic) -> int:
    return int(clinic.deals()[0]["id"])


def namesake(clinic: Clinic, **fields: str) -> int:
    """A contact that people made for Anna."""
    clinic.act("create_contact", fields={"name": "Анна", "lastName": "Соколова"} | fields, phones=["89165550101"])
    return int(clinic.contacts()[-1]["id"])


def foreign(clinic: Clinic, method: str, **params: Any) -> Any:
    """What another program does through REST."""
    return requests.post(clinic.box.webhook + method, json=params, timeout=10).json()["result"]


# ── each is found, and nothing else ──


def test_a_crm_that_nobody_touched_has_not_drifted(known: Clinic) -> None:
    found = online(known)
    assert (found["drift"], found["contacts"], found["deals"], found["requests"]) == ([], 2, 1, 1)
    assert found["plan"]["operations"] == []


def test_every_value_of_a_full_row_comes_back_as_it_went(clinic: Clinic) -> None:
    """Dates that are cut, flags, lists and numbers in other spellings are not taken for people's work."""
    header = "Номер карты;Ф.И.О.;Телефон;Статус пациента;Филиал;Ближайший визит;Дата последнего визита;Отказ от СМС"
    row = (
        "101;Соколова Анна Викторовна;8(916)555-01-01, 8(473)255-01-09;VIP;СЕВЕРНЫЙ;06.10.2026 9:00;01.10.2026 15:30;Да"
    )
    clinic.drop("patients_1.csv", row, header=header)
    clinic.reminders(ANNAS_VISIT + "Подтвержден")
    assert clinic.sync()["exit_code"] == 0
    assert drift(clinic) == []


def test_a_contact_that_people_deleted(known: Clinic) -> None:
    contact = anna(known)
    known.act("delete", contact=contact)
    assert drift(known) == [("deleted", "contact", "id", contact, None)]


def test_a_deal_that_people_deleted(known: Clinic) -> None:
    number = deal(known)
    known.act("delete", deal=number)
    assert drift(known) == [("deleted", "deal", "id", number, None)]


def test_a_deal_that_people_moved(known: Clinic) -> None:
    known.act("move", deal=deal(known), stage="Уточнить")
    assert drift(known) == [("moved", "deal", "stage", "Записан", "Уточнить")]


def test_a_deal_that_people_moved_to_another_pipeline(known: Clinic) -> None:
    known.act("move", deal=deal(known), stage="Ожидает", pipeline="Лист ожидания")
    assert drift(known) == [
        ("moved", "deal", "stage", "Оповещение о визите: Записан", "Лист ожидания: Ожидает"),
    ]


def test_fields_that_people_edited(known: Clinic) -> None:
    known.act("edit", contact=anna(known), fields={"name": "Аня"})
    known.act("edit", deal=deal(known), fields={"UF_CRM_DOCTOR": "Иванов"})
    assert drift(known) == [
        ("edited", "contact", "first_name", "Анна", "Аня"),
        ("edited", "deal", "doctor", "Петров", "Иванов"),
    ]


def test_a_field_that_we_do_not_write_is_not_ours(known: Clinic) -> None:
    known.act("edit", contact=anna(known), fields={"comments": "звонить вечером"})
    assert drift(known) == []


def test_a_phone_that_people_added(known: Clinic) -> None:
    known.act("add_phone", contact=anna(known), phone="8 900 555-01-99")
    assert drift(known) == [("added", "contact", "phones", [PHONE], [PHONE, "+79005550199"])]


def test_a_phone_of_ours_that_people_removed(known: Clinic) -> None:
    known.act("delete_phone", contact=anna(known), phone=PHONE)
    assert drift(known) == [("edited", "contact", "phones", [PHONE], [])]


def test_a_phone_that_people_spelled_otherwise_is_the_same(known: Clinic) -> None:
    known.act("delete_phone", contact=anna(known), phone=PHONE)
    known.act("add_phone", contact=anna(known), phone="8 (916) 555-01-01")
    assert drift(known) == []


def test_a_deal_that_was_given_another_contact(known: Clinic) -> None:
    ours, other = anna(known), namesake(known, name="Пётр", lastName="Соколов")
    foreign(known, "crm.item.update", entityTypeId=2, id=deal(known), fields={"contactIds": [other]})
    assert drift(known) == [("relinked", "deal", "contact", ours, [str(other)])]


def test_a_second_contact_of_a_deal_takes_nothing_from_ours(known: Clinic) -> None:
    both = [namesake(known, name="Пётр", lastName="Соколов"), anna(known)]
    foreign(known, "crm.item.update", entityTypeId=2, id=deal(known), fields={"contactIds": both})
    assert drift(known) == []


def test_an_item_that_carries_our_key_beside_ours(known: Clinic) -> None:
    ours, key = anna(known), "patient/центральный/101"
    fields = {"name": "Анна", "originatorId": "dentsync", "originId": key}
    copy = foreign(known, "crm.item.add", entityTypeId=3, fields=fields)["item"]["id"]
    assert drift(known) == [("duplicate", "contact", "key", ours, [str(copy)])]


@pytest.mark.parametrize("kind", ["contact", "deal"])
def test_an_item_that_lost_our_key(known: Clinic, kind: str) -> None:
    type_id, number = (3, anna(known)) if kind == "contact" else (2, deal(known))
    foreign(known, "crm.item.update", entityTypeId=type_id, id=number, fields={"originId": "", "originatorId": ""})
    [(what, of, field, _ours, theirs)] = drift(known)
    assert (what, of, field, theirs) == ("unkeyed", kind, "key", None)


def test_a_contact_that_lost_our_key_and_phone_is_not_taken_for_a_deleted_one(known: Clinic) -> None:
    foreign(known, "crm.item.update", entityTypeId=3, id=anna(known), fields={"originId": "", "originatorId": ""})
    known.act("delete_phone", contact=anna(known), phone=PHONE)
    assert [what for what, *_ in drift(known)] == ["unkeyed", "edited"]


def test_all_at_once(known: Clinic) -> None:
    known.act("edit", contact=anna(known), fields={"name": "Аня"})
    known.act("add_phone", contact=anna(known), phone="8 900 555-01-99")
    known.act("delete", contact=next(c["id"] for c in known.contacts() if c["lastName"] == "Котов"))
    known.act("move", deal=deal(known), stage="Уточнить")
    assert [what for what, *_ in drift(known)] == ["edited", "added", "deleted", "moved"]


# ── ids that died ──


def test_a_merged_contact_is_followed_by_its_key_and_its_deals_with_it(known: Clinic) -> None:
    ours, other = anna(known), namesake(known)
    known.act("merge", contacts=[other, ours])
    assert drift(known) == [("merged", "contact", "id", ours, other)]
    assert "kept as people left it 0" in known.say("status").out, "the store agrees with the CRM again"
    assert drift(known) == [], "it is where we know it to be"


def test_what_a_followed_contact_had_from_which_file_is_still_known(known: Clinic) -> None:
    other = namesake(known)
    known.act("merge", contacts=[other, anna(known)])
    online(known)
    known.act("edit", contact=other, fields={"name": "Аня"})
    assert [(one["crm_id"], one["origin"]) for one in online(known)["drift"]] == [(other, "patients_1.csv:2")]


def test_the_next_run_changes_the_contact_that_is_left_and_makes_no_other(known: Clinic) -> None:
    ours, other = anna(known), namesake(known)
    known.act("merge", contacts=[other, ours])
    online(known)
    known.patients(ANNA.replace("VIP", "Новый"), IVAN, name="patients_2.csv")
    summary = known.sync()
    assert (summary["exit_code"], summary["outcomes"]["applied"], summary["requests"]) == (0, 1, 1)
    assert [c["UF_CRM_PATIENT_STATUS"] for c in known.contacts() if c["id"] == other] == ["Новый"]
    assert len(known.contacts()) == 2


def test_what_people_chose_when_they_merged_is_told_and_stays(known: Clinic) -> None:
    ours, other = anna(known), namesake(known, secondName="Олеговна")
    known.act("merge", contacts=[other, ours])
    assert drift(known) == [
        ("merged", "contact", "id", ours, other),
        ("edited", "contact", "patronymic", "Викторовна", "Олеговна"),
    ]


def test_a_contact_merged_into_another_patients_is_told_and_not_given_to_both(clinic: Clinic) -> None:
    clinic.patients(ANNA, ANNA.replace("101;", "105;"))
    clinic.sync()
    first, second = (contact["id"] for contact in clinic.contacts())
    clinic.act("merge", contacts=[first, second])
    assert drift(clinic) == [("merged", "contact", "id", second, first)]
    assert drift(clinic) == [("merged", "contact", "id", second, first)], "it was not linked"


def test_a_key_that_moved_to_another_patients_contact_is_not_followed(known: Clinic) -> None:
    ours, ivans = anna(known), next(c["id"] for c in known.contacts() if c["lastName"] == "Котов")
    known.act("delete", contact=ours)
    key = {"originId": "patient/центральный/101"}
    foreign(known, "crm.item.update", entityTypeId=3, id=ivans, fields=key)
    found = drift(known)
    assert ("merged", "contact", "id", ours, ivans) in found
    assert [what for what, *_ in found] == ["merged", "unkeyed"]
    assert drift(known) == found, "it was not linked"


def test_a_contact_without_our_key_that_has_its_name_and_phone_is_told_and_found_at_its_news(known: Clinic) -> None:
    ours, other = anna(known), namesake(known)
    known.act("delete", contact=ours)
    assert drift(known) == [("merged", "contact", "id", ours, other)]
    known.patients(ANNA.replace("VIP", "Новый"), IVAN, name="patients_2.csv")
    known.sync()
    known.sync()
    assert len(known.contacts()) == 2
    assert ("merged", "contact") not in [(what, kind) for what, kind, *_ in drift(known)]


def test_a_deal_that_was_made_anew_with_our_key_is_followed(known: Clinic) -> None:
    """As when it comes back from the recycle bin."""
    number = deal(known)
    old = foreign(known, "crm.item.get", entityTypeId=2, id=number, useOriginalUfNames="Y")["item"]
    names = ("originatorId", "originId", "title", "categoryId", "stageId", "contactIds")
    fields = {name: old[name] for name in (*names, "UF_CRM_VISIT_AT", "UF_CRM_DOCTOR")}
    known.act("delete", deal=number)
    new = foreign(known, "crm.item.add", entityTypeId=2, useOriginalUfNames="Y", fields=fields)["item"]["id"]
    assert drift(known) == [("merged", "deal", "id", number, new)]
    known.reminders(ANNAS_VISIT + "Подтвержден", name="reminders_2.csv")
    assert known.sync()["exit_code"] == 0
    assert [(d["id"], d["stage"]) for d in known.deals()] == [(new, "Запись подтверждена")]


def test_a_plan_made_before_an_item_was_followed_no_longer_holds(known: Clinic) -> None:
    known.patients(ANNA.replace("VIP", "Новый"), IVAN, name="patients_2.csv")
    plan = str(known.folder / "plan.json")
    assert known.say("diff", "--out", plan).code == 0
    known.act("merge", contacts=[namesake(known), anna(known)])
    online(known)
    assert known.say("push", plan).code == 5
    assert known.say("diff", "--online", "--out", plan).code == 0
    assert known.say("push", plan).code == 0


# ── what is kept ──


def test_a_deal_that_people_deleted_stays_deleted_and_status_says_so(known: Clinic) -> None:
    known.act("delete", deal=deal(known))
    online(known)
    assert "deleted in the CRM by people 1" in known.say("status").out
    assert json.loads(known.say("status", "--json").out)["deleted"] == 1
    known.reminders(ANNAS_VISIT + "Подтвержден", name="reminders_2.csv")
    assert known.sync()["exit_code"] == 0
    assert known.deals() == []
    assert "deleted in the CRM by people 1" in known.say("status").out


def test_a_contact_that_people_deleted_is_made_again_at_its_news_and_status_forgets_it(known: Clinic) -> None:
    known.act("delete", contact=anna(known))
    online(known)
    assert known.sync()["requests"] == 0, "no news, no contact"
    known.patients(ANNA.replace("VIP", "Новый"), IVAN, name="patients_2.csv")
    known.sync()
    known.sync()
    assert len(known.contacts()) == 2
    assert "deleted in the CRM" not in known.say("status").out


def test_drift_is_what_was_seen_last(known: Clinic) -> None:
    known.act("edit", contact=anna(known), fields={"name": "Аня"})
    online(known)
    assert "kept as people left it 1" in known.say("status").out
    known.act("edit", contact=anna(known), fields={"name": "Анна"})
    online(known)
    assert "kept as people left it 0" in known.say("status").out


def test_a_plain_dry_run_leaves_no_trace_of_what_people_did(known: Clinic) -> None:
    known.act("edit", contact=anna(known), fields={"name": "Аня"})
    before = snapshot(known.folder)
    assert known.say("diff").code == 0
    assert snapshot(known.folder) == before


def test_nothing_is_changed_in_the_crm(known: Clinic) -> None:
    known.act("merge", contacts=[namesake(known), anna(known)])
    known.act("delete", deal=deal(known))
    known.patients(IVAN.replace("Активный", "VIP"), name="patients_2.csv")
    state, seen = known.state(), len(known.box.admin("GET", "log"))
    found = online(known)
    assert found["plan"]["operations"]
    assert known.state() == state
    log = known.box.admin("GET", "log")[seen:]
    assert {method for entry in log for method in entry["methods"]} <= READING


def test_a_change_that_may_have_happened_is_not_taken_for_peoples_work(known: Clinic) -> None:
    """The answer was lost, and the store does not know yet that the contact has its new status."""
    known.patients(ANNA.replace("VIP", "Новый"), IVAN, name="patients_2.csv")
    known.fault("drop_after", "batch", times=0)
    known.sync()
    known.box.admin("DELETE", "faults")
    assert anna_status(known) == "Новый"
    assert drift(known) == []


def anna_status(clinic: Clinic) -> str:
    return next(c["UF_CRM_PATIENT_STATUS"] for c in clinic.contacts() if c["lastName"] == "Соколова")


# ── how it is said ──


def test_the_list_names_item_field_values_and_origin(known: Clinic) -> None:
    known.act("edit", contact=anna(known), fields={"name": "Аня"})
    said = known.say("diff", "--online", "--values")
    assert said.code == 0
    assert f"contact {anna(known)}  first_name     Анна → Аня  (patients_1.csv:2)" in said.out
    assert "looked at in the CRM: contacts 2, deals 1; changed by people 1; requests 1" in said.out


def test_the_list_shows_no_values_where_they_are_not_asked_for(known: Clinic) -> None:
    known.act("edit", contact=anna(known), fields={"name": "Аня"})
    known.act("add_phone", contact=anna(known), phone="8 900 555-01-99")
    known.act("move", deal=deal(known), stage="Уточнить")
    said = known.say("diff", "--online")
    assert "Записан → Уточнить" in said.out
    for secret in ("Аня", "Анна", "Соколова", "555"):
        assert secret not in said.all


def test_the_list_tells_whose_key_an_item_carries_now(known: Clinic) -> None:
    ours, other = "patient/центральный/101", "patient/центральный/102"
    foreign(known, "crm.item.update", entityTypeId=3, id=anna(known), fields={"originId": other})
    said = known.say("diff", "--online")
    assert f"{ours} → {other}" in said.out
    assert "changed by people 1;" in said.out, "the other one is where we left it"


def test_a_long_list_shows_the_first_of_each_kind(clinic: Clinic) -> None:
    clinic.patients(*(f"{n};Белова Яна Петровна;8(916)777-00-{n};;;" for n in range(10, 35)))
    clinic.sync()
    for contact in clinic.contacts():
        clinic.act("edit", contact=contact["id"], fields={"name": "Яночка"})
    assert "… and 5 more (--all shows them)" in clinic.say("diff", "--online").out
    assert clinic.say("diff", "--online", "--all").out.count("first_name") == 25


@pytest.mark.parametrize(("act", "code"), [(False, 0), (True, 10)])
def test_the_detailed_exit_code_tells_drift(known: Clinic, act: bool, code: int) -> None:
    if act:
        known.act("move", deal=deal(known), stage="Уточнить")
    assert known.say("diff", "--online", "--detailed-exitcode").code == code
    assert known.say("diff", "--detailed-exitcode").code == 0, "without a look at the CRM nothing is to be done"


def test_most_items_out_of_sight_look_like_lost_rights(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dentsync.runs.online.FEW", 1)
    clinic.patients(ANNA, IVAN)
    clinic.sync()
    for contact in clinic.contacts():
        clinic.act("delete", contact=contact["id"])
    assert "has the webhook lost rights?" in clinic.say("diff", "--online").out


# ── when it does not go well, and how much it takes ──


def test_a_clinic_that_has_nothing_in_the_crm_asks_nothing(clinic: Clinic) -> None:
    clinic.patients(ANNA)
    found = online(clinic)
    assert (found["drift"], found["requests"], len(found["plan"]["operations"])) == ([], 0, 1)


@pytest.mark.parametrize("what", ["html_200", "http_502_html", "drop_before"])
def test_a_portal_that_is_down_is_one_line_and_nothing_is_kept(known: Clinic, what: str) -> None:
    known.act("edit", contact=anna(known), fields={"name": "Аня"})
    known.fault(what, times=0)
    said = known.say("diff", "--online")
    assert said.code == 1
    assert said.out == ""
    assert said.err.startswith("dentsync: ")
    assert said.err.count("\n") == 1
    assert "kept as people left it 0" in known.say("status").out
    known.box.admin("DELETE", "faults")
    assert online(known)["requests"] == 3, "what an unwell portal said of its fields is not believed"


def test_a_thousand_contacts_and_a_thousand_deals_take_one_request(clinic: Clinic) -> None:
    clinic.configure('updates = "30%"', 'updates = "100%"')
    clinic.configure("creates = 500", "creates = 5000")
    clinic.box.admin("POST", "settings", {"operating_limit": 0})
    people = [f"Белова Яна Петровна;8(916){n // 10000 + 100}-{n // 100 % 100:02}-{n % 100:02}" for n in range(1000)]
    clinic.patients(*(f"{n};{one};;;" for n, one in enumerate(people)))
    clinic.reminders(*(f"{one};06.10.2026 9:00:00;Петров;Записан" for one in people))
    assert clinic.sync()["outcomes"]["applied"] == 2000
    found = online(clinic)
    assert (found["contacts"], found["deals"], found["drift"], found["requests"]) == (1000, 1000, [], 1)
