"""What is ours in the CRM, as the limits of a plan ask about it: counted in the store, and only when they ask."""

from collections.abc import Collection, Mapping
from functools import cached_property

from dentsync.model import Kind
from dentsync.store import Ledger


class Ours:
    """``transform.safety.Known``, from the ledger."""

    def __init__(self, ledger: Ledger, target: str) -> None:
        self.ledger, self.target = ledger, target

    @cached_property
    def _counts(self) -> Mapping[Kind, int]:
        return self.ledger.item_counts(self.target)

    def items(self, kind: Kind) -> int:
        return self._counts.get(kind, 0)

    def holding(self, kind: Kind, field: str, most: int | None) -> int:
        return self.ledger.holding_count(self.target, kind, field, most)

    def standing(self, pipeline: str, leaving: Collection[str]) -> Mapping[str, int]:
        counts = self.ledger.stage_counts(self.target, pipeline)
        return {stage: count for stage, count in counts.items() if stage not in leaving}
