"""What a script is given, and what it came to know: written down after each answer that the client hands over."""

import json
import os
import sys
from pathlib import Path
from typing import Any

WEBHOOK = os.environ["WEBHOOK"]
TYPES = {"contact": 3, "deal": 2}


class Told:
    """The work: ``updates`` (kind, id, fields) or ``contacts`` and ``deals`` (key, fields; a deal's contact by key)."""

    def __init__(self) -> None:
        self.work: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text("utf-8"))
        self.ids: dict[str, dict[str, int]] = {"contact": {}, "deal": {}}
        self.updated = 0
        self.errors = 0
        self.save()

    def save(self) -> None:
        """Write down what is known by now."""
        known = {"ids": self.ids, "updated": self.updated, "errors": self.errors}
        Path(sys.argv[2]).write_text(json.dumps(known), encoding="utf-8")

    def updates(self, kind: str) -> list[dict[str, Any]]:
        """Parameters of crm.item.update."""
        wanted = [one for one in self.work["updates"] if one["kind"] == kind]
        return [{**_kind(kind), "id": one["id"], "fields": one["fields"]} for one in wanted]

    def creations(self, kind: str) -> tuple[list[str], list[dict[str, Any]]]:
        """Keys, and parameters of crm.item.add. Deals of contacts that were not created are left out."""
        wanted = [one for one in self.work[f"{kind}s"] if kind == "contact" or one["contact"] in self.ids["contact"]]
        return [one["key"] for one in wanted], [{**_kind(kind), "fields": self._fields(one)} for one in wanted]

    def _fields(self, one: dict[str, Any]) -> dict[str, Any]:
        if "contact" not in one:
            return dict(one["fields"])
        return {**one["fields"], "contactIds": [self.ids["contact"][one["contact"]]]}


def _kind(kind: str) -> dict[str, Any]:
    return {"entityTypeId": TYPES[kind], "useOriginalUfNames": "Y"}
