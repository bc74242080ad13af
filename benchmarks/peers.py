"""Other programs, installed from PyPI into an environment of their own that is thrown away with `benchmarks/.work`."""

import subprocess
import venv
from collections.abc import Sequence
from pathlib import Path

PEERS = ("csv-diff==1.2", "sqlite-utils==4.2.1")
CLIENTS = ("fast_bitrix24==1.8.14", "b24pysdk==1.3.2", "requests==2.34.2")
AMO_CLIENTS = ("aioamocrm==0.1.1", "requests==2.34.2")


def environment(work: Path, name: str = "peers", programs: Sequence[str] = PEERS) -> Path:
    """The folder of their commands; made on first use, with the Python that runs this."""
    folder = work / name
    ready = folder / "ready"
    if not ready.exists() or ready.read_text() != repr(programs):
        venv.create(folder, with_pip=True, clear=True)
        install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", *programs]
        subprocess.run([folder / "bin" / "python", *install], check=True, stderr=subprocess.PIPE)
        ready.write_text(repr(programs))
    return folder / "bin"
