"""A small invented clinic on a real sandbox: files are dropped, the command line is run, the portal is looked at."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from dentsync.cli import run
from dentsync.config import preset_text
from dentsync.sandbox.server import Running
from tests.builders import ZONE

SPEED = 50.0
"""How many times faster the sandbox's clock runs, and the client's with it: waiting is real but short."""
DAY = "2026-10-05T14:00"
PATIENTS = "Номер карты;Ф.И.О.;Телефон;Статус пациента;Филиал;Ближайший визит"
REMINDERS = "Ф.И.О.;Телефон;Дата и время приёма;Врач;Статус"
ANNA = "101;Соколова Анна Викторовна;8(916)555-01-01;VIP;Центральный;06.10.2026 9:00"
IVAN = "102;Котов Иван Петрович;8 (473) 255-01-02;Активный;Северный;"
ANNAS_VISIT = "СОКОЛОВА анна Викторовна;+7 916 555-01-01;06.10.2026 9:00:00;Петров;"


@dataclass
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def all(self) -> str:
        return self.out + self.err


@dataclass
class Clinic:
    """The folder of one clinic, its portal, and the hands that work with both."""

    folder: Path
    box: Running
    read: Callable[[], Any] = field(repr=False)
    config: str = "config.toml"

    # ── the MIS ──

    def drop(self, name: str, *lines: str, header: str = "", at: str = DAY, encoding: str = "cp1251") -> Path:
        """The MIS drops a file, with the time stamp it would have."""
        path = self.folder / "inbox" / name
        path.write_bytes("".join(line + "\r\n" for line in (header, *lines) if line).encode(encoding))
        return self.stamp(path, at)

    def stamp(self, path: Path, at: str) -> Path:
        moment = datetime.fromisoformat(at).replace(tzinfo=ZONE).timestamp()
        os.utime(path, (moment, moment))
        return path

    def patients(self, *rows: str, name: str = "patients_1.csv", at: str = DAY) -> Path:
        return self.drop(name, *rows, header=PATIENTS, at=at)

    def reminders(self, *rows: str, name: str = "reminders_1.csv", at: str = DAY) -> Path:
        return self.drop(name, *rows, header=REMINDERS, at=at)

    # ── the command line ──

    def say(self, *argv: str, now: str = DAY) -> Said:
        """Run a command in this clinic's folder."""
        self.read()
        command = [*argv, "-c", str(self.folder / self.config), *(["--now", now] if now else [])]
        code = run(["--lang", "en", *command])
        captured = self.read()
        return Said(code, captured.out, captured.err)

    def sync(self, *argv: str, now: str = DAY) -> dict[str, Any]:
        """``sync --json`` as a value; fails if the command does not say something useful."""
        said = self.say("sync", "--json", *argv, now=now)
        summary: dict[str, Any] = json.loads(said.out)
        assert summary["exit_code"] == said.code
        return summary

    def configure(self, old: str, new: str) -> None:
        path = self.folder / self.config
        text = path.read_text(encoding="utf-8")
        assert old in text, old
        path.write_text(text.replace(old, new), encoding="utf-8")

    # ── the CRM ──

    def act(self, do: str, **given: Any) -> None:
        """What a person does at the screen."""
        self.box.admin("POST", "act", {"do": do, **given})

    def fault(self, what: str, match: str = "*", **given: Any) -> None:
        self.box.admin("POST", "faults", {"what": what, "match": match, **given})

    def counters(self) -> dict[str, Any]:
        found: dict[str, Any] = self.box.admin("GET", "counters")
        return found

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = self.box.admin("GET", "state")
        return found

    def contacts(self) -> list[dict[str, Any]]:
        return [contact | contact["fields"] for contact in self.state()["contacts"]]

    def deals(self) -> list[dict[str, Any]]:
        return [deal | deal["fields"] for deal in self.state()["deals"]]


def founded(folder: Path, box: Running, read: Callable[[], Any]) -> Clinic:
    """A clinic with the preset's configuration and an empty inbox."""
    (folder / "inbox").mkdir(parents=True)
    text = preset_text("helix-bitrix24").replace('target = "bitrix24"', f'target = "bitrix24"\nspeed = {SPEED}')
    (folder / "config.toml").write_text(text, encoding="utf-8")
    return Clinic(folder, box, read)
