import re
from pathlib import Path

import pytest

from dentsync.config import Config, access_of, preset_text, presets, secret_at, secret_of, write_preset
from dentsync.config_payroll import pay_settings
from dentsync.config_reader import load
from dentsync.errors import ConfigError
from dentsync.model import Condition, Limit, StageRef, Status
from dentsync.redact import redact

ROOT = Path(__file__).parents[1]
PRESET = preset_text("helix-bitrix24")


def loaded(tmp_path: Path, text: str = PRESET) -> Config:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def complaint(tmp_path: Path, old: str, new: str) -> str:
    """The one line about a preset in which ``old`` became ``new``."""
    assert old in PRESET
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, PRESET.replace(old, new, 1))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_example_is_the_preset() -> None:
    assert (ROOT / "config.example.toml").read_text(encoding="utf-8") == PRESET


@pytest.mark.parametrize("name", presets())
def test_every_preset_is_a_valid_configuration(tmp_path: Path, name: str) -> None:
    write_preset(name, tmp_path / "config.toml")
    assert load(tmp_path / "config.toml").routes


@pytest.mark.parametrize("name", presets())
def test_what_a_preset_has_commented_for_the_director_works_when_it_is_uncommented(tmp_path: Path, name: str) -> None:
    text, dash, last = preset_text(name).partition("# ── Отчёты")
    loaded(tmp_path, text + re.sub(r"^#(?! ──) ?", "", dash + last, flags=re.MULTILINE))
    config = load(tmp_path / "config.toml")
    assert config.reports.specialisations["Детство"] == ("Детский стоматолог",)
    assert config.reports.mail
    settings = pay_settings(tmp_path / "config.toml")
    assert settings.files["rates"] == "pay/rates.xlsx"
    assert settings.feeds.visits


def test_a_clinic_without_tasks_in_ident_invites_by_the_last_visit_instead(tmp_path: Path) -> None:
    before, _dash, after = preset_text("ident-bitrix24").partition("[routes.checkup]\n")
    _tasks, dash, rest = after.partition("# [routes.checkup]\n")
    instead, end, last = rest.partition("# ── Имена")
    text = before + "".join(line.removeprefix("# ") for line in (dash + instead).splitlines(keepends=True)) + end + last
    route = loaded(tmp_path, text).routes["checkup"]
    assert (route.feeds, route.per, route.task) == (("patients",), "last_visit_at", None)


def test_the_exchange_of_ident_with_amocrm_is_configured_whatever_the_client(tmp_path: Path) -> None:
    text = preset_text("ident-amocrm")
    account = text[text.index("[crm]") : text.index("# Наше слово")]
    config = loaded(tmp_path, text.replace(account, '[crm]\ntarget = "bitrix24"\nwebhook = "env:X"\n'))
    visit = [route for route in config.routes.values() if route.group == "visit"]
    assert [(route.pipeline, route.adopt) for route in visit] == [
        ("Первичные пациенты", ("Новый лид", "Взяли в работу")),
        ("Повторные приемы", ("Новый лид", "Взяли в работу")),
    ]
    assert config.fields["contact"]["age"].quiet


EXCHANGED = """
contact: Представитель; Возраст; Пол; Дата и время последнего приема; Дата и время будущего ближайшего приема;
Общая сумма за все визиты; Номер медкарты; Дата рождения; Комментарий; Доп. комментарий; Скидки; Отказ об смс
оповещении; Причина списания в архив; Статус пациента; Информация о санации; Откуда узнал; Завершено; Первый;
Дата создания пациента; СНИЛС; ИНН; Филиал; Порядковый номер пациента в IDENT; Аванс/долг
deal: Имя и фамилия администратора создавшего запись; Дата и время создания записи; Дата и время приема; ФИО
врача к которому записан пациент; Статус записи; Сумма к оплате; Коды оказанных услуг; Тема обращения;
Комментарий; Тип приема; Филиал; ID Приема; ID Обращения; Скидка; Фактически полученная сумма ДС; Сумма
оказанных услуг; Врач; Актуально с; Комментарий профосмотра; ID Профосмотра
"""
"""Beside the name and the phones; the second «Комментарий» of a deal needs another name."""


@pytest.mark.parametrize(("kind", "count"), [("contact", 24), ("deal", 20)])
def test_every_field_of_the_exchange_of_ident_has_its_line(kind: str, count: int) -> None:
    said = EXCHANGED.partition(f"{kind}: ")[2].partition("deal: ")[0]
    names = [" ".join(name.split()) for name in said.split(";")]
    table = preset_text("ident-amocrm").partition(f"[crm.fields.{kind}]")[2].partition("\n[")[0]
    assert len(names) == count
    assert [name for name in names if f'"{name}"' not in table] == []


def test_init_never_replaces_a_file(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(ConfigError, match="not touched"):
        write_preset("helix-bitrix24", path)
    assert path.read_text(encoding="utf-8") == "mine"


def test_the_six_pipelines_of_the_clinic_are_routes(tmp_path: Path) -> None:
    config = loaded(tmp_path)
    assert {route.pipeline for route in config.routes.values()} == {
        "Оповещение о визите",
        "Рекомендации",
        "NPS",
        "Профосмотр",
        "Первичные пациенты",
        "Лист ожидания",
    }
    checkup = config.routes["checkup"]
    assert checkup.when == (Condition("last_visit_at", low=5, high=6, unit="months_ago"),)
    assert config.routes["primary"].stages["no_show"] == StageRef("Записался, но не пришел", "lost")
    assert config.safety.creates == Limit(count=500)
    assert Status.COMPLETED in config.feeds["visits"].rules.statuses.values()


def test_paths_are_relative_to_the_file_not_to_the_caller(tmp_path: Path) -> None:
    config = loaded(tmp_path)
    assert config.inbox == tmp_path / "inbox"
    assert config.archive == tmp_path / "archive"


def test_the_digest_follows_what_shapes_a_plan_and_nothing_else(tmp_path: Path) -> None:
    same = loaded(tmp_path, PRESET + "\n# a comment\n")
    moved = loaded(tmp_path, PRESET.replace("settle_seconds = 10", "settle_seconds = 20"))
    other = loaded(tmp_path, PRESET.replace('"Уточнить"', '"Перезвонить"'))
    digest = loaded(tmp_path).digest
    assert (same.digest, moved.digest) == (digest, digest)
    assert other.digest != digest


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[feeds.reminders]\nfiles ", "[feeds.reminders]\nfile ", ["feeds.reminders", "'file'", "'files'"]),
        ('kind     = "window"', 'kind     = "windw"', ["feeds.reminders", "windw", "kind"]),
        ("Europe/Moscow", "Europe/Voronezh", ["clinic.timezone", "Europe/Voronezh"]),
        ('key      = ["card_number"]', 'key      = ["card_nunber"]', ["feeds.patients.key", "'card_number'"]),
        ('feeds    = ["reminders"]', 'feeds    = ["reminder"]', ["routes.reminder.feeds", "[feeds.reminder]"]),
        ('confirmed = "Запись подтверждена"', 'confirmd = "Запись подтверждена"', ["routes.reminder", "'confirmed'"]),
        ('{ won = "Пришёл" }', '{ wonn = "Пришёл" }', ["routes.reminder"]),
        ("{full_name}, {start_at:%d.%m %H:%M}", "{fullname}", ["routes.reminder.title", "fullname"]),
        ("days_ahead = [1, 4]", "days_ahed = [1, 4]", ["routes.reminder"]),
        ('fields   = ["start_at", "doctor"]', 'fields   = ["service"]', ["routes.reminder.fields", "crm.fields.deal"]),
        ('card_number    = "UF', 'card_no    = "UF', ["crm.fields.contact.card_no"]),
        ('updates = "30%"', 'updates = "a lot"', ["safety.updates", "a lot"]),
        ('"30h"', '"30 hours"', ["feeds.patients.expect.max_age", "30 hours"]),
        ('min_share = "80%"', 'max_rejects = "few"', ["feeds.patients.expect.max_rejects", "few"]),
        ('min_share = "80%"', 'optional = ["docter"]', ["feeds.patients.expect.optional", "'doctor'"]),
        ("creates = 500", 'fields = { balanse = "90%" }', ["safety.fields", "'balance'"]),
        ("creates = 500", 'fields = { balance = "most" }', ["safety.fields.balance", "most"]),
        ('source   = "helix"', 'source   = "helics"', ["feeds.patients.source", "helics"]),
        ("[safety]", "[savety]", ["savety", "safety"]),
        ('target = "bitrix24"', 'target = "bitrix"', ["crm", "bitrix"]),
        ('name = "Ваша улыбка"', "nam = 1", ["clinic", "nam"]),
    ],
)
def test_a_mistake_is_one_line_that_names_the_place(tmp_path: Path, old: str, new: str, words: list[str]) -> None:
    line = complaint(tmp_path, old, new)
    assert line.startswith("config.toml: ")
    assert all(word in line for word in words), line


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="dentsync init"):
        load(tmp_path / "config.toml")


def test_broken_toml_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=re.compile(r"config\.toml: not valid TOML: [^\n]+$")):
        loaded(tmp_path, "[clinic\n")


def test_a_byte_order_mark_and_the_line_ends_of_notepad_are_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xef\xbb\xbf" + preset_text("helix-bitrix24").replace("\n", "\r\n").encode())
    assert load(path).clinic == "Ваша улыбка"


@pytest.mark.parametrize("encoding", ["cp1251", "utf-16"])
def test_another_encoding_than_utf_8_is_named(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes('[clinic]\nname = "Ваша улыбка"\n'.encode(encoding))
    with pytest.raises(ConfigError, match=r"config\.toml: is not UTF-8; save it in this encoding$"):
        load(path)


@pytest.mark.parametrize("secret", ["секрет", "abc\ndef", "abc\u00a0def"])
def test_a_secret_of_the_crm_that_cannot_be_one_is_not_sent_and_not_shown(tmp_path: Path, secret: str) -> None:
    with pytest.raises(ConfigError, match=r"^crm\.webhook has characters that none has: copy it anew, as one line$"):
        secret_of(loaded(tmp_path), {"DENTSYNC_WEBHOOK": secret})


def test_the_webhook_comes_from_the_environment_or_a_file(tmp_path: Path) -> None:
    secret = "https://portal.example/rest/1/abc/"
    assert secret_of(loaded(tmp_path), {"DENTSYNC_WEBHOOK": secret}) == secret
    (tmp_path / "hook").write_text(secret + "\n", encoding="utf-8")
    from_file = loaded(tmp_path, PRESET.replace("env:DENTSYNC_WEBHOOK", "file:hook"))
    assert secret_of(from_file, {}) == secret


def test_a_webhook_written_into_the_configuration_is_refused_and_not_shown(tmp_path: Path) -> None:
    config = loaded(tmp_path, PRESET.replace("env:DENTSYNC_WEBHOOK", "https://portal.example/rest/1/s3cret/"))
    with pytest.raises(ConfigError) as caught:
        secret_of(config, {})
    assert "s3cret" not in str(caught.value)


def test_a_secret_that_was_read_is_shown_by_no_sink_from_then_on(tmp_path: Path) -> None:
    (tmp_path / "hook").write_text("Unf0rgettable\n", encoding="utf-8")
    assert redact("it is Unf0rgettable") == "it is Unf0rgettable"
    assert secret_at("file:hook", "mail.password", tmp_path / "config.toml", {}) == "Unf0rgettable"
    assert redact("it is Unf0rgettable") == "it is ***"


@pytest.mark.parametrize(
    ("lines", "word"),
    [
        ('[alerts]\nmail = ["a@b"]', "no [mail]"),
        ('[mail]\nhost = "h"\nuser = "u@h"\npassword = "s3cret"', "never the secret"),
        ('[mail]\nhost = "h"\nuser = "u@h"', "go together"),
        ('[mail]\nhost = "h"\nfrom = "nobody"', "name@domain"),
        ('[mail]\nhost = "h"\nfrom = "a@b"\nsecurity = "none"', "openly"),
        ('[mail]\nhost = "h"\nfrom = "a@b"\nsender = "a@b"', "'sender'"),
        ('[alerts]\nwebhook = "https://portal.example/s3cret"', "never the secret"),
        ('[alerts]\nhartbeat = "env:X"', "'heartbeat'"),
        ('[mail]\nhost = "h"\nfrom = "a@b"\n[alerts]\nmail = ["a@b\\nBcc: c@d"]', "name@domain"),
    ],
)
def test_a_mistake_in_whom_to_tell_is_one_line_without_secrets(tmp_path: Path, lines: str, word: str) -> None:
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, f"{PRESET}{lines}\n")
    assert word in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_whom_to_tell_does_not_shape_a_plan(tmp_path: Path) -> None:
    told = loaded(tmp_path, PRESET + '[alerts]\nwebhook = "env:X"\n')
    assert told.alerts is not None
    assert told.alerts.webhook == "env:X"
    assert told.digest == loaded(tmp_path).digest


def test_the_port_follows_the_security(tmp_path: Path) -> None:
    def port(security: str) -> int:
        mail = loaded(tmp_path, PRESET + f'[mail]\nhost = "localhost"\nfrom = "a@b"\nsecurity = "{security}"\n').mail
        assert mail is not None
        return mail.port

    assert [port(one) for one in ("starttls", "tls", "none")] == [587, 465, 25]


def test_no_webhook_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="DENTSYNC_WEBHOOK"):
        secret_of(loaded(tmp_path), {})


def test_what_is_usual_for_a_file_follows_the_kind_of_its_feed(tmp_path: Path) -> None:
    feeds = loaded(tmp_path, PRESET.replace(', min_share = "80%"', "")).feeds
    assert (feeds["patients"].expect.min_percent, feeds["reminders"].expect.min_percent) == (50, 20)
    switched_off = loaded(tmp_path, PRESET.replace('min_share = "80%"', 'min_share = "", max_rejects = ""'))
    expect = switched_off.feeds["patients"].expect
    assert (expect.min_percent, expect.max_rejects, expect.max_percent) == (None, None, 300)


def test_a_field_may_change_more_than_the_others(tmp_path: Path) -> None:
    rules = loaded(tmp_path, PRESET.replace("creates = 500", 'fields = { balance = "90%" }')).safety
    assert (rules.fields, rules.field, rules.creates) == ({"balance": Limit(percent=90)}, Limit(percent=30), Limit())


def test_an_exception_of_a_route_is_nothing_that_the_clock_ends(tmp_path: Path) -> None:
    text = PRESET.replace("{ sms_opt_out = true, do_not_contact = true }", "{ sms_opt_out = true }")
    assert loaded(tmp_path, text).routes["nps"].unless == (Condition("sms_opt_out", one_of=(True,)),)
    with pytest.raises(ConfigError, match=r"routes.nps.unless.start_at: no times here"):
        loaded(tmp_path, text.replace("sms_opt_out = true }", "start_at = { days_ago = [1, 2] } }"))


# ── how a CRM is opened ───────────────────────────────────────────────────────────────────────

WEBHOOK = re.search(r"^webhook = .*$", PRESET, re.MULTILINE)[0]  # type: ignore[index]
OAUTH = 'oauth = { client_id = "c", client_secret = "env:S", redirect_uri = "https://etl.example/cb", code = "env:C" }'


def amocrm(tmp_path: Path, *lines: str) -> Config:
    """The preset with amoCRM in the place of Bitrix24."""
    text = PRESET.replace('target = "bitrix24"', 'target = "amocrm"')
    return loaded(tmp_path, text.replace(WEBHOOK, "\n".join(lines)))


def test_amocrm_is_opened_by_an_address_and_a_token(tmp_path: Path) -> None:
    config = amocrm(tmp_path, 'address = "smile.amocrm.ru"', 'token = "env:T"', 'tag = " МИС "')
    assert secret_of(config, {"T": "t0ken"}) == "t0ken"
    assert access_of(config, {}) == {
        "address": "smile.amocrm.ru", "key_field": "DENTSYNC_KEY", "tag": "МИС", "rate": "7"}  # fmt: skip


def test_amocrm_with_oauth_keeps_its_tokens_in_the_state_folder_and_needs_the_code_once(tmp_path: Path) -> None:
    config = amocrm(tmp_path, 'address = "smile.amocrm.ru"', OAUTH)
    assert secret_of(config, {"S": "s3cret"}) == "s3cret"
    assert (config.access["tokens"], config.access["redirect_uri"]) == (
        str(config.state / "amocrm-tokens.json"), "https://etl.example/cb")  # fmt: skip
    assert access_of(config, {"C": "c0de"})["code"] == "c0de"
    assert access_of(config, {})["code"] == ""


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (('token = "env:T"',), ["crm.address", "smile.amocrm.ru"]),
        (('address = "smile.amocrm.ru"',), ["crm", "token or oauth"]),
        (('address = "smile.amocrm.ru"', 'token = "env:T"', OAUTH), ["token or oauth"]),
        (('address = "smile.amocrm.ru"', 'webhook = "env:W"'), ["crm.webhook", "amocrm"]),
        (('address = "smile.amocrm.ru"', OAUTH.replace("env:C", "c0de")), ["crm.oauth.code", "never the secret"]),
        (('address = "smile.amocrm.ru"', OAUTH.replace("client_id", "client")), ["crm", "client"]),
        (('address = "smile.amocrm.ru"', 'token = "env:T"', "rate = 0"), ["crm.rate", "for example 7"]),
    ],
)
def test_what_does_not_open_amocrm_is_one_line(tmp_path: Path, lines: tuple[str, ...], words: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        amocrm(tmp_path, *lines)
    assert all(word in str(caught.value) for word in words), str(caught.value)
    assert "c0de" not in str(caught.value)


def test_bitrix24_is_opened_by_a_webhook_and_by_nothing_else(tmp_path: Path) -> None:
    assert "webhook" in complaint(tmp_path, WEBHOOK, "")
    assert "crm.token" in complaint(tmp_path, WEBHOOK, WEBHOOK + '\ntoken = "env:T"')


def test_a_secret_in_the_place_of_an_address_of_one_is_refused_and_not_shown(tmp_path: Path) -> None:
    config = amocrm(tmp_path, 'address = "smile.amocrm.ru"', 'token = "eyJ0s3cret"')
    with pytest.raises(ConfigError, match=r"crm\.token") as caught:
        secret_of(config, {})
    assert "s3cret" not in str(caught.value)
