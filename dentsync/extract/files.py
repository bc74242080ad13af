"""Files as the operating system gives them: its errors become ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from dentsync.errors import SourceError
from dentsync.lang import _


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """What the operating system says about this file, raised as ``SourceError``."""
    try:
        yield
    except FileNotFoundError:
        text = _(
            "{file}: is not there; check its name, or leave it to the next run, which takes what is in the inbox then"
        )
        raise SourceError(text.format(file=path.name)) from None
    except OSError as error:
        text = _("{file}: cannot be read: {reason}; check the rights to it")
        raise SourceError(text.format(file=path.name, reason=error.strerror or type(error).__name__)) from None


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The file's bytes. Raises ``SourceError`` also for what goes wrong while they are read."""
    with readable(path), path.open("rb") as file:
        yield file
