"""Pipelines and their statuses (crm_platform/leads_pipelines)."""

from dataclasses import dataclass

from dentsync.sandbox.amocrm.furnish import LOST, UNSORTED, WON
from dentsync.sandbox.amocrm.storage import Json, Storage

CLOSED = (WON, LOST)


class NoChoice(Exception):
    """The status or the pipeline cannot be set; the only argument is the key to blame."""


@dataclass(frozen=True, slots=True)
class Status:
    """A status of one pipeline; ``type`` 1 is «Неразобранное»."""

    id: int
    pipeline: int
    name: str
    sort: int
    color: str
    type: int
    editable: bool
    message: str

    def shown(self, account: int, base: str) -> Json:
        """The status as the API shows it."""
        link = f"{base}/api/v4/leads/pipelines/{self.pipeline}/statuses/{self.id}"
        return {
            "id": self.id,
            "name": self.name,
            "sort": self.sort,
            "is_editable": self.editable,
            "pipeline_id": self.pipeline,
            "color": self.color,
            "type": self.type,
            "account_id": account,
            "_links": {"self": {"href": link}},
        }


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A pipeline with its statuses in their order."""

    id: int
    name: str
    sort: int
    main: bool
    unsorted: bool
    archive: bool
    statuses: tuple[Status, ...]

    def shown(self, account: int, base: str) -> Json:
        """The pipeline as the API shows it."""
        return {
            "id": self.id,
            "name": self.name,
            "sort": self.sort,
            "is_main": self.main,
            "is_unsorted_on": self.unsorted,
            "is_archive": self.archive,
            "account_id": account,
            "_links": {"self": {"href": f"{base}/api/v4/leads/pipelines/{self.id}"}},
            "_embedded": {"statuses": [status.shown(account, base) for status in self.statuses]},
        }

    def status(self, number: object) -> Status | None:
        """The status with that id."""
        return next((status for status in self.statuses if status.id == number), None)

    @property
    def first(self) -> Status:
        """Where a lead without a status begins."""
        return next(status for status in self.statuses if status.type != UNSORTED)

    @property
    def unsorted_status(self) -> Status | None:
        """«Неразобранное», where it is switched on."""
        return next((status for status in self.statuses if status.type == UNSORTED), None)


@dataclass(frozen=True)
class Pipelines:
    """All pipelines in their order."""

    by_id: dict[int, Pipeline]

    @classmethod
    def read(cls, storage: Storage) -> "Pipelines":
        """Read them from the storage."""
        statuses: dict[int, list[Status]] = {}
        columns = "id, pipeline, name, sort, color, type, editable, message"
        for row in storage.rows(f"SELECT {columns} FROM statuses ORDER BY sort, id"):  # noqa: S608
            statuses.setdefault(row[1], []).append(Status(*[*row[:6], bool(row[6]), row[7]]))
        rows = storage.rows("SELECT id, name, sort, main, unsorted, archive FROM pipelines ORDER BY sort, id")
        return cls(
            {row[0]: Pipeline(*[*row[:3], *map(bool, row[3:]), tuple(statuses.get(row[0], ()))]) for row in rows}
        )

    @property
    def main(self) -> Pipeline:
        """The main pipeline; there is exactly one."""
        return next(pipeline for pipeline in self.by_id.values() if pipeline.main)

    def status(self, pipeline: int, number: int) -> Status | None:
        """The status of that pipeline."""
        return self.by_id[pipeline].status(number) if pipeline in self.by_id else None

    def placed(self, pipeline: int | None, status: int | None, now_in: int | None = None) -> Status:
        """The status that a pipeline id and a status id mean together. Raises NoChoice.

        ``now_in`` is the pipeline of a lead that is changed: 142 and 143 without a pipeline stay in it, while an
        ordinary status implies its own.
        """
        if pipeline is not None and pipeline not in self.by_id:
            raise NoChoice("pipeline_id")
        if pipeline is None and status not in (None, *CLOSED):
            pipeline = next((number for number, one in self.by_id.items() if one.status(status)), None)
        where = self.by_id[pipeline if pipeline is not None else now_in or self.main.id]
        found = where.first if status is None else where.status(status)
        if found is None or found.type == UNSORTED:
            raise NoChoice("status_id")
        return found
