"""What others need for the same work in amoCRM: a client from PyPI, and a call for each record."""

import json
import os
import subprocess
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks import data, peers
from dentsync.sandbox.server import Running, running

SCRIPTS = Path(__file__).with_name("amo_clients")
LOOP, CLIENT = "one call per record", "aioamocrm"
NAMES = {LOOP: "loop.py", CLIENT: "batches.py"}
SAMPLES = {LOOP: 300, CLIENT: 2500}
"""Contacts, and as many leads, that each makes: a hundred requests or more."""


@dataclass(frozen=True)
class Tried:
    """A client on a sample: how many requests that were, and seconds from one to the next."""

    requests: int
    pace: float


def tried(work: Path, name: str) -> Tried:
    """Let a client make its sample on a fresh account; every lead has to be its contact's."""
    sample = SAMPLES[name]
    python = peers.environment(work, "amo_clients", peers.AMO_CLIENTS) / "python"
    with running(crm="amocrm") as box:
        given = work / "amo_work.json"
        given.write_text(json.dumps(_work(box, sample), ensure_ascii=False), encoding="utf-8")
        token = box.doors[0].keys["token"]
        before = len(box.admin("GET", "log"))
        environment = {"PATH": os.environ["PATH"], "ADDRESS": box.url, "TOKEN": token, "LC_ALL": "C.UTF-8"}
        subprocess.run([python, SCRIPTS / NAMES[name], given], env=environment, check=True)
        log = box.admin("GET", "log")[before:]
        assert everybody_has_their_own(box) == sample
        return Tried(len(log), _span(log) / (len(log) - 1))


def everybody_has_their_own(box: Running) -> int:
    """How many leads there are; each has to be at the contact of its name."""
    state = box.admin("GET", "state")
    names = {contact["id"]: contact["fields"]["Номер медкарты"] for contact in state["contacts"]}
    for lead in state["leads"]:
        assert [names[number] for number in lead["contacts"]] == [lead["fields"]["ID Приема"]], lead["id"]
    return len(state["leads"])


def _span(log: list[dict[str, Any]]) -> float:
    """Seconds from the first request to the last."""
    return (datetime.fromisoformat(log[-1]["at"]) - datetime.fromisoformat(log[0]["at"])).total_seconds()


def _work(box: Running, sample: int) -> dict[str, list[Any]]:
    """Items as they are sent, without the contacts of the leads."""
    contact, lead = (_fields(box, kind) for kind in ("contacts", "leads"))
    place = _asked(box, "leads/pipelines")["_embedded"]["pipelines"][0]
    status = next(one["id"] for one in place["_embedded"]["statuses"] if one["name"] == "Записан на прием")
    numbers = range(1, sample + 1)
    return {
        "contacts": [_contact(contact, data.patient(number).split(";")) for number in numbers],
        "leads": [
            {
                "name": f"{data.name_of(number)}, 12.10 10:00",
                "pipeline_id": place["id"],
                "status_id": status,
                "custom_fields_values": _values(
                    lead, {"ID Приема": f"{number:06}", "ФИО врача к которому записан пациент": "Петров П.П."}
                ),
            }
            for number in numbers
        ],
    }


def _contact(ids: Mapping[str, int], cells: list[str]) -> dict[str, Any]:
    last, first, _middle = cells[1].split()
    texts = {"Номер медкарты": cells[0], "Статус пациента": cells[4], "Откуда узнал": cells[10], "Скидки": cells[11]}
    phone = {"field_code": "PHONE", "values": [{"value": cells[2], "enum_code": "MOB"}]}
    return {"first_name": first, "last_name": last, "custom_fields_values": [phone, *_values(ids, texts)]}


def _values(ids: Mapping[str, int], texts: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"field_id": ids[name], "values": [{"value": text}]} for name, text in texts.items()]


def _fields(box: Running, kind: str) -> dict[str, int]:
    rows = _asked(box, f"{kind}/custom_fields?limit=250")["_embedded"]["custom_fields"]
    return {row["name"]: row["id"] for row in rows}


def _asked(box: Running, path: str) -> Any:
    headers = {"Authorization": f"Bearer {box.doors[0].keys['token']}"}
    with urllib.request.urlopen(urllib.request.Request(f"{box.url}/api/v4/{path}", headers=headers)) as reply:
        return json.loads(reply.read())
