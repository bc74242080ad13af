"""Reports after real syncs of the sample clinic's three days, beside a count made from the files by other means."""

import csv
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest

from dentsync.demo_stories import HELIX, drop_time
from tests.clinic import Clinic
from tests.runs.conftest import clinic, portal

__all__ = ["clinic", "portal"]
SAMPLES, DROPS = HELIX.samples, HELIX.drops
ENDS = {
    "Завершен": "came", "Визит состоялся": "came", "Неявка": "no_show", "Записался, но не пришел": "no_show",
    "Отменен": "cancelled",
}  # fmt: skip
Visit = tuple[str, str]  # the words of the name and the end of the telephone, which families share; the moment


def told() -> Iterator[tuple[Visit, str, str]]:
    """How visits ended, and whose booking they were, by every file that says so, drop by drop."""
    for drop in DROPS:
        for path in (SAMPLES / drop).glob("recommendations_*.xml"):
            for one in ElementTree.parse(path).getroot():
                cells = {child.tag: child.text or "" for child in one}
                yield (
                    (_who(cells["ФИО"], cells["Телефон"]), _minute(cells["ДатаВремя"])),
                    ENDS.get(cells["Статус"], ""),
                    "",
                )
        for path in (SAMPLES / drop).glob("visits_*.xlsx"):
            for row in openpyxl.load_workbook(path).active.iter_rows(min_row=2, values_only=True):  # type: ignore[union-attr]
                yield (_who(row[2], row[3]), f"{row[4]:%d.%m.%Y %H:%M}"), ENDS[str(row[7])], str(row[9])
        for path in (SAMPLES / drop).glob("primary_*.csv"):
            for line in list(csv.reader(path.read_text(encoding="utf-16").splitlines(), delimiter="\t"))[1:]:
                yield (_who(line[0], line[1]), _minute(line[6])), ENDS.get(line[7], ""), line[4]


def _who(name: object, phone: object) -> str:
    words = sorted(word[:3].lower() for word in str(name).split())  # one name has a slip
    return " ".join((*words, "".join(filter(str.isdigit, str(phone)))[-10:]))


def _minute(text: str) -> str:
    day, clock = text.split(" ")
    return f"{day} {clock.rjust(8 if clock.count(':') > 1 else 5, '0')[:5]}"


def ends() -> Counter[str]:
    """How many visits ended how."""
    return Counter({visit: end for visit, end, _operator in told() if end}.values())


@pytest.fixture
def synced(clinic: Clinic) -> Clinic:
    for drop in DROPS:
        list(HELIX.people_act(clinic.box, drop))
        HELIX.put_files(drop, clinic.folder / "inbox")
        assert clinic.sync(now=drop_time(drop).isoformat())["exit_code"] == 0
    return clinic


def reports(clinic: Clinic, *argv: str) -> dict[str, Any]:
    said = clinic.say("report", "all", "--month", "2026-10", "--json", *argv, now=drop_time(DROPS[-1]).isoformat())
    assert said.code == 0, said.err
    return {one["report"]: one["tables"] for one in json.loads(said.out)}


def total(table: dict[str, Any]) -> dict[str, int]:
    return {key: one["n"] for key, one in table["total"].items()}


def by_row(table: dict[str, Any], key: str) -> dict[str, int]:
    return {row["row"]: row["figures"][key]["n"] for row in table["rows"] if row["figures"][key]["n"]}


def test_totals_are_those_of_the_files_and_of_each_other(synced: Clinic) -> None:
    found = reports(synced)
    ended = ends()
    days = {(who, at[:10]) for (who, at), end, _operator in told() if end == "came"}
    (primary,), (groups,), (sources,) = found["primary"], found["specialisations"], found["sources"]
    assert total(primary)["visits"] == ended["came"] == 42
    assert total(primary)["days"] == len(days)
    assert total(primary) == total(groups) == total(sources)
    for table in (primary, groups, sources):
        assert sum(by_row(table, "visits").values()) == ended["came"]
    kinds, *_others = found["no-shows"]
    assert all(total(kinds) == total(other) for other in _others)
    assert (total(kinds)["came"], total(kinds)["no_show"], total(kinds)["cancelled"]) == (
        ended["came"], ended["no_show"], ended["cancelled"],
    )  # fmt: skip
    assert total(found["losses"][0])["lost"] == ended["no_show"] + ended["cancelled"]
    (staff,) = found["staff"]
    over = {visit for visit, end, _operator in told() if end}
    credited = {visit: operator for visit, _end, operator in told() if operator and visit in over}
    bookings = by_row(staff, "bookings")
    assert {name: n for name, n in bookings.items() if name in credited.values()} == Counter(credited.values())
    step = found["conversion"][0]["rows"][1]["figures"]
    assert (total(staff)["first"], total(staff)["first_came"]) == (step["base"]["n"], step["reached"]["n"])


def test_prune_leaves_every_report_as_it_was(synced: Clinic) -> None:
    before = reports(synced, "--list")
    path = synced.folder / "config.toml"
    text = path.read_text(encoding="utf-8")
    for old in ('journal = "400d"', 'runs    = "400d"', 'rejects = "90d"', 'archive = "90d"'):
        assert old in text
        text = text.replace(old, old.partition("=")[0] + '= "1d"')
    path.write_text(text, encoding="utf-8")
    assert synced.say("prune", now="").code == 0
    assert reports(synced, "--list") == before
