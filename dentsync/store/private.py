"""Files that only their owner may read: what is made here holds patients' data, or leads to it.

``O_EXCL`` and ``O_NOFOLLOW``: a link that somebody laid in the way is never written through.
"""

import os
from contextlib import suppress
from pathlib import Path

FILE, FOLDER = 0o600, 0o700
OTHERS = 0o077
"""Permission bits of everybody but the owner."""


def make_folder(path: Path) -> None:
    """The folder is there and is its owner's alone. Raises OSError."""
    path.mkdir(mode=FOLDER, parents=True, exist_ok=True)
    if path.stat().st_mode & OTHERS:
        with suppress(OSError):  # not ours: the files in it are closed each by itself
            path.chmod(FOLDER)


def make_file(path: Path) -> None:
    """A new, empty file. Raises FileExistsError, OSError."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, FILE))


def close_file(path: Path) -> None:
    """Take an existing file's rights from everybody else: somebody may have copied it here."""
    if path.stat().st_mode & OTHERS:
        with suppress(OSError):
            path.chmod(FILE)


def write_file(path: Path, content: bytes) -> None:
    """Replace a small file in one step: whoever reads it sees the old or the new. Raises OSError."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, FILE), "wb") as file:
        file.write(content)
    part.replace(path)


def sync_file(path: Path) -> None:
    """What was written to the file, and its name, are on the disk. Raises OSError."""
    for place in (path, path.parent):
        handle = os.open(place, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
