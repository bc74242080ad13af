"""Export files with every kind of dirt, dropped as a MIS would drop them: what comes of each is written down.

``DENTSYNC_GOLDEN=write`` writes anew what comes of them; every line of the difference has to be looked at by a person.
"""

import json
import os
import re
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dentsync.extract.export import open_export
from dentsync.model import Record
from dentsync.runs.files import FileReport
from dentsync.runs.main_job import Options, extract
from dentsync.runs.session import Session, looked_into
from dentsync.transform.plain import plain
from tests.builders import ZONE
from tests.extract.build import cells_of
from tools.make_hostile import TARGET, files_of

HOSTILE = Path(__file__).parents[1] / "hostile"
FILES = HOSTILE / "files"
CASES: Mapping[str, Any] = tomllib.loads((HOSTILE / "cases.toml").read_text(encoding="utf-8"))
ASSEMBLED = ("full_name", "start_at", "status")
DAY = datetime(2026, 10, 5, 14, 0, tzinfo=ZONE)
CLINIC = """
[clinic]
name = "Клиника"
timezone = "Europe/Moscow"
phone = { area_code = "473" }
[files]
archive = ""
[crm]
target = "bitrix24"
webhook = "env:NOT_ASKED_FOR"
[routes]
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state of a clinic that has read nothing: made once, copied for each case."""
    folder = tmp_path_factory.mktemp("clinic")
    write_config(folder, "patients", {})
    (folder / "inbox").mkdir()
    extract(Options(folder / "config.toml", DAY.isoformat()))
    return folder / "state"


def write_config(folder: Path, feed: str, more: Mapping[str, Any]) -> None:
    table = {"files": "dropped_*", **CASES["feeds"][feed], **more}
    lines = [f"{key} = {toml(value)}" for key, value in table.items()]
    (folder / "config.toml").write_text("\n".join([CLINIC, "[feeds.it]", *lines]), encoding="utf-8")


def toml(value: Any) -> str:
    match value:
        case dict():
            return "{ " + ", ".join(f"{key} = {toml(one)}" for key, one in value.items()) + " }"
        case _:
            return json.dumps(value, ensure_ascii=False)


def outcome(folder: Path, case: Mapping[str, Any]) -> dict[str, Any]:
    """Drop the files one after the other; what was said of each, and what the store knows in the end."""
    write_config(folder, case["feed"], case.get("more", {}))
    said = []
    for number, name in enumerate(case["files"]):
        moment = DAY + timedelta(minutes=number)
        path = folder / "inbox" / f"dropped_{number}{Path(name).suffix}"
        shutil.copyfile(FILES / name, path)
        os.utime(path, ((moment - timedelta(minutes=5)).timestamp(),) * 2)
        (report,) = extract(Options(folder / "config.toml", moment.isoformat())).files
        said.append(told(report))
        path.unlink()
    with looked_into(folder / "config.toml", DAY.isoformat()) as job:
        return {"files": said, "records": dict(records(job)), "faults": list(faults(job))}


def told(report: FileReport) -> dict[str, Any]:
    counts = {name: getattr(report, name) for name in ("read", "loaded", "rejected", "ignored", "fresh")}
    lists = {name: list(getattr(report, name)) for name in ("unknown", "vanished", "remarks") if getattr(report, name)}
    return counts | lists if report.state == "read" else {report.state: report.message}


def records(job: Session) -> Iterator[tuple[str, dict[str, Any]]]:
    """By key and line; a column that the file has not is not there, an empty cell is null."""
    for row in sorted(job.news.rows(job.now), key=lambda row: (row.origin.file, row.origin.line)):
        record = job.clean(row)
        assert isinstance(record, Record), row.origin
        key = row.key if "~" not in row.key else f"line {row.origin.line}"
        shown = {*row.cells, *ASSEMBLED} - {"start_on", "start_time", "last_name", "first_name", "patronymic"}
        yield key, {name: plain(value) for name, value in record.values.items() if name in shown}


def faults(job: Session) -> Iterator[str]:
    for line in job.store.facts.faults():
        for fault in line.faults:
            yield f"{line.origin} {'×' if line.lost else '·'} {fault.field}: {fault.reason}"


@pytest.mark.parametrize("name", CASES["cases"])
def test_what_comes_of_a_hostile_file_is_what_is_written_down(name: str, store: Path, tmp_path: Path) -> None:
    shutil.copytree(store, tmp_path / "state")
    (tmp_path / "inbox").mkdir()
    found = outcome(tmp_path, CASES["cases"][name])
    golden = HOSTILE / "golden" / f"{name}.json"
    if os.environ.get("DENTSYNC_GOLDEN") == "write":
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert json.loads(json.dumps(found)) == json.loads(golden.read_text(encoding="utf-8"))


def test_every_file_is_of_some_case_and_nothing_is_left_over() -> None:
    used = {file for case in CASES["cases"].values() for file in case["files"]}
    assert used == {path.name for path in FILES.iterdir()} == set(files_of())
    assert {path.stem for path in (HOSTILE / "golden").iterdir()} == set(CASES["cases"])


def test_the_tool_makes_the_committed_files() -> None:
    assert TARGET.name == FILES.name
    for name, content in files_of().items():
        if content.startswith(b"PK") and name != "torn.xlsx":  # zlib may pack the same workbook otherwise
            continue
        assert name == "torn.xlsx" or content == (FILES / name).read_bytes(), name


@pytest.mark.parametrize("name", ["workbook_named.csv", "merged_cells.xlsx", "numbers_for_texts.xlsx"])
def test_the_tool_makes_the_committed_workbooks(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(files_of()[name])
    assert cells_of(open_export(tmp_path / name, set())) == cells_of(open_export(FILES / name, set()))


PAGE = (HOSTILE.parents[1] / "docs" / "exports.md").read_text(encoding="utf-8")


def test_the_page_for_people_tells_of_every_case_and_of_nothing_else() -> None:
    named = {
        name
        for line in PAGE.partition("\n## ")[2].splitlines()
        if line.count(" | ") >= 2
        for name in re.findall(r"`(\w+|tests/\S+)`", line.split("|")[-2])
    }
    tests = {name for name in named if name.startswith("test")}
    assert named - tests == set(CASES["cases"])
    for name in tests:
        assert (HOSTILE.parents[1] / name).exists() or any(
            f"def {name}(" in path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py")
        ), name
