"""The invented clinic's three days, drop by drop: the board after each is a golden file.

``UPDATE_GOLDEN=1 pytest tests/runs/test_three_days.py`` writes the files anew; read the difference before committing.
"""

import json
import os
from collections import defaultdict
from pathlib import Path
from typing import Any

from dentsync.demo_stories import HELIX, drop_time
from tests.clinic import Clinic

GOLDEN = Path(__file__).parents[1] / "golden"
DROPS = HELIX.drops
CARD = ("UF_CRM_CARD_NUMBER", "UF_CRM_PATIENT_STATUS", "UF_CRM_BRANCH", "UF_CRM_NEXT_VISIT", "UF_CRM_LAST_VISIT")


def board(clinic: Clinic) -> dict[str, Any]:
    """Pipelines with stages and titles, and contacts as a person sees them."""
    stages: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    people = {contact["id"]: name_of(contact) for contact in clinic.contacts()}
    for deal in clinic.deals():
        owner = people[deal["contacts"][0]]
        stages[deal["pipeline"]][deal["stage"]].append(f"{deal['title']} ({owner})")
    contacts = [
        ", ".join([name_of(contact), *contact["phones"], *(str(contact.get(field) or "—") for field in CARD)])
        for contact in clinic.contacts()
    ]
    pipelines = {name: {stage: sorted(titles) for stage, titles in columns.items()} for name, columns in stages.items()}
    return {"pipelines": pipelines, "contacts": sorted(contacts)}


def name_of(contact: dict[str, Any]) -> str:
    return " ".join(contact.get(part) or "" for part in ("lastName", "name", "secondName")).strip()


def check(name: str, found: dict[str, Any]) -> None:
    path = GOLDEN / f"{name}.json"
    text = json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), f"the board after {name} differs from its golden file"


def test_the_board_after_every_drop_of_three_days(clinic: Clinic) -> None:
    for drop in DROPS:
        list(HELIX.people_act(clinic.box, drop))
        HELIX.put_files(drop, clinic.folder / "inbox")
        now = drop_time(drop).isoformat()
        summary = clinic.sync(now=now)
        assert summary["exit_code"] == 0
        assert all(f["read"] == f["loaded"] + f["rejected"] + f["ignored"] for f in summary["files"])
        check(drop, board(clinic) | {"outcomes": summary["outcomes"], "requests": summary["requests"]})
        assert clinic.sync(now=now)["requests"] == 0
    assert clinic.counters()["duplicates"] == {"contact": 0, "deal": 0}


def test_three_days_at_once_replayed_end_at_the_same_deals(clinic: Clinic) -> None:
    """A dry run before every push changes nothing about the end."""
    for drop in DROPS:
        list(HELIX.people_act(clinic.box, drop))
        HELIX.put_files(drop, clinic.folder / "inbox")
        now = drop_time(drop).isoformat()
        assert clinic.say("diff", now=now).code == 0
        assert clinic.say("extract", now=now).code == 0
        clinic.say("push", now=now)
    golden = json.loads((GOLDEN / f"{DROPS[-1]}.json").read_text(encoding="utf-8"))
    assert json.loads(json.dumps(board(clinic), sort_keys=True)) == {k: golden[k] for k in ("pipelines", "contacts")}
