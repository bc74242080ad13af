"""Faults on demand: which request is to go wrong, and how.

A rule is ``{"match": "batch", "nth": 3, "times": 1, "what": "drop_after"}``. ``match`` is a method (the request itself,
or a batch that has such a command), or ``*``. ``nth`` counts matching requests from the moment the rule was set,
``times`` is how many in a row (0: for ever).

==================== ==========================================================================================
``drop_before``      connection reset, nothing done
``drop_after``       done and stored, connection reset
``drop_late:S``      connection reset; done S virtual seconds later
``half_batch:N``     the first N commands are stored, then the connection is reset
``http_500``         500 INTERNAL_SERVER_ERROR, nothing done
``http_500_after``   done and stored, answered with 500
``http_502_html``    gateway page, nothing done
``http_504_html_after`` done and stored, answered with a gateway page
``html_200``         a login page with 200, nothing done
``empty_200``        an empty body with 200, nothing done
``empty_200_after``  done and stored, an empty body with 200
``query_limit``      503 QUERY_LIMIT_EXCEEDED, nothing done
``overload``         503 OVERLOAD_LIMIT, nothing done
``portal_off_html_404`` the page of a switched-off portal
``portal_deleted``   500 PORTAL_DELETED
``access_denied_plan`` 403 ACCESS_DENIED: the tariff has no REST
``expired_token``    401 expired_token
``redirect_302[:HOST]`` the portal was renamed: Location on another host (default: the other loopback name)
``error_key_200``    200 with ``{"error": ""…}``, nothing done
``slow:S``           done and stored, answered after S real seconds
``truncated_json``   done and stored, half of the JSON arrives
``error:CODE``       the matching command is refused, nothing done (inside a batch only that command)
``error_after:CODE`` the matching command is done and stored, yet answered as an error
==================== ==========================================================================================
"""

from collections.abc import Iterable
from typing import Any

import msgspec

PLAIN = frozenset(
    {
        "drop_before", "drop_after", "http_500", "http_500_after", "http_502_html", "http_504_html_after",
        "html_200", "empty_200", "empty_200_after", "query_limit", "overload", "portal_off_html_404",
        "portal_deleted", "access_denied_plan", "expired_token", "redirect_302", "error_key_200",
        "truncated_json",
    }
)  # fmt: skip
WITH_NUMBER = frozenset({"drop_late", "half_batch", "slow"})
WITH_TEXT = frozenset({"redirect_302", "error", "error_after"})
OF_COMMANDS = frozenset({"error", "error_after"})


class Fault(msgspec.Struct, forbid_unknown_fields=True):
    """One rule; ``seen`` counts the matches so far."""

    what: str
    match: str = "*"
    nth: int = 1
    times: int = 1
    seen: int = 0

    def __post_init__(self) -> None:
        name, _, argument = self.what.partition(":")
        plain = name in PLAIN and not argument
        number = name in WITH_NUMBER and argument.replace(".", "", 1).isdigit()
        if not (plain or number or (name in WITH_TEXT and argument)):
            raise ValueError(f"unknown fault {self.what!r}")

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

    def __init__(self) -> None:
        self.rules: list[Fault] = []

    def add(self, rules: list[dict[str, Any]]) -> None:
        """Add rules. Raises ``msgspec.ValidationError`` for one that is not understood."""
        self.rules += msgspec.convert(rules, list[Fault])

    def of_request(self, methods: Iterable[str]) -> Fault | None:
        """The fault that strikes a request with these methods (its own and those of its commands)."""
        return self._struck([rule for rule in self.rules if rule.name not in OF_COMMANDS], set(methods))

    def of_command(self, method: str) -> Fault | None:
        """The fault that strikes one command."""
        return self._struck([rule for rule in self.rules if rule.name in OF_COMMANDS], {method})

    @staticmethod
    def _struck(rules: list[Fault], methods: set[str]) -> Fault | None:
        # Every matching rule counts the request, also when an earlier rule already struck.
        struck = [rule for rule in rules if (rule.match == "*" or rule.match in methods) and rule.strikes()]
        return struck[0] if struck else None
