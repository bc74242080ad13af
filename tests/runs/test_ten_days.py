"""Ten days of the clinic with IDENT and amoCRM: the preset as it stands, and a golden board after each day.

Each day says in its docstring what it shows and asserts that itself; the golden file (tests/golden/ident) holds all the
rest of the board, so that nothing else changes unseen. ``UPDATE_GOLDEN=1 pytest tests/runs/test_ten_days.py`` writes
the files anew; read the difference before committing.
"""

import json
import os
import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dentsync.sandbox.server import Running
from tests.account import AmoClinic
from tests.ident_days import KIDS, TASKS, VISITS, Card, Mis
from tests.runs.ident_account import ident_clinic

GOLDEN = Path(__file__).parents[1] / "golden" / "ident"
PRIMARY, REPEAT, SALE, RETURN = "Первичные пациенты", "Повторные приемы", "Продажа лечения", "Возврат лидов"
BOOKED, CAME, WON, LOST = "Записан на прием", "Посетил", "Успешно реализовано", "Закрыто и не реализовано"

ANNA = Card("0101", "Соколова Анна Викторовна", "8(916)555-01-01")
IVAN = Card("0102", "Котов Иван Петрович", "+7 916 555-01-02", done=3)
MARIA = Card("0103", "Орлова Мария Ивановна", "89165550103", done=5)
PYOTR = Card("0104", "Белов Пётр Сергеевич", "8 916 555 01 04")
OLGA = Card("0105", "Зимина Ольга Львовна", "9165550105", done=2)
OLEG = Card("0106", "Титов Олег Юрьевич", "8-916-555-01-06")
ELENA = Card("0107", "Рогова Елена Павловна", "+79165550107", done=1)
ARTYOM = Card("0108", "Седов Артём Ильич", "8 (916) 555-01-08")
ALLA = Card("0109", "Громова Алла Борисовна", "8 (916) 5550109")
ANTON = Card("0110", "Крылов Антон Игоревич", "89165550110", done=4, no_sms="Да")
LEV = Card("0101", "Орлов Лев Олегович", "", branch=KIDS, born="01.05.2017", speaks="Орлова Мария Ивановна 89165550103")
EVA = Card("0102", "Орлова Ева Олеговна", "89165550103", done=1, branch=KIDS, born="01.05.2014")


@pytest.fixture
def clinic(
    server: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> AmoClinic:
    monkeypatch.setenv("DENTSYNC_TOKEN", server.doors[0].keys["token"])
    return ident_clinic(server, tmp_path / "clinic", capsys.readouterr)


# ── what is on the board ──────────────────────────────────────────────────────────────────────


def board(clinic: AmoClinic) -> dict[str, Any]:
    """Pipelines with stages and titles, contacts as a person sees them, and what waits for a person."""
    state = clinic.state()
    people = {contact["id"]: contact["name"] for contact in state["contacts"]}
    stages: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for deal in state["leads"]:
        stage = ": ".join(filter(None, (deal["status"], deal["loss_reason"])))
        owner = ", ".join(people.get(one, "—") for one in deal["contacts"])
        stages[deal["pipeline"]][stage].append(f"{deal['name']} ({owner})")
    card = ("Номер медкарты", "Завершено", "Дата и время будущего ближайшего приема")
    contacts = [
        ", ".join([one["name"], *one["phones"], *(str(one["fields"].get(name, "—")) for name in card)])
        for one in state["contacts"]
    ]
    waits = [line for line in clinic.say("status").out.splitlines() if line.strip().startswith("held")]
    return {
        "pipelines": {
            name: {stage: sorted(titles) for stage, titles in there.items()} for name, there in stages.items()
        },
        "contacts": sorted(contacts),
        "tasks": tasks(clinic),
        "waits": [line.strip() for line in waits],
        "all fields": [one["fields"] for one in (*state["contacts"], *state["leads"]) if "Соколова" in one["name"]][:2],
    }


def places(clinic: AmoClinic, whose: str) -> list[tuple[str, ...]]:
    """Title, pipeline, stage and loss reason of somebody's deals, oldest first."""
    parts = ("name", "pipeline", "status", "loss_reason")
    return [tuple(deal[one] for one in parts if deal[one]) for deal in clinic.deals() if whose in deal["name"]]


def lead(clinic: AmoClinic, title: str, pipeline: str = "") -> int:
    [number] = [
        one["id"] for one in clinic.deals() if one["name"] == title and one["pipeline"] == (pipeline or one["pipeline"])
    ]
    return int(number)


def contact(clinic: AmoClinic, name: str) -> int:
    [number] = [one["id"] for one in clinic.contacts() if one["name"] == name]
    return int(number)


def tasks(clinic: AmoClinic) -> list[str]:
    """Type, deadline and deal of each task."""
    state = clinic.state()
    names = {deal["id"]: deal["name"] for deal in state["leads"]}
    return [
        f"{one['type']} {one['due'][:10]}{' ✓' if one['completed'] else ''}: {names[one['on'][1]]}"
        for one in state["tasks"]
    ]


def oleg_of(clinic: AmoClinic) -> str:
    """The title of Oleg's visit."""
    return places(clinic, "Титов")[0][0]


def check(name: str, clinic: AmoClinic) -> None:
    path = GOLDEN / f"{name}.json"
    text = json.dumps(board(clinic), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), f"the board after {name} differs from its golden file"


def run(clinic: AmoClinic, at: str, code: int = 0) -> dict[str, Any]:
    """``sync`` and ``tick`` as cron has them; twice, and the second time changes nothing."""
    summary = clinic.sync(now=at)
    assert summary["exit_code"] == code, summary
    assert clinic.say("tick", now=at).code == 0
    writes = clinic.writes
    assert clinic.sync(now=at)["operations"] == 0
    assert clinic.say("tick", now=at).code == 0
    assert clinic.writes == writes, "a second run changed something"
    return summary


# ── the days ──────────────────────────────────────────────────────────────────────────────────


def monday_5(clinic: AmoClinic, mis: Mis) -> None:
    """The first load. Who called before is not made twice; a card number of two branches is two people; a family on
    one number stays three contacts; who waits in «Неразобранное» cannot be seen, and stays as it is."""
    clinic.act("create_contact", name="Анна", phones=["8 (916) 555-01-01"])
    clinic.act("create_lead", name="Звонок с сайта", contact="Анна", pipeline=PRIMARY, status="Взяли в работу")
    clinic.act("create_contact", name="Иван Котов", phones=["8-916-555-01-02"])
    clinic.act("create_lead", name="WhatsApp", contact="Иван Котов", pipeline=REPEAT, status="Новый лид")
    clinic.act("call", phone="+79165550109", pipeline=PRIMARY)
    mis.drop(clinic)
    assert run(clinic, mis.at("2026-10-05T08:30"))["outcomes"]["applied"] == 12
    # Alla is there twice: her call is hidden from the search until people accept it.
    assert len(clinic.contacts()) == 12 + 1
    assert [deal["status"] for deal in clinic.deals()] == ["Взяли в работу", "Новый лид", "Неразобранное"]


def tuesday_6(clinic: AmoClinic, mis: Mis) -> None:
    """Bookings. Anna's and Ivan's open leads become the deals of their visits, wherever they stood; 0 completed
    visits are primary, 1 is repeat; a visit number of two branches is two visits; the call in «Неразобранное» is
    left alone."""
    now = mis.at("2026-10-06T14:00")
    mis.book(1, ANNA, "2026-10-07 09:00")
    mis.book(2, IVAN, "2026-10-07 10:00")
    mis.book(3, PYOTR, "2026-10-08 11:00")
    mis.book(4, OLGA, "2026-10-08 12:00")
    mis.book(5, OLEG, "2026-10-08 15:00")
    mis.book(6, ARTYOM, "2026-10-08 16:00")
    mis.book(7, ALLA, "2026-10-12 09:00")
    mis.book(1, LEV, "2026-10-07 11:00", doctor="Рыжова С.А.")
    mis.book(2, EVA, "2026-10-07 11:30", doctor="Рыжова С.А.")
    mis.drop(clinic)
    run(clinic, now)
    assert places(clinic, "Соколова") == [("Соколова Анна Викторовна, 07.10 09:00, Смоляков А.В.", PRIMARY, BOOKED)]
    assert places(clinic, "Котов") == [("Котов Иван Петрович, 07.10 10:00, Смоляков А.В.", REPEAT, BOOKED)]
    assert [place[1:] for place in places(clinic, "Орлов")] == [(PRIMARY, BOOKED), (REPEAT, BOOKED)]
    assert places(clinic, "Звонок") == [("Звонок +79165550109", PRIMARY, "Неразобранное")]
    assert len(clinic.deals()) == 9 + 1


def wednesday_7(clinic: AmoClinic, mis: Mis) -> None:
    """Visited is a stage, no end. A visit moved by its link closes the old deal as lost, «Перенос», and opens a new
    one; the same id with a new time is the same deal. Staff typed in a second phone and moved a deal back: both
    stay."""
    now = mis.at("2026-10-07T20:00")
    for visit in mis.visits:
        if visit.at.startswith("2026-10-07"):
            mis.say(visit, "Завершен")
    [third, fourth] = mis.visits[2:4]
    mis.say(third, "Перенесен")
    mis.book(8, PYOTR, "2026-10-09 11:00", moved_from="3")
    mis.say(fourth, "Подтвержден", at="2026-10-09 12:00")
    clinic.act("add_phone", contact="Артём Седов", phone="8 (495) 111-22-33")
    clinic.act("move", lead=lead(clinic, "Титов Олег Юрьевич, 08.10 15:00, Смоляков А.В."), status="Взяли в работу")
    mis.drop(clinic)
    run(clinic, now)
    for who in ("Соколова", "Котов", "Орлов Лев", "Орлова Ева"):
        assert places(clinic, who)[0][2] == CAME
    assert [place[1:] for place in places(clinic, "Белов")] == [(PRIMARY, LOST, "Перенос"), (PRIMARY, BOOKED)]
    assert places(clinic, "Зимина") == [("Зимина Ольга Львовна, 09.10 12:00, Смоляков А.В.", REPEAT, BOOKED)]
    assert places(clinic, "Титов")[0][2] == "Взяли в работу"
    assert clinic.contacts()[-1]["phones"]


def thursday_8(clinic: AmoClinic, mis: Mis) -> None:
    """Staff win visits: each is followed by NPS, and Anna's, marked for complex treatment, by a sale, too. In the
    evening one did not come and one has cancelled: lost for two reasons. A file without rows is refused, and the
    next one is read."""
    anna, ivan = (lead(clinic, places(clinic, who)[0][0]) for who in ("Соколова", "Котов"))
    clinic.act("edit", lead=anna, fields={"Нужно комплексное лечение": True})
    for number in (anna, ivan):
        clinic.act("move", lead=number, status=WON)
    now = mis.at("2026-10-08T14:00")
    before = clinic.state()["contacts"]
    clinic.drop("appointments_2026-10-08T14-00.csv", header=VISITS, at=now)
    assert clinic.sync(now=now)["exit_code"] == 5
    assert clinic.state()["contacts"] == before
    now = mis.at("2026-10-08T20:00")
    mis.say(mis.visits[4], "Не пришел")
    mis.say(mis.visits[5], "Отменен", reason="заболел")
    mis.book(9, ELENA, "2026-10-13 10:00")
    mis.drop(clinic)
    run(clinic, now, code=5)  # the refused one is told of once more, and put aside
    title = "Соколова Анна Викторовна, 07.10 09:00, Смоляков А.В."
    assert places(clinic, "Соколова") == [
        (title, PRIMARY, WON),
        ("NPS: " + title, "NPS", "Отправить опрос"),
        ("Лечение: " + title, SALE, "Нужно комплексное лечение"),
    ]
    assert [place[1] for place in places(clinic, "Котов")] == [REPEAT, "NPS"]
    assert places(clinic, "Титов")[0][1:] == (PRIMARY, LOST, "Не пришёл")
    assert places(clinic, "Седов")[0][1:] == (PRIMARY, LOST, "Отменил запись")


def friday_9(clinic: AmoClinic, mis: Mis) -> None:
    """The next morning the no-show turns out to have come: corrected by itself. A copy of yesterday's list that
    comes late undoes nothing. Anna's next visit is a repeat; her plan is sold, and treatment begins."""
    late = list(mis.lines())
    now = mis.at("2026-10-09T09:00")
    mis.say(mis.visits[4], "Завершен")
    mis.book(10, ANNA, "2026-10-16 09:00")
    mis.drop(clinic)
    clinic.act("move", lead=lead(clinic, places(clinic, "Лечение: ")[0][0]), status=WON)
    run(clinic, now)
    clinic.drop("appointments_late.csv", *late, header=VISITS, at="2026-10-08T20:30")
    run(clinic, mis.at("2026-10-09T09:30"))
    assert places(clinic, "Титов")[0][1:] == (PRIMARY, CAME)
    assert [place[1:] for place in places(clinic, "Соколова")][2:] == [
        (SALE, WON), (REPEAT, BOOKED), ("Лечение", "Лечение начато"),
    ]  # fmt: skip


def monday_12(clinic: AmoClinic, mis: Mis) -> None:
    """«Профосмотр»: a deal with a task for each, whose comment stays in the MIS. Pyotr came and puts his treatment off:
    his deal is lost for that reason, and one waits in «Возврат лидов». Who refused messages has won and gets no
    NPS. Oleg needs complex treatment."""
    now = mis.at("2026-10-12T20:00")
    for visit in mis.visits:
        if visit.start < mis.now and visit.status in ("Записан", "Подтвержден"):
            mis.say(visit, "Завершен")
    mis.book(11, ANTON, "2026-10-12 13:00", status="Завершен")
    given = (("0102", IVAN, "61503"), ("0103", MARIA, "61504"))
    lines = [f"{card};{who.name};Смоляков А.В.;01.04.2027;личное;{number};;TopSmile" for card, who, number in given]
    clinic.drop("tasks_1.csv", *lines, header=TASKS, at=now)
    mis.drop(clinic)
    run(clinic, now)
    pyotr, anton, oleg = (places(clinic, who)[-1][0] for who in ("Белов", "Крылов", "Титов"))
    clinic.act("edit", lead=lead(clinic, oleg), fields={"Нужно комплексное лечение": True})
    clinic.act("move", lead=lead(clinic, oleg), status=WON)
    clinic.act("move", lead=lead(clinic, pyotr), status=LOST, loss_reason="Отложил лечение")
    clinic.act("move", lead=lead(clinic, anton), status=WON)
    run(clinic, mis.at("2026-10-12T20:30"))
    assert [place[1:] for place in places(clinic, "Профосмотр")] == [("Профосмотры", "Пригласить")] * 2
    assert len(tasks(clinic)) == 2
    assert places(clinic, "Белов")[-1] == (pyotr, RETURN, "Отложено")
    assert [place[1:] for place in places(clinic, "Крылов")] == [(REPEAT, WON)]
    assert places(clinic, "Лечение: Титов")[-1][1:] == (SALE, "Нужно комплексное лечение")
    assert "личное" not in str(clinic.state())


def tuesday_13(clinic: AmoClinic, mis: Mis) -> None:
    """Pyotr is asked again and wants to come: his deal is back where it came from. A visit whose word in the MIS is
    «Перенесен», with no link, is lost as moved; the one booked instead is a deal of its own. Alla's call is
    accepted. Oleg's sale is put off."""
    now = mis.at("2026-10-13T20:00")
    [elena] = [one for one in mis.visits if one.card is ELENA]
    mis.say(elena, "Перенесен")
    mis.book(12, ELENA, "2026-10-15 10:00")
    pyotr = places(clinic, "Белов")[-1][0]
    clinic.act("move", lead=lead(clinic, pyotr, RETURN), status=WON)
    clinic.act("move", lead=lead(clinic, "Лечение: " + oleg_of(clinic)), status=LOST, loss_reason="Отложил лечение")
    clinic.act("accept", lead="Звонок +79165550109", status="Взяли в работу", pipeline=PRIMARY)
    mis.drop(clinic)
    run(clinic, now)
    assert places(clinic, "Белов")[-1] == ("Снова: " + pyotr, PRIMARY, "Новый лид")
    assert [place[1:] for place in places(clinic, "Рогова")] == [(REPEAT, LOST, "Перенос"), (REPEAT, BOOKED)]


def wednesday_14(clinic: AmoClinic, mis: Mis) -> None:
    """The deal that came back is the deal of Pyotr's next visit, now among the repeats. Staff merge Alla's two
    contacts: the one that lives on is hers. A cancelled visit of six days ago is said to have taken place: that
    waits for a person."""
    now = mis.at("2026-10-14T20:00")
    mis.book(13, PYOTR, "2026-10-16 12:00")
    mis.book(14, ALLA, "2026-10-16 13:00")
    mis.say(mis.visits[5], "Завершен")
    ours, theirs = contact(clinic, "Алла Громова"), contact(clinic, "+79165550109")
    clinic.act("merge", contacts=[theirs, ours])
    clinic.act("edit", contact=theirs, fields={"name": "Алла Громова"})
    clinic.act("move", lead=lead(clinic, "Лечение: " + oleg_of(clinic), RETURN), status=WON)
    mis.drop(clinic)
    run(clinic, now, code=4)
    assert places(clinic, "Белов")[-1] == ("Белов Пётр Сергеевич, 16.10 12:00, Смоляков А.В.", REPEAT, BOOKED)
    # Oleg's, which had been a sale, is a sale again.
    assert places(clinic, "Снова: ") == [("Снова: Лечение: " + oleg_of(clinic), SALE, "Нужно комплексное лечение")]
    drift = json.loads(clinic.say("diff", "--online", "--json", now=now).out)["drift"]
    assert not [one for one in drift if one["what"] == "unkeyed"]
    assert places(clinic, "Седов")[0][1:] == (PRIMARY, LOST, "Отменил запись")
    assert len(clinic.contacts()) == 12
    assert {deal["contacts"][0] for deal in clinic.deals() if "Громова" in deal["name"]} == {theirs}
    # Her call, which came with the contact, is the deal of her next visit.
    assert places(clinic, "Громова")[0][1:] == (REPEAT, BOOKED)
    assert not places(clinic, "Звонок")


def thursday_15(clinic: AmoClinic, mis: Mis) -> None:
    """The late correction is approved by a person, and goes out. A task that was closed in the MIS is
    completed, and so is its deal."""
    now = mis.at("2026-10-15T20:00")
    for status in ("Отложено", WON):
        clinic.act("move", lead=lead(clinic, places(clinic, "Белов")[2][0], RETURN), status=status)
    found = re.search(r"dentsync sync --approve ([0-9a-f]{8})", clinic.say("status", now=now).out)
    assert found
    clinic.sync("--approve", found[1], now=now)
    clinic.drop(
        "tasks_2.csv", f"0102;{IVAN.name};Смоляков А.В.;01.04.2027;;61503;15.10.2026;TopSmile", header=TASKS, at=now
    )
    mis.say(mis.visits[-3], "Завершен")
    mis.drop(clinic)
    run(clinic, now)
    assert len(places(clinic, "Снова: ")) == 1, "it came back once, whatever became of it since"
    assert places(clinic, "Седов")[0][1:] == (PRIMARY, CAME)
    assert [" ✓" in one for one in tasks(clinic)] == [True, False]
    assert [place[2:] for place in places(clinic, "Профосмотр")] == [(LOST, "Нет потребности"), ("Пригласить",)]


def friday_16(clinic: AmoClinic, mis: Mis) -> None:
    """All have come, nothing is left to be booked, and nothing was made twice."""
    now = mis.at("2026-10-16T20:00")
    for visit in mis.visits:
        if visit.status in ("Записан", "Подтвержден"):
            mis.say(visit, "Завершен")
    mis.drop(clinic)
    run(clinic, now)
    assert not [deal for deal in clinic.deals() if deal["status"] == BOOKED]


DAYS: tuple[Callable[[AmoClinic, Mis], None], ...] = (
    monday_5, tuesday_6, wednesday_7, thursday_8, friday_9, monday_12, tuesday_13, wednesday_14, thursday_15, friday_16,
)  # fmt: skip


def test_ten_days_each_leave_the_board_that_the_clinic_would_have_made_by_hand(clinic: AmoClinic) -> None:
    mis = Mis([ANNA, IVAN, MARIA, PYOTR, OLGA, OLEG, ELENA, ARTYOM, ALLA, ANTON, LEV, EVA])
    for number, day in enumerate(DAYS, start=1):
        day(clinic, mis)
        check(f"{number:02}-{day.__name__}", clinic)
    assert clinic.counters()["duplicates"] == {"contacts": 0, "leads": 0}
