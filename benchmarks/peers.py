"""Other programs, installed from PyPI into an environment of their own that is thrown away with `benchmarks/.work`."""

import subprocess
import venv
from pathlib import Path

PEERS = ("csv-diff==1.2", "sqlite-utils==4.2.1")


def environment(work: Path) -> Path:
    """The folder of their commands; made on first use, with the Python that runs this."""
    folder = work / "peers"
    ready = folder / "ready"
    if not ready.exists() or ready.read_text() != repr(PEERS):
        venv.create(folder, with_pip=True, clear=True)
        install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PEERS]
        subprocess.run([folder / "bin" / "python", *install], check=True, stderr=subprocess.PIPE)
        ready.write_text(repr(PEERS))
    return folder / "bin"
