"""What can go wrong, split by what the caller does about it.

DentsyncError            one clear line: what, where, the way out
├── ConfigError          the configuration is wrong; nothing was started
├── SourceError          one export file cannot be used; its feed stops, the others go on
├── StoreError           the state store cannot be read or written; everything stops
├── Refused              a safety limit: a person has to look and approve
├── Locked               another run holds the state directory
└── TargetError          the CRM cannot be worked with; everything stops
    ├── Forbidden        credentials, scope, tariff: retrying is pointless
    └── Unavailable      no network, portal down: nothing was sent, the next run tries again

Messages never carry personal data, URLs of webhooks or other secrets.
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of the command line. Documented in README; never renumbered."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    BUG = 3
    PARTIAL = 4
    REFUSED = 5
    LOCKED = 6
    CHANGES = 10
    INTERRUPTED = 130
    TERMINATED = 143


class DentsyncError(Exception):
    """Base of all expected failures. ``str(error)`` is the line the user sees."""

    exit_code = ExitCode.FAILED


class ConfigError(DentsyncError):
    """The configuration or the command line is wrong."""

    exit_code = ExitCode.USAGE


class SourceError(DentsyncError):
    """An export file cannot be used as a whole: format, encoding, header, truncation."""


class StoreError(DentsyncError):
    """The state store cannot be read or written: damage, full disk, rights."""


class Refused(DentsyncError):
    """A safety limit tripped. The message names the way out."""

    exit_code = ExitCode.REFUSED


class Locked(DentsyncError):
    """Another run is using the same state directory."""

    exit_code = ExitCode.LOCKED


class TargetError(DentsyncError):
    """The CRM cannot be worked with."""


class Forbidden(TargetError):
    """The CRM refuses the credentials, the scope or the tariff."""


class Unavailable(TargetError):
    """The CRM was not reached and nothing was sent."""


class Terminated(BaseException):
    """SIGTERM. Like KeyboardInterrupt it is no failure of the program."""
