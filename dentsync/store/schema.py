"""The tables of the state store and their migrations, made with sqlite-utils.

``user_version`` counts applied migrations. This module is imported only when there is one to apply: importing
sqlite-utils costs more than a whole quiet run.
"""

import sqlite3
import uuid
from collections.abc import Callable

from sqlite_utils import Database


def _first(db: Database) -> None:
    db.table("meta").create({"name": str, "value": str}, pk="name")
    db.table("meta").insert({"name": "lineage", "value": uuid.uuid4().hex})
    db.table("feeds").create({"id": int, "name": str}, pk="id")
    db.table("feeds").create_index(["name"], unique=True)
    db.table("files").create(
        {
            "id": int, "feed": int, "sha256": str, "name": str, "size": int, "modified_at": str, "read_at": str,
            "read": int, "loaded": int, "rejected": int, "ignored": int, "fresh": int, "missing": int,
        },
        pk="id",
    )  # fmt: skip
    db.table("files").create_index(["feed", "sha256"])
    # Facts: the mapped cells of every row that was ever good, as the file had them.
    db.table("rows").create(
        {
            "id": int, "feed": int, "key": str, "fingerprint": int, "cells": str, "file": int, "line": int,
            "person": str, "settled": int, "wake_at": str, "silent": int,
        },
        pk="id",
        not_null={"feed", "key", "fingerprint"},
        defaults={"settled": 0, "silent": 0},
    )  # fmt: skip
    db.table("rows").create_index(["feed", "key"], unique=True)
    db.table("rows").create_index(["feed", "fingerprint"])
    db.table("rows").create_index(["person"])
    db.execute("CREATE INDEX rows_unsettled ON rows(id) WHERE settled = 0")
    db.execute("CREATE INDEX rows_wake ON rows(wake_at) WHERE wake_at IS NOT NULL")
    db.table("faults").create(
        {"id": int, "feed": int, "fingerprint": int, "file": int, "line": int, "lost": int, "faults": str}, pk="id"
    )
    db.table("faults").create_index(["feed", "fingerprint"], unique=True)
    # Who is who: a card and a name with a phone may be one person; a link once made is a fact.
    db.table("people").create({"key": str, "name_key": str, "card": str}, pk="key")
    db.table("people").create_index(["card"])
    db.table("aliases").create({"key": str, "person": str}, pk="key")
    db.table("phones").create({"phone": str, "person": str}, pk=("phone", "person"))
    # What we last left in the CRM.
    db.table("items").create(
        {
            "target": str, "kind": str, "key": str, "crm_id": int, "contact": str, "pipeline": str, "stage": str,
            "status": str, "fields": str, "unsure": str,
        },
        pk=("target", "kind", "key"),
    )  # fmt: skip
    db.table("items").create_index(["target", "kind", "crm_id"])
    # Intentions before they are sent, and what became of them.
    db.table("journal").create(
        {
            "id": int, "run": int, "target": str, "action": str, "kind": str, "key": str, "operation": str,
            "intended_at": str, "result": str, "crm_id": int, "reason": str, "settled_at": str,
        },
        pk="id",
    )  # fmt: skip
    db.execute("CREATE INDEX journal_open ON journal(target, kind, key) WHERE result IS NULL OR result = 'unknown'")
    db.table("journal").create_index(["kind", "key"])
    db.table("held").create({"kind": str, "key": str, "origin": str, "reason": str, "at": str}, pk=("kind", "key"))
    db.table("drift").create(
        {"target": str, "kind": str, "key": str, "field": str, "crm_id": int, "ours": str, "theirs": str, "at": str},
        pk=("target", "kind", "key", "field"),
    )
    db.table("runs").create(
        {
            "id": int,
            "command": str,
            "started_at": str,
            "finished_at": str,
            "now": str,
            "exit_code": int,
            "summary": str,
        },
        pk="id",
    )
    # What may be asked again at any time: names of the CRM resolved to ids, state of its limits.
    db.table("cache").create({"target": str, "name": str, "value": str, "at": str}, pk=("target", "name"))


def _theirs(db: Database) -> None:
    # Numbers that people had typed in before us, though the MIS has them too.
    db.table("items").add_column("theirs", str, not_null_default="")


def _decisions(db: Database) -> None:
    # What people decided about names, and by whom, from which file, when, under which version of the rules.
    db.table("decisions").create(
        {
            "id": int, "source": str, "patient": str, "verdict": str, "last": str, "first": str, "patronymic": str,
            "book": str, "sha256": str, "made_by": str, "made_at": str, "rules": int,
        },
        pk="id",
        not_null={"source", "patient", "verdict"},
    )  # fmt: skip
    # Of a rejected row what its name and its owner can be told by; older rejects are judged again for it.
    db.table("faults").add_column("name_cells", str)
    db.execute("DELETE FROM meta WHERE name = 'judged'")


def _pay_pulls(db: Database) -> None:
    # What portals said of a month's work, verbatim. A version is never written over: pay was computed from it.
    db.table("pay_pulls").create(
        {"id": int, "month": str, "version": int, "pulled_at": str, "sha256": str, "answers": str},
        pk="id",
        not_null={"month", "version", "pulled_at", "sha256", "answers"},
    )
    db.table("pay_pulls").create_index(["month", "version"], unique=True)


def _pay(db: Database) -> None:
    # What was answered to questions of pay, months as they were closed, letters that may have gone out.
    db.table("pay_decisions").create(
        {
            "id": int, "month": str, "question": str, "evidence": str, "answer": str, "start": str, "end": str,
            "employee": str, "book": str, "sha256": str, "made_by": str, "made_at": str,
        },
        pk="id",
    )  # fmt: skip
    db.table("pay_decisions").create_index(["month"])
    db.table("pay_versions").create(
        {
            "id": int, "month": str, "version": int, "frozen": str, "paid_in": str, "closed_at": str, "closed_by": str,
            "book": bytes,
        },
        pk="id",
    )  # fmt: skip
    db.table("pay_versions").create_index(["month", "version"], unique=True)
    db.table("pay_letters").create({"id": int, "issue": str, "result": str, "began_at": str}, pk="id")


def _targets(db: Database) -> None:
    # What is settled is settled for a CRM: ``settled`` has a bit for each; rows that any of them has yet to hear of
    # are found by the values that lack its bit. ``left``: whose a row was, where a CRM may still show it there.
    db.execute("DROP INDEX rows_unsettled")
    db.execute("CREATE INDEX rows_settled ON rows(settled)")
    db.table("rows").add_column("left", str)
    # Rows are looked at once more, and each CRM gets its bit at its next run.
    db.execute("DELETE FROM meta WHERE name IN ('rules', 'judged')")
    # What waits, and what was let through, is of the CRM that the store has been used for.
    target = next((row["target"] for row in db.query("SELECT target FROM cache ORDER BY at DESC LIMIT 1")), "")
    db.execute("UPDATE meta SET name = ? WHERE name = 'approved'", (f"approved {target}",))
    waiting = list(db.query("SELECT * FROM held"))
    db.table("held").drop()
    db.table("held").create(
        {"target": str, "kind": str, "key": str, "origin": str, "reason": str, "at": str}, pk=("target", "kind", "key")
    )
    db.table("held").insert_all({"target": target, **row} for row in waiting)


MIGRATIONS: tuple[Callable[[Database], None], ...] = (_first, _theirs, _decisions, _pay_pulls, _pay, _targets)


def migrate(connection: sqlite3.Connection, version: int) -> None:
    """Apply the migrations after ``version``, all or none."""
    db = Database(connection)
    with db.atomic():
        for step in MIGRATIONS[version:]:
            step(db)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
