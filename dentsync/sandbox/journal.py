"""What was asked of the sandbox: a capped request log without secrets, and counters."""

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

CAP = 5000


@dataclass(frozen=True, slots=True)
class Entry:
    """One HTTP request. ``methods`` counts the commands by method; ``ms`` is real time."""

    at: str
    user: int | None
    method: str
    commands: int
    methods: Mapping[str, int]
    status: int  # 0: the connection was dropped without an answer
    ms: float
    fault: str = ""


@dataclass
class Journal:
    """The log and the counters since the start or the last reset."""

    entries: deque[Entry] = field(default_factory=lambda: deque(maxlen=CAP))
    counts: Counter[str] = field(default_factory=Counter)
    commands: Counter[str] = field(default_factory=Counter)

    def add(self, entry: Entry) -> None:
        """Remember a request."""
        self.entries.append(entry)
        self.counts["requests"] += 1
        self.commands.update(entry.methods)

    def log(self) -> list[dict[str, Any]]:
        """The requests, oldest first."""
        return [asdict(entry) for entry in self.entries]
