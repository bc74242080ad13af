"""Canaries: known names, phones, birth dates, cards, addresses and secrets, in everything that a run says or leaves.

Each scenario is run with a report, a log and alerts. Then all of it is searched: both streams, every file of the
clinic's folder but the state store, the inbox, the archive and the secrets, every letter and every message. Card
numbers may stand in keys (``patient/north/7740193``), nowhere else.
"""

import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from tests.clinic import DAY, Clinic
from tests.runs.test_failures import finished, process
from tests.telling.post import PASSWORD, Hooks, Mailroom, free_port

HEADER = "Номер карты;Ф.И.О.;Телефон;Статус пациента;Филиал;Дата рождения;E-mail"
MILA = (
    "7740193;Скворчеева Милолика Радомировна;8 (916) 555-73-91;VIP;Центральный;17.03.1983;mila.kanareeva@mail.example"
)
NAMESAKE = "7740194;Скворчеева Милолика Радомировна;8 (916) 555-73-91;VIP;Центральный;17.03.1983;"
VISITS = "Ф.И.О.;Телефон;Дата и время приёма;Врач;Статус"
VISIT = "СКВОРЧЕЕВА милолика Радомировна;+7 916 555-73-91;06.10.2026 9:00:00;Петров;Записан"

WORDS = ("скворче", "милолик", "радомир", "kanareeva", "s3cr3t-canary", "c4nary", PASSWORD.casefold())
PHONE = "9165557391"
BORN = re.compile(r"17[./-]0?3[./-](?:19)?83|1983-03-17|17 марта")
CARDS = re.compile(r"(?<![/])774019[34]")
STORE = b"SQLite format 3\0"


def hits(text: str, secret: str) -> list[str]:
    """The canaries in a text."""
    plain = text.casefold()
    found = [word for word in (*WORDS, secret.casefold()) if word in plain]
    found += ["phone"] * (PHONE in re.sub(r"\D", "", text))
    return found + BORN.findall(text) + CARDS.findall(text)


def texts(clinic: Clinic, post: Mailroom, web: Hooks) -> Iterator[tuple[str, str]]:
    """Everything that a run wrote outside the state store and the CRM, by the name of the place."""
    for path in clinic.folder.rglob("*"):
        parts = path.relative_to(clinic.folder).parts
        if path.is_file() and parts[0] not in ("inbox", "archive", "secrets", "config.toml"):
            content = path.read_bytes()
            if not content.startswith(STORE) and not path.name.endswith(("-wal", "-shm")):
                yield "/".join(parts), content.decode("utf-8", errors="replace")
                yield "name of " + "/".join(parts), path.name
    for letter, raw in zip(post.letters, post.raw, strict=True):
        yield "letter", f"{letter['Subject']}\n{letter.get_content()}\n{raw!r}"
    for _method, _path, body in web.told:
        yield "message", str(body)


Scenario = Callable[[Clinic, pytest.MonkeyPatch], list[list[str]]]
SYNC = ["sync"]


def a_good_run(clinic: Clinic, patch: pytest.MonkeyPatch) -> list[list[str]]:
    clinic.drop("patients_1.csv", MILA, header=HEADER)
    clinic.drop("reminders_1.csv", VISIT, header=VISITS)
    looks = [["status"], ["status", "--json"], ["check", "--tell"], ["state", "check"], ["state", "backup"], ["prune"]]
    return [["diff", "--no-values"], SYNC, ["sync", "--json"], *looks]


def nothing_new(clinic: Clinic, patch: pytest.MonkeyPatch) -> list[list[str]]:
    return [SYNC, SYNC]


def rejects(clinic: Clinic, patch: pytest.MonkeyPatch) -> list[list[str]]:
    wrong = (
        MILA.replace("555-73-91", "555-73-9"),
        MILA.replace("17.03.1983", "17.03.83"),
        MILA.replace("mila.kanareeva@", "mila.kanareeva at "),
        MILA.replace(";VIP", ";VIP;Скворчеева"),
        ";".join(reversed(MILA.split(";"))),
        MILA.replace("7740193", "7,740193E+09"),
        NAMESAKE.replace("7740194", "7740193"),
    )
    clinic.drop("patients_1.csv", MILA, *wrong, header=HEADER)
    clinic.drop(
        "reminders_1.csv",
        VISIT,
        VISIT.replace("Записан", "Скворчеева Милолика"),
        VISIT.replace("06.10.2026 9:00:00", "17.03.1983"),
        VISIT.replace("06.10.2026 9:00:00", "Скворчеева"),
        VISIT.replace("СКВОРЧЕЕВА милолика Радомировна", "8 916 555 73 91"),
        header=VISITS,
    )
    return [SYNC, ["sync", "--strict"], ["clean"], ["status"], ["status", "--json"]]


def namesakes(clinic: Clinic, patch: pytest.MonkeyPatch) -> list[list[str]]:
    clinic.drop("patients_1.csv", MILA, NAMESAKE, header=HEADER)
    clinic.drop("reminders_1.csv", VISIT, header=VISITS)
    return [SYNC, SYNC, ["status"], ["status", "--json"]]


def a_file_without_its_header(clinic: Clinic, patch: pytest.MonkeyPatch) -> list[list[str]]:
    clinic.drop("patients_1.csv", MILA, NAMESAKE)
    clinic.drop("reminders_1.csv", VISIT, header="Телефон;Милолика;Скворчеева")
    return [SYNC, ["sync", "--json"]]


def a_file_of_no_feed_that_is_named_after_a_patient(clinic: Clinic, patch: pytest.MonkeyPatch) -> list[list[str]]:
    for name in ("Скворчеева Милолика.pdf", "Снимок.Скворчеева", "8 916 555-73-91.jpg", "patients_1.csv.part"):
        (clinic.folder / "inbox" / name).write_bytes(b"x")
    clinic.drop("patients_8 916 555-73-91.csv", MILA, MILA.replace(";8 (916) 555-73-91", ";8 (916)"), header=HEADER)
    return [
        ["diff", "--no-values", "--all"],
        SYNC,
        SYNC,
        ["clean"],
        ["status"],
        ["sync", "--json"],
        ["diff", "--no-values"],
        ["status", "--json"],
    ]


def a_refused_plan(clinic: Clinic, patch: pytest.MonkeyPatch) -> list[list[str]]:
    clinic.configure("creates = 500", "creates = 0")
    clinic.drop("patients_1.csv", MILA, header=HEADER)
    clinic.drop("reminders_1.csv", VISIT, header=VISITS)
    return [SYNC, ["sync", "--json"], ["push"]]


def a_refused_file(clinic: Clinic, patch: pytest.MonkeyPatch) -> list[list[str]]:
    clinic.drop("patients_1.csv", MILA, header=HEADER, at="2026-09-05T14:00")
    clinic.drop("reminders_1.csv", VISIT.encode().decode("cp1251", errors="replace"), header=VISITS, encoding="utf-8")
    return [SYNC, ["sync", "--json"]]


def a_file_that_is_no_export(clinic: Clinic, patch: pytest.MonkeyPatch) -> list[list[str]]:
    (clinic.folder / "inbox" / "patients_1.csv").write_bytes(f"<html>{MILA}</html>".encode())
    (clinic.folder / "inbox" / "recommendations_1.xml").write_bytes(
        f"<?xml version='1.0'?><a><b>{MILA}</c></a>".encode()
    )
    (clinic.folder / "inbox" / "visits_1.xlsx").write_bytes(b"PK\3\4" + MILA.encode())
    for path in (clinic.folder / "inbox").iterdir():
        clinic.stamp(path, DAY)
    return [SYNC, ["sync", "--json"]]


def the_crm_is_down(clinic: Clinic, patch: pytest.MonkeyPatch) -> list[list[str]]:
    patch.setenv("DENTSYNC_WEBHOOK", f"http://127.0.0.1:{free_port()}/rest/1/s3cr3t-canary/")
    return a_good_run(clinic, patch)


def a_wrong_webhook(clinic: Clinic, patch: pytest.MonkeyPatch) -> list[list[str]]:
    patch.setenv("DENTSYNC_WEBHOOK", f"{clinic.box.url}/rest/1/s3cr3t-canary/")
    return a_good_run(clinic, patch)


def what_is_no_webhook(clinic: Clinic, patch: pytest.MonkeyPatch) -> list[list[str]]:
    patch.setenv("DENTSYNC_WEBHOOK", "https://portal.example/crm/s3cr3t-canary")
    return a_good_run(clinic, patch)


def a_webhook_in_the_configuration(clinic: Clinic, patch: pytest.MonkeyPatch) -> list[list[str]]:
    clinic.configure("env:DENTSYNC_WEBHOOK", "https://portal.example/rest/1/s3cr3t-canary/")
    return a_good_run(clinic, patch)


def secrets_in_the_wrong_places(clinic: Clinic, patch: pytest.MonkeyPatch) -> list[list[str]]:
    clinic.configure("env:ALERTS", "https://portal.example/s3cr3t-canary")
    return [SYNC, ["check"]]


def a_broken_configuration(clinic: Clinic, patch: pytest.MonkeyPatch) -> list[list[str]]:
    clinic.say("sync")
    clinic.configure("[clinic]", 'webhook = "https://portal.example/rest/1/s3cr3t-canary/\n[clinic')
    return [SYNC, SYNC]


def the_crm_refuses_what_it_is_sent(clinic: Clinic, patch: pytest.MonkeyPatch) -> list[list[str]]:
    for nth, code in enumerate(("CRM_FIELD_ERROR_VALUE_NOT_VALID", "CRM_FIELD_ERROR_REQUIRED", "8 916 555-73-91"), 1):
        clinic.fault(f"error:{code}", "crm.item.add", nth=nth)
    return a_good_run(clinic, patch)


def the_crm_answers_strangely(clinic: Clinic, patch: pytest.MonkeyPatch) -> list[list[str]]:
    clinic.fault("http_502_html", "batch")
    clinic.fault("truncated_json", "batch")
    return a_good_run(clinic, patch)


def people_worked_in_the_crm(clinic: Clinic, patch: pytest.MonkeyPatch) -> list[list[str]]:
    clinic.drop("patients_1.csv", MILA, header=HEADER)
    clinic.drop("reminders_1.csv", VISIT, header=VISITS)
    clinic.say("sync")
    contact, deal = clinic.contacts()[0]["id"], clinic.deals()[0]["id"]
    clinic.act("edit", contact=contact, fields={"name": "Мила", "lastName": "Скворчеева-Радомирова"})
    clinic.act("edit", deal=deal, fields={"title": "Скворчеева, перезвонить 8 916 555-73-91"})
    clinic.drop("patients_2.csv", MILA.replace("VIP", "Новый"), header=HEADER)
    clinic.drop("reminders_2.csv", VISIT.replace("Записан", "Подтвержден"), header=VISITS)
    return [["diff", "--online", "--no-values"], SYNC, ["status", "--json"], ["status"]]


def a_bug(clinic: Clinic, patch: pytest.MonkeyPatch) -> list[list[str]]:
    def broken(*given: object, **_named: object) -> None:
        raise RuntimeError(f"{MILA} {clinic.box.webhook} {given}") from ValueError(VISIT)

    patch.setattr("dentsync.runs.loading._Loading.take", broken)
    clinic.drop("patients_1.csv", MILA, header=HEADER)
    return [SYNC, ["sync", "--json"], ["diff"]]


def a_bug_in_telling(clinic: Clinic, patch: pytest.MonkeyPatch) -> list[list[str]]:
    def broken(*_given: object, **_named: object) -> None:
        raise RuntimeError(f"{MILA} {PASSWORD}")

    patch.setattr("dentsync.load.mail.message_of", broken)
    return the_crm_is_down(clinic, patch)


def a_damaged_store(clinic: Clinic, patch: pytest.MonkeyPatch) -> list[list[str]]:
    clinic.drop("patients_1.csv", MILA, header=HEADER)
    clinic.say("sync")
    path = clinic.folder / "state" / "dentsync.db"
    path.write_bytes(STORE + path.read_bytes()[16:].replace(b"patient", b"tneitap"))
    return [SYNC, ["status"]]


def a_lock(clinic: Clinic, patch: pytest.MonkeyPatch) -> list[list[str]]:
    commands = a_good_run(clinic, patch)
    clinic.say("sync")
    lock = FileLock(clinic.folder / "state" / "lock")
    lock.acquire()
    patch.setattr(clinic, "held", lock, raising=False)  # until the test ends
    return [SYNC, SYNC, SYNC, *commands]


def nobody_can_be_told(clinic: Clinic, patch: pytest.MonkeyPatch) -> list[list[str]]:
    text = (clinic.folder / "config.toml").read_text(encoding="utf-8")
    clinic.configure(re.findall(r"^port = .*$", text, re.MULTILINE)[0], f"port = {free_port()}")
    patch.setenv("ALERTS", f"http://127.0.0.1:{free_port()}/hook/C4nary-h00k-t0ken")
    patch.setenv("HEARTBEAT", f"ftp://127.0.0.1:{free_port()}/C4nary-b3at")
    return the_crm_is_down(clinic, patch)


def a_wrong_password(clinic: Clinic, patch: pytest.MonkeyPatch) -> list[list[str]]:
    (clinic.folder / "secrets" / "mail").write_text("C4nary-wr0ng", encoding="utf-8")
    return the_crm_is_down(clinic, patch)


def what_was_mistyped(clinic: Clinic, patch: pytest.MonkeyPatch) -> list[list[str]]:
    return [
        ["sync", "+79165557391"],
        ["sync", "--nonsense", "https://portal.example/rest/1/s3cr3t-canary/"],
        ["sync", "--now", "8 916 555-73-91"],
        ["whois", "8 916 555-73-91", "mila.kanareeva@mail.example"],
        ["whois", "8916555739"],
        ["import", "https://x:s3cr3t-canary@portal.example/a.csv", "--feed", "patients"],
    ]


SCENARIOS: tuple[Scenario, ...] = (
    a_good_run, nothing_new, rejects, namesakes, a_file_without_its_header, a_refused_plan, a_refused_file,
    a_file_of_no_feed_that_is_named_after_a_patient, a_file_that_is_no_export, the_crm_is_down, a_wrong_webhook,
    what_is_no_webhook, a_webhook_in_the_configuration, secrets_in_the_wrong_places, a_broken_configuration,
    the_crm_refuses_what_it_is_sent, the_crm_answers_strangely, people_worked_in_the_crm, a_bug, a_bug_in_telling,
    a_damaged_store, a_lock, nobody_can_be_told, a_wrong_password, what_was_mistyped,
)  # fmt: skip
TELLING = ("sync", "diff", "push", "extract", "import")


def secret_of(clinic: Clinic) -> str:
    return clinic.box.webhook.rstrip("/").rsplit("/", 1)[-1]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_no_canary_sings(
    alerted: Clinic, post: Mailroom, web: Hooks, monkeypatch: pytest.MonkeyPatch, scenario: Scenario
) -> None:
    (alerted.folder / "said").mkdir()
    for number, command in enumerate(scenario(alerted, monkeypatch)):
        told = ["--report", str(alerted.folder / "said" / f"{number}.json")] if command[0] in TELLING else []
        told += ["--log", str(alerted.folder / "said" / "log.jsonl")] if told else []
        said = alerted.say(*command, *told, now="" if "--now" in command else DAY)
        assert said.all or said.code == 0
        assert hits(said.all, secret_of(alerted)) == [], command
    found = {place: hits(text, secret_of(alerted)) for place, text in texts(alerted, post, web)}
    assert {place: canary for place, canary in found.items() if canary} == {}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_canary_sings_when_a_run_is_stopped(
    alerted: Clinic, post: Mailroom, web: Hooks, number: signal.Signals
) -> None:
    (alerted.folder / "said").mkdir()
    alerted.drop("patients_1.csv", MILA, header=HEADER)
    alerted.drop("reminders_1.csv", VISIT, header=VISITS)
    alerted.fault("slow:2", "batch", times=0)
    told = ["--report", str(alerted.folder / "said" / "r"), "--log", str(alerted.folder / "said" / "l")]
    running = process(alerted, "sync", *told)
    while not alerted.counters()["requests"]:
        time.sleep(0.02)
    running.send_signal(number)
    said = finished(running)
    assert said.code in (130, 143, -signal.SIGKILL)
    found = {place: hits(text, secret_of(alerted)) for place, text in texts(alerted, post, web)}
    assert {place: canary for place, canary in found.items() if canary} == {}
    assert hits(said.all, secret_of(alerted)) == []


def test_the_search_finds_what_it_is_for(alerted: Clinic, post: Mailroom, web: Hooks) -> None:
    alerted.drop("patients_1.csv", MILA, header=HEADER)
    plan = alerted.folder / "plan.json"
    said = alerted.say("diff", "--values", "--out", str(plan))
    assert {"скворче", "милолик", "phone"} <= set(hits(said.out, "no such secret"))
    found = dict(texts(alerted, post, web))
    assert hits(found["plan.json"], "no such secret")
    assert hits(alerted.say("whois", "89165557391").out, "x" * 99) == []
    assert hits(f"17.03.1983 card 7740193 {alerted.box.webhook}", secret_of(alerted)) == [
        secret_of(alerted).casefold(), "17.03.1983", "7740193",
    ]  # fmt: skip
    assert hits("patient/центральный/7740193", "no such secret") == []


def test_files_outside_the_state_are_private(alerted: Clinic, post: Mailroom, web: Hooks) -> None:
    (alerted.folder / "said").mkdir()
    alerted.drop("patients_1.csv", MILA, header=HEADER)
    alerted.say("sync", "--report", str(alerted.folder / "said" / "r"), "--log", str(alerted.folder / "said" / "l"))
    assert {oct(path.stat().st_mode & 0o777) for path in Path(alerted.folder / "said").iterdir()} == {"0o600"}
