"""Faults on demand: which request is to go wrong, and how.

A rule is ``{"match": "batch", "nth": 3, "times": 1, "what": "drop_after"}``. ``match`` is a method (the request itself,
or a batch that has such a command), or ``*``. ``nth`` counts matching requests from the moment the rule was set,
``times`` is how many in a row (0: for ever).

Each CRM has its own names of faults; some take an argument after a colon.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The faults a CRM knows; ``of_commands`` strike one command of a request, not the request."""

    plain: frozenset[str]
    with_number: frozenset[str]
    with_text: frozenset[str] = frozenset()
    of_commands: frozenset[str] = frozenset()

    def check(self, what: str) -> None:
        """Raises ValueError for a fault that there is not."""
        name, _, argument = what.partition(":")
        plain = name in self.plain and not argument
        number = name in self.with_number and argument.replace(".", "", 1).isdigit()
        if not (plain or number or (name in self.with_text and argument)):
            raise ValueError(f"unknown fault {what!r}")


class Fault(msgspec.Struct, forbid_unknown_fields=True):
    """One rule; ``seen`` counts the matches so far."""

    what: str
    match: str = "*"
    nth: int = 1
    times: int = 1
    seen: int = 0

    @property
    def name(self) -> str:
        """The kind of fault."""
        return self.what.partition(":")[0]

    @property
    def argument(self) -> str:
        """What stands after the colon."""
        return self.what.partition(":")[2]

    def strikes(self) -> bool:
        """Count one match; whether this one goes wrong."""
        self.seen += 1
        return self.seen >= self.nth and (self.times == 0 or self.seen < self.nth + self.times)


class Faults:
    """The rules in force."""

    def __init__(self, known: Vocabulary) -> None:
        self.known = known
        self.rules: list[Fault] = []

    def add(self, rules: list[dict[str, Any]]) -> None:
        """Add rules. Raises ValueError or ``msgspec.ValidationError`` for one that is not understood."""
        added = msgspec.convert(rules, list[Fault])
        for rule in added:
            self.known.check(rule.what)
        self.rules += added

    def of_request(self, methods: Iterable[str]) -> Fault | None:
        """The fault that strikes a request with these methods (its own and those of its commands)."""
        return self._struck([rule for rule in self.rules if rule.name not in self.known.of_commands], set(methods))

    def of_command(self, method: str) -> Fault | None:
        """The fault that strikes one command."""
        return self._struck([rule for rule in self.rules if rule.name in self.known.of_commands], {method})

    @staticmethod
    def _struck(rules: list[Fault], methods: set[str]) -> Fault | None:
        # Every matching rule counts the request, also when an earlier rule already struck.
        struck = [rule for rule in rules if (rule.match == "*" or rule.match in methods) and rule.strikes()]
        return struck[0] if struck else None
