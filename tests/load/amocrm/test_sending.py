"""Operations on the rehearsal account: what is done, in how many requests, and what is said of it."""

from dataclasses import replace
from typing import Any

import pytest

from dentsync.errors import ConfigError, Forbidden, TargetError, Unavailable
from dentsync.load.target import GONE
from dentsync.model import Change, Result, StageRef
from dentsync.sandbox.server import Running
from tests.load.amocrm.conftest import opened
from tests.load.amocrm.kit import (
    BOOKED,
    CANCELLED,
    NO_SHOW,
    PIPELINE,
    REPEAT,
    VISITED,
    WON,
    AmoDesk,
    move,
    person,
    update,
    visit,
)
from tests.load.portal_kit import PortalClock, changes, phone, results


def people(count: int) -> list[Any]:
    return [person(f"p{number}") for number in range(1, count + 1)]


# ── creations ─────────────────────────────────────────────────────────────────────────────────


def test_contacts_and_their_deals_go_fifty_to_a_request_and_are_linked(desk: AmoDesk) -> None:
    deals = [visit(f"d{number}", f"p{number}") for number in range(1, 101)]
    before = desk.target.requests
    assert results(desk.apply(*people(100), *deals)) == {Result.APPLIED}
    assert desk.target.requests == before + 4
    owners = {deal["fields"]["dentsync"]: deal["contacts"] for deal in desk.deals}
    assert owners == {f"dentsync:d{n}#": [desk.ids[f"contact:p{n}"]] for n in range(1, 101)}


def test_ids_are_matched_by_request_id_whatever_the_order_of_the_answer(desk: AmoDesk) -> None:
    assert desk.admin("GET", "settings")["shuffle"]
    desk.apply(*people(40))
    held = {contact["id"]: contact["fields"]["dentsync"] for contact in desk.contacts}
    assert held == {desk.ids[f"contact:p{n}"]: f"dentsync:p{n}#" for n in range(1, 41)}


def test_one_bad_row_never_costs_the_other_forty_nine(desk: AmoDesk) -> None:
    bad = person("p50", branch="Филиал, которого нет")
    found = desk.apply(*people(49), bad)
    assert found[bad.id].result is Result.FAILED
    assert "branch" in found[bad.id].reason
    assert len(desk.contacts) == 49


def test_a_label_that_was_deleted_since_the_check_fails_its_rows_alone(desk: AmoDesk) -> None:
    desk.act("delete_enum", kind="contacts", field="Филиал", value="Детская")
    gone = [person(f"p{n}", branch="Детская") for n in (48, 49)]
    found = desk.apply(*people(47), *gone)
    assert {found[one.id].result for one in gone} == {Result.FAILED}
    assert "branch (Филиал): NotSupportedChoice" in found[gone[0].id].reason
    assert len(desk.contacts) == 47
    assert desk.asked("POST contacts") == 2


def test_after_names_were_refused_the_next_run_resolves_them_anew(box: Running, desk: AmoDesk) -> None:
    directory = desk.target.check().directory
    desk.act("delete_enum", kind="contacts", field="Филиал", value="Детская")
    desk.apply(person(branch="Детская"))
    later = AmoDesk(box, "smile", directory=directory, pace=desk.target.pace())
    found = later.apply(person("p2", branch="Детская"))
    assert "no such item" in found["create:contact:p2"].reason
    assert "NotSupportedChoice" not in found["create:contact:p2"].reason


def test_a_field_that_was_deleted_since_the_check_is_named_and_not_left_out_by_the_next_run(
    box: Running, desk: AmoDesk
) -> None:
    directory = desk.target.check().directory
    desk.act("delete_field", kind="contacts", field="Филиал")
    bad = person(branch="Детская")
    assert "branch (Филиал): NotSupportedChoice" in desk.apply(bad)[bad.id].reason
    later = AmoDesk(box, "smile", directory=directory, pace=desk.target.pace())
    with pytest.raises(ConfigError, match="amoCRM has no field 'Филиал'"):
        later.apply(bad)
    assert desk.contacts == []


def test_a_deal_whose_contact_died_is_made_and_says_that_it_has_none(desk: AmoDesk) -> None:
    desk.apply(person("p1"), person("p2"))
    desk.act("delete", contact=desk.ids["contact:p1"])
    found = desk.apply(visit("d1", "p1"), visit("d2", "p2"))
    assert results(found) == {Result.APPLIED}
    assert [found[f"create:deal:{key}"].linked for key in ("d1", "d2")] == [False, True]


def test_a_deal_waits_for_its_contact_and_is_held_without_one(desk: AmoDesk) -> None:
    found = desk.apply(visit("d1", "p1"), person("p1"), visit("d2", "nobody"))
    assert found["create:deal:d1"].linked
    assert found["create:deal:d2"].result is Result.HELD


@pytest.mark.parametrize("answer", ["accepted", "refused"])
def test_a_deal_that_is_made_as_lost_has_its_reason_on_every_account(desk: AmoDesk, answer: str) -> None:
    desk.set(create_lost=answer)
    found = desk.apply(person(), visit("d1", stage=CANCELLED), visit("d2"))
    assert results(found) == {Result.APPLIED}
    lost = next(deal for deal in desk.deals if deal["id"] == desk.ids["deal:d1"])
    assert (lost["status"], lost["loss_reason"]) == ("Закрыто и не реализовано", "Отменил запись")


def test_a_tag_is_added_to_what_is_made_and_no_other_is_touched(box: Running, desk: AmoDesk) -> None:
    tagged = AmoDesk(box, "smile", access={"tag": "МИС"})
    tagged.apply(person())
    number = tagged.ids["contact:p1"]
    desk.act("tag", contact=number, name="VIP")
    tagged.apply(update("contact", "p1", number, *changes(last_name="Орлова"), claims=True))
    assert sorted(desk.contacts[0]["tags"]) == ["VIP", "МИС"]


# ── answers that do not come ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("fault", "stored"),
    [("drop_after", 3), ("drop_half", 1), ("html_504_half", 1), ("html_502", 0), ("system_error_after", 3),
     ("http_500_after", 3), ("truncated_json", 3), ("empty_200_after", 3), ("html_404", 0)],
)  # fmt: skip
def test_a_creation_without_an_answer_is_unknown_and_sent_once(desk: AmoDesk, fault: str, stored: int) -> None:
    desk.fault(fault, "POST contacts")
    found = desk.apply(*people(3))
    assert results(found) == {Result.UNKNOWN}
    assert desk.asked("POST contacts") == 1
    assert len(desk.contacts) == stored


def test_a_request_that_was_too_heavy_is_halved_for_those_that_follow_and_for_the_next_run(
    box: Running, desk: AmoDesk
) -> None:
    desk.apply(*people(1))
    desk.fault("html_504", "POST contacts")
    desk.apply(*people(100)[1:])
    assert desk.asked("POST contacts") == 1 + 1 + 2  # 50 lost, then 25 and 24
    assert desk.target.pace()["size"] == 25
    later = AmoDesk(box, "smile", pace=desk.target.pace())
    assert later.target.pace()["size"] == 25


def test_a_question_without_an_answer_is_asked_again_and_an_end_is_said(desk: AmoDesk) -> None:
    desk.apply(person())
    renumbered = update("contact", "p1", desk.ids["contact:p1"], Change("phones", (phone("p1"),), (phone("p2"),)))
    desk.fault("drop_before", "GET contacts", times=2)
    assert results(desk.apply(renumbered)) == {Result.APPLIED}
    desk.fault("drop_before", "GET contacts", times=0)
    with pytest.raises(Unavailable):
        desk.apply(replace(renumbered, changes=(Change("phones", (phone("p2"),), (phone("p3"),)),)))
    assert desk.contacts[0]["phones"] == [phone("p2")]


# ── changes ───────────────────────────────────────────────────────────────────────────────────


def test_update_sends_only_what_changed(desk: AmoDesk) -> None:
    desk.apply(person(card_number="101"))
    number = desk.ids["contact:p1"]
    desk.act("edit", contact=number, fields={"Номер медкарты": "102"})
    found = desk.apply(update("contact", "p1", number, *changes(first_name="Мария", birth_date="1990-05-17")))
    assert results(found) == {Result.APPLIED}
    fields = desk.contacts[0]["fields"]
    assert (fields["Номер медкарты"], fields["Дата рождения"]) == ("102", "1990-05-17")
    assert desk.contacts[0]["name"] == "Мария Соколова"


def test_a_field_is_emptied_by_null(desk: AmoDesk) -> None:
    desk.apply(person(card_number="101", birth_date="1990-05-17"))
    desk.apply(update("contact", "p1", desk.ids["contact:p1"], *changes(birth_date=None)))
    assert "Дата рождения" not in desk.contacts[0]["fields"]
    assert desk.contacts[0]["fields"]["Номер медкарты"] == "101"


def test_a_phone_that_staff_added_between_two_runs_is_still_there(desk: AmoDesk) -> None:
    desk.apply(person())
    number = desk.ids["contact:p1"]
    desk.act("add_phone", contact=number, phone="8 (495) 111-22-33")
    desk.apply(update("contact", "p1", number, Change("phones", (phone("p1"),), (phone("p2"),))))
    assert desk.contacts[0]["phones"] == [phone("p2"), "8 (495) 111-22-33"]


def test_phones_that_are_there_already_are_not_sent(desk: AmoDesk) -> None:
    desk.apply(person())
    found = desk.apply(update("contact", "p1", desk.ids["contact:p1"], Change("phones", (), (phone("p1"),))))
    assert results(found) == {Result.APPLIED}
    assert desk.asked("PATCH contacts") == 0


def test_labels_that_staff_chose_stay_among_several(desk: AmoDesk) -> None:
    desk.apply(person(sanation=("Терапия", "Хирургия")))
    number = desk.ids["contact:p1"]
    desk.act("edit", contact=number, fields={"Информация о санации": ["Терапия", "Хирургия", "Ортодонтия"]})
    desk.apply(update("contact", "p1", number, Change("sanation", ("Терапия", "Хирургия"), ("Хирургия", "Ортопедия"))))
    assert set(desk.contacts[0]["fields"]["Информация о санации"]) == {"Хирургия", "Ортодонтия", "Ортопедия"}


def test_of_a_batch_with_a_dead_item_the_others_are_done_and_not_sent_again(desk: AmoDesk) -> None:
    desk.apply(*people(3))
    numbers = [desk.ids[f"contact:p{n}"] for n in (1, 2, 3)]
    desk.act("delete", contact=numbers[1])
    before = desk.asked("PATCH contacts")
    found = desk.apply(*(update("contact", f"p{n}", numbers[n - 1], *changes(last_name="Орлова")) for n in (1, 2, 3)))
    assert [found[f"update:contact:p{n}"].result for n in (1, 2, 3)] == [Result.APPLIED, Result.FAILED, Result.APPLIED]
    assert found["update:contact:p2"].reason == GONE
    assert desk.asked("PATCH contacts") == before + 1
    assert [one["name"] for one in desk.contacts] == ["Анна Орлова"] * 2


def test_a_dead_contact_whose_phones_change_is_gone_before_anything_is_written(desk: AmoDesk) -> None:
    desk.apply(person())
    number = desk.ids["contact:p1"]
    desk.act("delete", contact=number)
    found = desk.apply(update("contact", "p1", number, Change("phones", (phone("p1"),), (phone("p2"),))))
    assert found["update:contact:p1"].reason == GONE
    assert desk.asked("PATCH contacts") == 0


# ── deals ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("pipeline", "stage", "status", "reason"),
    [
        (PIPELINE, VISITED, "Посетил", None),
        (PIPELINE, WON, "Успешно реализовано", None),
        (PIPELINE, NO_SHOW, "Закрыто и не реализовано", "Не пришёл"),
        (REPEAT, BOOKED, "Записан на прием", None),
        (REPEAT, CANCELLED, "Закрыто и не реализовано", "Отменил запись"),
        (REPEAT, StageRef("Закрыто и не реализовано", "lost"), "Закрыто и не реализовано", None),
    ],
)
def test_a_deal_moves_by_the_names_of_pipeline_stage_and_reason(
    desk: AmoDesk, pipeline: str, stage: StageRef, status: str, reason: str | None
) -> None:
    desk.apply(person(), visit())
    number = desk.ids["deal:d1"]
    assert results(desk.apply(move("d1", number, stage, pipeline))) == {Result.APPLIED}
    deal = desk.deals[0]
    assert (deal["pipeline"], deal["status"], deal["loss_reason"]) == (pipeline, status, reason)
    present = desk.read(deal_ids=[number]).deals[number]
    assert (present.pipeline, present.stage, present.ends) == (pipeline, stage.name, stage.ends)


def test_a_lost_deal_comes_back_and_its_reason_goes(desk: AmoDesk) -> None:
    desk.apply(person(), visit())
    number = desk.ids["deal:d1"]
    desk.apply(move("d1", number, NO_SHOW))
    desk.apply(move("d1", number, VISITED))
    assert (desk.deals[0]["status"], desk.deals[0]["loss_reason"]) == ("Посетил", None)


def test_a_deal_in_unsorted_is_refused_in_words_and_stays(desk: AmoDesk) -> None:
    form = {"form_id": "1", "form_name": "f", "form_page": "p", "form_sent_at": 1788000000, "ip": "1.1.1.1",
            "referer": "r"}  # fmt: skip
    request = {"source_uid": "1", "source_name": "s", "metadata": form, "_embedded": {"leads": [{"name": "Заявка"}]}}
    desk.call("POST", "leads/unsorted/forms", [request])
    found = desk.apply(move("d1", desk.deals[0]["id"]))
    assert found["move:deal:d1"].result is Result.FAILED
    assert "unsorted" in found["move:deal:d1"].reason
    present = desk.read(deal_ids=[desk.deals[0]["id"]]).deals[desk.deals[0]["id"]]
    assert (present.pipeline, present.stage) == (PIPELINE, "Неразобранное")
    assert desk.deals[0]["status"] == "Неразобранное"


def test_a_contact_that_is_linked_to_a_deal_of_people_becomes_its_main_one(desk: AmoDesk) -> None:
    desk.apply(*people(2), visit())
    number = desk.ids["deal:d1"]
    desk.apply(update("deal", "d1", number, Change("contact", None, "p2", known=False), contact="p2"))
    present = desk.read(deal_ids=[number]).deals[number]
    assert present.contacts == (desk.ids["contact:p2"], desk.ids["contact:p1"])


def test_two_changes_of_one_deal_never_travel_in_one_request(desk: AmoDesk) -> None:
    desk.apply(person(), visit())
    number = desk.ids["deal:d1"]
    desk.apply(update("deal", "d1", number, *changes(doctor="Петров")), move("d1", number))
    assert desk.asked("PATCH leads") == 2


def test_no_deal_is_put_into_unsorted(desk: AmoDesk) -> None:
    desk.apply(person(), visit())
    found = desk.apply(move("d1", desk.ids["deal:d1"], StageRef("Неразобранное")))
    assert "«Неразобранное»" in found["move:deal:d1"].reason
    assert desk.asked("PATCH leads") == 0


def test_a_text_that_is_too_long_for_its_field_is_cut_as_foretold(desk: AmoDesk) -> None:
    assert results(desk.apply(person(card_number="9" * 300))) == {Result.APPLIED}
    number = desk.ids["contact:p1"]
    shown = desk.read(contact_ids=[number]).contacts[number].fields["card_number"]
    assert (
        desk.target.as_read("contact", {"card_number": "9" * 300})
        == {"card_number": shown}
        == {"card_number": "9" * 255}
    )


def test_a_deal_gets_another_contact_and_those_that_people_added_stay(desk: AmoDesk) -> None:
    desk.apply(*people(3), visit())
    ids = {key: desk.ids[f"contact:{key}"] for key in ("p1", "p2", "p3")}
    number = desk.ids["deal:d1"]
    desk.act("link", lead=number, contact=ids["p3"])
    relinked = update("deal", "d1", number, Change("contact", "p1", "p2"), *changes(doctor="Петров"), contact="p2")
    found = desk.apply(relinked)
    assert (found[relinked.id].result, found[relinked.id].linked) == (Result.APPLIED, True)
    present = desk.read(deal_ids=[number]).deals[number]
    assert present.contacts == (ids["p2"], ids["p3"])
    assert present.fields["doctor"] == "Петров"


def test_a_link_to_a_contact_that_died_costs_neither_the_fields_nor_the_other_links(desk: AmoDesk) -> None:
    desk.apply(*people(3), visit("d1"), visit("d2"))
    desk.act("delete", contact=desk.ids["contact:p2"])
    relinked = [
        update(
            "deal", f"d{n}", desk.ids[f"deal:d{n}"], Change("contact", "p1", to), *changes(doctor="Петров"), contact=to
        )
        for n, to in ((1, "p2"), (2, "p3"))
    ]
    found = desk.apply(*relinked)
    assert [found[one.id].linked for one in relinked] == [False, True]
    assert results(found) == {Result.APPLIED}
    assert [deal["fields"]["ФИО врача к которому записан пациент"] for deal in desk.deals] == ["Петров"] * 2


# ── refusals ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("fault", "least", "most"), [("too_many_html", 1, 3), ("too_many_json", 300, 303)])
def test_both_kinds_of_429_are_waited_out_and_the_request_goes_again(
    desk: AmoDesk, fault: str, least: float, most: float
) -> None:
    slept = desk.clock.slept
    desk.fault(fault, "POST contacts")
    assert results(desk.apply(person())) == {Result.APPLIED}
    assert least <= desk.clock.slept - slept <= most
    assert len(desk.contacts) == 1


def test_nothing_is_sent_after_the_account_was_blocked(desk: AmoDesk) -> None:
    desk.fault("blocked", "POST contacts", times=0)
    with pytest.raises(Forbidden, match="support"):
        desk.apply(*people(49), *people(2000)[49:])
    assert desk.asked("POST contacts") <= 8


def test_nine_minutes_of_402_at_night_are_waited_out(desk: AmoDesk) -> None:
    desk.fault("unpaid:540", "*")
    assert results(desk.apply(*people(60))) == {Result.APPLIED}
    assert 540 <= desk.clock.slept <= 620


def test_an_account_that_is_not_paid_for_is_told_after_a_while(desk: AmoDesk) -> None:
    desk.set(subscription="over")
    with pytest.raises(Unavailable, match="402"):
        desk.apply(person())
    assert 800 <= desk.clock.slept <= 900


def test_a_token_that_was_revoked_stops_everything(desk: AmoDesk) -> None:
    desk.act("revoke")
    with pytest.raises(Forbidden, match="401"):
        desk.apply(person())


def test_what_the_tokens_user_may_not_do_stops_everything(desk: AmoDesk) -> None:
    desk.fault("no_right", "POST contacts")
    with pytest.raises(TargetError, match="administrator"):
        desk.apply(person())


def test_seven_requests_a_second_are_never_passed(box: Running, kids: AmoDesk) -> None:
    kids.set(rate=7.0, block_after=1)
    slept = kids.clock.slept
    kids.read(contact_keys=[f"p{number}" for number in range(8)], deal_keys=[f"d{number}" for number in range(8)])
    assert kids.counters["refused_429"] == 0
    assert kids.clock.slept - slept >= 15 / 7


def test_a_limit_that_ends_while_it_is_looked_at_ends_no_push(box: Running) -> None:
    opened(box, "smile")

    class Creeping(PortalClock):
        """Each look at it takes a while."""

        def time(self) -> float:
            self._ahead += 0.06
            return super().time()

    desk = AmoDesk(box, pace={"account": box.doors[0].url.rstrip("/"), "size": 1})
    desk.target.check()
    desk.set(rate=0.0)
    desk.clock.__class__ = Creeping
    assert len(desk.apply(*people(12))) == 12


def test_accounts_have_their_own_ids_and_the_same_words(box: Running) -> None:
    for account in ("smile", "smilekids"):
        desk = opened(box, account)
        assert results(desk.apply(person(), visit(stage=NO_SHOW))) == {Result.APPLIED}
        assert desk.deals[0]["loss_reason"] == "Не пришёл"
