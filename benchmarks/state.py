"""A state store as it is after an export was carried out, without a CRM: every operation counted as applied."""

from datetime import timedelta
from pathlib import Path

from benchmarks import data
from dentsync.config import preset_text
from dentsync.model import Outcome, Result
from dentsync.runs.intake import Request, read_inbox
from dentsync.runs.planning import make_plan
from dentsync.runs.pushing import after_of
from dentsync.runs.session import opened

CONFIG = (
    preset_text("helix-bitrix24")
    .replace('archive = "archive"', 'archive = ""')
    .replace("settle_seconds = 10", "settle_seconds = 0")
    .replace('updates = "30%"', 'updates = "100%"')
)
"""The clinic's configuration; files stay in the inbox, so that a measurement can be repeated."""


def clinic(folder: Path, count: int) -> Path:
    """A clinic that has carried out an export of ``count`` patients, and has a second one, 1 % changed, in its inbox.

    Returns the configuration. The first export is ``before.csv``, the second ``inbox/patients_2.csv``.
    """
    (folder / "inbox").mkdir(parents=True)
    config = folder / "config.toml"
    config.write_text(CONFIG, encoding="utf-8")
    first = data.write(folder / "inbox" / "patients_1.csv", count)
    with opened(config, None) as job:
        read_inbox(job, Request())
        settle(job)
    first.rename(folder / "before.csv")
    data.write(folder / "inbox" / "patients_2.csv", count, changed_every=100)
    return config


def settle(job) -> None:  # type: ignore[no-untyped-def]
    """Everything that has news, as if the CRM had said yes."""
    store = job.store
    with store.transaction():
        work = make_plan(job, mark=store.mark())
        for number, operation in enumerate(work.plan.operations, start=1):
            outcome = Outcome(operation, Result.APPLIED, number)
            store.ledger.put_item(job.config.target, after_of(operation, outcome, None, None))
        store.facts.settle_rows((row, work.wakes.get(row)) for row in work.rows)
    assert store.facts.unsettled_count(job.now + timedelta(0)) == 0
