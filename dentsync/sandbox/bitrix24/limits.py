"""CPU budget per method and 60 seconds per request (limits.md of b24restdocs)."""

from dataclasses import dataclass, field

from dentsync.sandbox.bitrix24.answers import Cut

WINDOW = 600
"""The budget counts the last ten minutes, in baskets of one minute."""


@dataclass
class Operating:
    """CPU seconds of each (webhook, method) in baskets of one minute."""

    baskets: dict[tuple[str, str], dict[int, tuple[float, float]]] = field(default_factory=dict)

    def spent(self, key: tuple[str, str], now: float) -> float:
        """Seconds spent in the last ten minutes."""
        kept = {
            minute: (first, total)
            for minute, (first, total) in self.baskets.get(key, {}).items()
            if first + WINDOW > now
        }
        self.baskets[key] = kept
        return sum(total for _, total in kept.values())

    def add(self, key: tuple[str, str], now: float, seconds: float) -> None:
        """Bill seconds to the current minute."""
        baskets = self.baskets.setdefault(key, {})
        first, total = baskets.get(int(now // 60), (now, 0.0))
        baskets[int(now // 60)] = (first, total + seconds)

    def reset_at(self, key: tuple[str, str], now: float) -> int:
        """When the oldest basket falls out."""
        return int(min((first for first, _ in self.baskets.get(key, {}).values()), default=now) + WINDOW)


@dataclass
class Meter:
    """Virtual seconds one HTTP request has cost so far; ``limit`` 0 is no limit."""

    limit: float
    spent: float = 0.0

    def spend(self, seconds: float) -> None:
        """Called before the work. Raises Cut when the work would end after the limit."""
        if self.limit and self.spent + seconds > self.limit:
            self.spent = self.limit
            raise Cut
        self.spent += seconds
