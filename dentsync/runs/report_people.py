"""Whom stored rows speak of, and who of them wants no calls."""

import msgspec

from dentsync.model import Origin, RawRecord, Record
from dentsync.runs.session import Session
from dentsync.store.sayings import SayingRow, Sayings
from dentsync.transform.clean import TELLING

_NOWHERE = Origin("", "", 0)
_Telling = msgspec.defstruct("_Telling", [(name, str | None, None) for name in TELLING], frozen=True, gc=False)


class Whose:
    """Whom rows speak of. What no run has linked yet is known by its own card, or by name and phone.

    ``cards``: card numbers by person.
    """

    def __init__(self, job: Session, source: Sayings) -> None:
        self.job, self.source, self.cards = job, source, source.card_numbers()
        self._refusing: set[str] = set()  # of those not linked yet
        self._told: dict[tuple[object, ...], bool] = {}  # what cells say of it, by their texts
        self._decode = msgspec.json.Decoder(_Telling).decode

    def person_of(self, feed: str, row: SayingRow) -> str:
        """The person that a run has linked, or would link by the row's own key."""
        number, person, file, line, text = row
        if person:
            return person
        cells = msgspec.json.decode(text, type=dict[str, str])
        record = self._record(feed, Origin(str(file), "", line), cells)
        if record is None:
            return f"?{number}"
        from dentsync.transform.link import mention_of

        mention = mention_of(record, self.job.config.feeds[feed].rules.branch)
        somebody = self.job.store.facts.person_of(mention.key)
        key = somebody.key if somebody else mention.key
        if mention.card:
            self.cards.setdefault(key, mention.card)
        if record.values.get("do_not_contact"):
            self._refusing.add(key)
        return key

    def refuses(self, person: str) -> bool:
        """Whether any row says that the patient wants no calls."""
        return person in self._refusing or any(
            self._says_so(feed, cells) for feed, cells in self.source.cells_of(person) if feed in self.job.config.feeds
        )

    def _says_so(self, feed: str, text: bytes) -> bool:
        told = feed, self._decode(text)
        if told not in self._told:
            cells = {name: said for name in TELLING if (said := getattr(told[1], name)) is not None}
            self._told[told] = self.job.cleaners[feed].refuses(cells)
        # Who refuses is rare; a row that would be rejected today says nothing.
        whole = msgspec.json.decode(text, type=dict[str, str]) if self._told[told] else {}
        return bool(whole) and self._record(feed, _NOWHERE, whole) is not None

    def _record(self, feed: str, origin: Origin, cells: dict[str, str]) -> Record | None:
        record = self.job.cleaners[feed].clean(RawRecord(feed, origin, cells))
        return record if isinstance(record, Record) else None
