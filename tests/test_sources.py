"""Vocabularies of the programs that exports come from, and the presets that use them."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from dentsync.cli import cli
from dentsync.config import Config, Feed, preset_text, presets, sources
from dentsync.config_checks import toml_of
from dentsync.config_feeds import vocabulary
from dentsync.config_reader import Reader, load
from dentsync.extract.columns import fold_header, match_columns, missing, words_of
from dentsync.extract.export import open_export
from dentsync.model import FIELDS, SENSITIVE, Origin, RawRecord, Record, Reject, Status
from dentsync.runs.loading import needed
from dentsync.transform.clean import Cleaner
from dentsync.transform.words import fold
from tools.make_samples import TARGET, others_of
from tools.sample_story import read_story

SAMPLES = Path(__file__).parents[1] / TARGET.parent
VISIT = {"kind": "append", "entity": "appointment"}
PATIENT = {"kind": "snapshot", "entity": "patient"}
FEEDS: dict[str, dict[str, Any]] = {
    "klientiks/visits": VISIT | {
        "key": ["phones", "start_at", "doctor"],
        "required": ["full_name", "status"],
        "pad": True,
        "status_from": {"rescheduled": ["is_rescheduled"], "cancelled": ["cancel_reason"]},
        "defaults": {"status": "Записан"},
    },
    "infoclinica/patients": PATIENT | {"key": ["phones", "full_name"], "required": ["full_name"]},
    "infoclinica/visits": VISIT | {"key": ["appointment_id"], "required": ["full_name", "start_at", "status"]},
    "sqns/visits": VISIT | {
        "key": ["appointment_id"],
        "required": ["full_name", "start_at", "status"],
        "status_from": {"cancelled": ["is_deleted"]},
    },
}  # fmt: skip
"""How the comments of each vocabulary say its files are to be read. IDENT has a preset of its own."""


def config_of(feeds: dict[str, Any]) -> Config:
    clinic = {"name": "Клиника", "timezone": "Europe/Moscow", "phone": {"area_code": "473"}}
    crm = {"target": "bitrix24", "webhook": "env:HOOK"}
    return Reader(Path("config.toml")).config({"clinic": clinic, "crm": crm, "feeds": feeds, "routes": {}})


def feed_of(name: str) -> Feed:
    source, kind = name.split("/")
    if source == "ident":
        return load(SAMPLES.parent / "presets" / "ident-bitrix24.toml").feeds[kind]
    return config_of({kind: FEEDS[name] | {"source": source, "files": f"{kind}_*.csv"}}).feeds[kind]


def read(name: str) -> list[Record | Reject]:
    """A sample through the doors of extract and clean."""
    feed = feed_of(name)
    (path,) = (SAMPLES / name).parent.glob(f"{Path(name).name}_*.csv")
    export = open_export(path, words_of(feed.aliases), pad=feed.pad)
    columns = match_columns(export.layout.header, feed.aliases, feed=feed.name, file=path.name)
    assert missing(columns, needed(feed, columns)) is None
    cleaner = Cleaner(feed.rules)
    rows = [(line, columns.pick(export.cells(raw))) for line, raw in export.rows()]
    return [cleaner.clean(RawRecord(feed.name, Origin(path.name, "", line), cells)) for line, cells in rows]


# ── vocabularies ──────────────────────────────────────────────────────────────────────────────


def test_the_vocabularies_name_every_field_between_them() -> None:
    named = {field for name in sources() for part in ("columns", "sensitive") for field in vocabulary(name)[part]}
    # No program that is described has the first; one is made from the name, one is set by people in the CRM.
    unnamed = {"confirmed_at", "sms_name", "complex_treatment"}
    assert named == set(FIELDS) - unnamed


@pytest.mark.parametrize("name", sources())
def test_a_vocabulary_speaks_of_known_fields_and_statuses(name: str) -> None:
    source = vocabulary(name)
    assert set(source["columns"]) <= set(FIELDS)
    assert set(source["statuses"]) <= {status.value for status in Status}


@pytest.mark.parametrize("name", sources())
def test_what_is_sensitive_is_never_read_unasked(name: str) -> None:
    source = vocabulary(name)
    assert SENSITIVE.isdisjoint(source["columns"])
    assert set(source["sensitive"]) <= SENSITIVE


@pytest.mark.parametrize("name", presets())
def test_no_preset_sends_what_is_sensitive(tmp_path: Path, name: str) -> None:
    (tmp_path / "config.toml").write_text(preset_text(name), encoding="utf-8")
    crm = toml_of(tmp_path / "config.toml")["crm"]["fields"]
    assert SENSITIVE.isdisjoint({*crm["contact"], *crm["deal"]})


@pytest.mark.parametrize("name", sources())
def test_no_word_of_a_vocabulary_means_two_things(name: str) -> None:
    source = vocabulary(name)
    fields = [*source["columns"].values(), *source["sensitive"].values()]
    headers = Counter(fold_header(word.partition("#")[0]) for words in fields for word in words)
    words = Counter(fold(word) for names in source["statuses"].values() for word in names)
    # IDENT: «Врач» is the task's doctor where the visit's is named beside him; of two «Комментарий» the second is
    on_purpose = {"врач", "комментарий"} if name == "ident" else set()
    assert {word for word, count in headers.items() if count > 1} == on_purpose
    assert not {word for word, count in words.items() if count > 1}


def test_stages_of_the_crm_are_no_statuses_of_a_mis() -> None:
    forbidden = {"уточнить", "нет дозвона", "не подтвердил", "дожать на запись", "отказ", "прием"}
    for name in sources():
        assert forbidden.isdisjoint(fold(word) for words in vocabulary(name)["statuses"].values() for word in words)


# ── samples ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["ident/patients", "ident/appointments", *FEEDS])
def test_a_sample_of_its_columns_is_read_without_a_reject(name: str) -> None:
    rows = read(name)
    assert len(rows) > 50
    assert [(row.origin.line, row.faults) for row in rows if isinstance(row, Reject)] == []


def test_the_samples_are_those_that_the_tool_writes() -> None:
    for name, content in others_of(read_story()).items():
        assert (SAMPLES / name).read_bytes() == content, name


def test_the_fields_of_the_ident_exchange_are_read_by_name() -> None:
    patients, visits = (
        {field for row in read(f"ident/{kind}") if isinstance(row, Record) for field in row.values}
        for kind in ("patients", "appointments")
    )
    assert patients >= {
        "full_name", "phones", "representative", "age", "sex", "last_visit_at", "next_visit_at", "lifetime_total",
        "card_number", "birth_date", "discount", "sms_opt_out", "archive_reason", "patient_status", "sanation",
        "lead_source", "completed_visits", "first_visit_at", "patient_created_at", "branch", "patient_id", "balance",
    }  # fmt: skip
    assert visits >= {
        "operator", "booked_at", "start_at", "doctor", "status", "amount_due", "service_codes", "request_topic",
        "visit_type", "branch", "appointment_id", "request_id", "discount", "amount_received", "amount_rendered",
        "task_doctor", "task_from_at", "task_id", "card_number",
    }  # fmt: skip
    assert SENSITIVE.isdisjoint(patients | visits)


def test_a_clinic_may_name_what_is_sensitive() -> None:
    table = toml_of(SAMPLES.parent / "presets" / "ident-bitrix24.toml")["feeds"]["appointments"]
    feed = config_of({"a": table | {"columns": {"comment": ["Комментарий"], "task_comment": ["Комментарий#2"]}}}).feeds[
        "a"
    ]
    (path,) = SAMPLES.glob("ident/appointments_*.csv")
    export = open_export(path, words_of(feed.aliases))
    columns = match_columns(export.layout.header, feed.aliases, feed="a", file=path.name)
    assert (columns.indexes["comment"], columns.indexes["task_comment"]) == ((10,), (20,))


def test_klientiks_says_a_status_by_two_other_columns() -> None:
    statuses = Counter(row.values["status"] for row in read("klientiks/visits") if isinstance(row, Record))
    assert statuses.keys() == {Status.BOOKED, Status.CANCELLED}


def test_sqns_codes_are_statuses() -> None:
    statuses = {row.values["status"] for row in read("sqns/visits") if isinstance(row, Record)}
    assert statuses == {Status.BOOKED, Status.CONFIRMED, Status.COMPLETED, Status.CANCELLED}


def test_help_lists_every_preset() -> None:
    shown = CliRunner().invoke(cli, ["init", "--help"]).output
    assert [name for name in presets() if name not in shown] == []
