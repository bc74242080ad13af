"""The preset of a clinic with IDENT, on the sandbox: checked, its samples carried in, the same files once more."""

from pathlib import Path

import dentsync
from dentsync.config import preset_text
from tests.clinic import SPEED, Clinic
from tests.ident import ANNA, BOOKED, CAME, NOT_COME, configured, stages

SAMPLES = Path(dentsync.__file__).parent / "samples" / "ident"
MORNING = "2026-10-05T08:40"


def test_a_clinic_with_ident_is_set_up_and_runs(clinic: Clinic) -> None:
    text = preset_text("ident-bitrix24").replace('target = "bitrix24"', f'target = "bitrix24"\nspeed = {SPEED}')
    (clinic.folder / "config.toml").write_text(text, encoding="utf-8")
    said = clinic.say("check")
    assert said.code == 0, said.all
    for path in SAMPLES.iterdir():
        copy = clinic.folder / "inbox" / path.name
        copy.write_bytes(path.read_bytes())
        clinic.stamp(copy, "2026-10-05T08:30")
    done = clinic.sync(now=MORNING)
    assert [(file["state"], file["rejected"]) for file in done["files"]] == [("read", 0), ("read", 0)]
    assert (done["outcomes"]["failed"], done["held"], done["exit_code"]) == (0, 0, 0)
    assert {contact["UF_CRM_CARD_NUMBER"] for contact in clinic.contacts()} >= {"0010001", "0010002"}
    reminders = [deal for deal in clinic.deals() if deal["title"].startswith("Морозова Елена")]
    assert [deal["title"] for deal in reminders] == ["Морозова Елена Викторовна, 06.10 09:30, Вершинина О.Л."]
    assert clinic.sync(now=MORNING)["operations"] == 0


def test_visits_that_do_not_say_whose_they_are_are_refused(clinic: Clinic) -> None:
    text = preset_text("ident-bitrix24")
    (clinic.folder / "config.toml").write_text(text, encoding="utf-8")
    header = "Дата и время приема;Статус записи;ID Приема"
    clinic.drop("appointments_1.csv", "2026-10-06 09:00:00;Записан;1", header=header)
    said = clinic.say("extract")
    assert said.code == 1
    assert "card_number («Номер медкарты»" in said.all


def test_visits_without_a_status_go_where_their_time_stamps_say(clinic: Clinic) -> None:
    ident = configured(clinic)
    ident.configure('required = ["card_number", "start_at", "status"]', 'required = ["card_number", "start_at"]')
    commented = next(line for line in preset_text("ident-bitrix24").splitlines() if line.startswith("# status_from"))
    ident.configure(commented, commented.removeprefix("# "))
    ident.configure('# defaults    = { status = "Записан" }', 'defaults    = { status = "Записан" }')
    header = (
        "Номер медкарты;ФИО;PlanStart;ID приема;IsNotified;PatientAppeared;ReceptionEnded;CheckIssued;ReceptionCanceled"
    )
    visits = [
        "06.10.2026 9:00;1;1;;;;",
        "06.10.2026 10:00;2;1;06.10.2026 9:55;;06.10.2026 10:40;",
        "06.10.2026 11:00;3;0;06.10.2026 10:55;06.10.2026 11:50;;06.10.2026 11:55",
    ]
    ident.drop("appointments_1.csv", *(f"{ANNA};{visit}" for visit in visits), header=header)
    assert ident.sync()["outcomes"]["applied"] == 4
    assert stages(ident) == {"06.10 09:00": BOOKED, "06.10 10:00": CAME, "06.10 11:00": NOT_COME}
