"""One writer at a time: who holds the state is said, and a holder that is gone is not waited for."""

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from dentsync.errors import ExitCode, Locked
from dentsync.runs import lock
from dentsync.runs.lock import Holder, fate_of, holder_of, in_words, locked, myself, unlock
from tests.clinic import Clinic

HOLD = """
import os, subprocess, sys, time
from pathlib import Path
from dentsync.runs.lock import locked
with locked(Path(sys.argv[1])):
    heir = 0
    if "heir" in sys.argv:
        open_files = {int(n): os.path.realpath(f"/proc/self/fd/{n}") for n in os.listdir("/proc/self/fd")}
        held = [n for n, path in open_files.items() if path.endswith("/lock")]
        heir = subprocess.Popen(["sleep", "60"], pass_fds=held).pid
    print(heir, flush=True)
    time.sleep(60)
"""
TURNS = """
import sys, time
from pathlib import Path
from dentsync.errors import Locked
from dentsync.runs.lock import locked
folder, log, me = Path(sys.argv[1]), open(sys.argv[2], "a"), sys.argv[3]
turns = 0
while turns < 5:
    try:
        with locked(folder):
            print(me, "in", file=log, flush=True)
            time.sleep(0.005)
            print(me, "out", file=log, flush=True)
            turns += 1
    except Locked:
        time.sleep(0.002)
"""


@contextmanager
def holder(folder: Path, *argv: str) -> Iterator["subprocess.Popen[str]"]:
    """A process that holds the directory; with ``heir``, a child of it inherits the lock."""
    command = [sys.executable, "-c", HOLD, str(folder), *argv]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    heir = int(process.stdout.readline())
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        if heir:
            os.kill(heir, signal.SIGKILL)


def says(folder: Path, **other: object) -> None:
    """Make the holder's note say something else."""
    it = holder_of(folder)
    assert it
    (folder / "lock.json").write_bytes(msgspec.json.encode(msgspec.structs.replace(it, **other)))


def refusal(folder: Path) -> str:
    with pytest.raises(Locked) as caught, locked(folder):
        pass
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_who_waits_is_told_who_holds_it_since_when_and_for_how_long(tmp_path: Path) -> None:
    with holder(tmp_path) as process:
        says(tmp_path, command="sync", since=datetime.now(UTC) - timedelta(hours=2, minutes=10))
        line = refusal(tmp_path)
        assert f"sync, process {process.pid} on {os.uname().nodename}, since " in line
        assert line.endswith(": 2 h 10 min); wait for it")


def test_a_run_that_takes_far_too_long_is_named_to_be_looked_at(tmp_path: Path) -> None:
    with holder(tmp_path) as process:
        says(tmp_path, since=datetime.now(UTC) - timedelta(hours=30))
        line = refusal(tmp_path)
        assert "1 d 6 h" in line
        assert f"kill {process.pid}" in line


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=-90), "less than a minute"),
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(minutes=1), "1 min"),
        (timedelta(minutes=130), "2 h 10 min"),
        (timedelta(days=3, hours=4), "3 d 4 h"),
    ],
)
def test_an_age_is_said_as_a_person_says_it(span: timedelta, words: str) -> None:
    assert in_words(span) == words


def test_a_killed_holder_leaves_nothing_in_the_way(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with holder(tmp_path) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert holder_of(tmp_path)
        with locked(tmp_path):
            assert holder_of(tmp_path) == msgspec.structs.replace(myself(), since=holder_of(tmp_path).since)  # type: ignore[union-attr]
        assert holder_of(tmp_path) is None
    assert capfd.readouterr() == ("", "")


def test_a_child_that_inherited_the_lock_of_a_dead_run_is_freed_of_it(tmp_path: Path) -> None:
    with holder(tmp_path, "heir") as process:
        process.kill()
        process.wait()
        assert refusal(tmp_path).endswith("free it: dentsync state unlock")
        assert unlock(tmp_path)
        with locked(tmp_path):
            assert refusal(tmp_path).endswith("wait for it")


@pytest.mark.parametrize("other", [{"started": "1"}, {"boot": "another start of the machine"}, {"pid": 2**22 + 5}])
def test_a_number_that_another_process_has_now_or_a_machine_that_was_restarted_means_gone(
    tmp_path: Path, other: dict[str, object]
) -> None:
    with holder(tmp_path):
        says(tmp_path, **other)
        assert refusal(tmp_path).endswith("free it: dentsync state unlock")
        assert unlock(tmp_path)
        assert holder_of(tmp_path) is None
        with locked(tmp_path):
            pass


@pytest.mark.parametrize("other", [{"host": "other-host"}, {"space": "pid:[1]"}])
def test_another_machine_or_container_is_freed_only_by_its_name(tmp_path: Path, other: dict[str, object]) -> None:
    with holder(tmp_path):
        says(tmp_path, **other)
        name = other.get("host", os.uname().nodename)
        assert refusal(tmp_path).endswith(f"dentsync state unlock --host {name}")
        for wrong in (None, "a-third-host"):
            with pytest.raises(Locked):
                unlock(tmp_path, wrong)
        assert unlock(tmp_path, str(name))
        with locked(tmp_path):
            pass


def test_a_holder_that_is_alive_here_keeps_it(tmp_path: Path) -> None:
    with holder(tmp_path):
        for host in (None, os.uname().nodename):
            with pytest.raises(Locked, match="wait for it"):
                unlock(tmp_path, host)
        assert holder_of(tmp_path)


def test_a_holder_that_does_not_say_who_it_is_is_freed_by_this_machines_name(tmp_path: Path) -> None:
    with holder(tmp_path):
        (tmp_path / "lock.json").write_bytes(b'{"pid": "torn')
        assert str(tmp_path / "lock") in refusal(tmp_path)
        with pytest.raises(Locked):
            unlock(tmp_path)
        assert unlock(tmp_path, os.uname().nodename)


def test_what_nobody_holds_needs_no_freeing_and_a_stale_note_goes(tmp_path: Path) -> None:
    assert not unlock(tmp_path / "never-made")
    assert not (tmp_path / "never-made").exists()
    (tmp_path / "lock.json").write_bytes(msgspec.json.encode(myself()))
    assert not unlock(tmp_path)
    assert not (tmp_path / "lock.json").exists()


def test_a_run_does_not_take_away_the_note_of_the_next_one(tmp_path: Path) -> None:
    with locked(tmp_path):
        says(tmp_path, host="who-freed-it-by-hand")
    assert holder_of(tmp_path)


def test_where_the_system_tells_less_the_signal_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "_PROC", tmp_path / "no-proc")
    me = myself()
    assert (me.started, me.boot, me.space) == ("", "", "")
    assert fate_of(me) == "alive"
    assert fate_of(msgspec.structs.replace(me, pid=2**22 + 5)) == "dead"
    assert fate_of(Holder(pid=1, host=me.host, since=me.since)) == "alive"


def test_a_process_that_only_waits_to_be_buried_is_gone(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    try:
        deadline = time.monotonic() + 10
        while "Z" not in Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[:1]:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        it = msgspec.structs.replace(myself(), pid=process.pid, started="7")
        assert fate_of(it) == "dead"
    finally:
        process.wait()


def no_locks(_file: int, _how: int) -> None:
    raise OSError(errno.ENOSYS, "Function not implemented")


@pytest.mark.filterwarnings("ignore:flock not supported")
def test_a_file_system_without_locks_has_one_writer_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fcntl.flock", no_locks)
    with locked(tmp_path):
        assert refusal(tmp_path).endswith("wait for it")
        says(tmp_path, host="other-host")
        assert refusal(tmp_path).endswith("--host other-host")
        assert unlock(tmp_path, "other-host")
        with locked(tmp_path):
            pass
    assert not unlock(tmp_path)


def test_the_command_frees_what_nobody_holds_and_nothing_else(clinic: Clinic) -> None:
    clinic.say("status")
    state = clinic.folder / "state"
    with holder(state):
        assert clinic.say("sync").code == 6
        said = clinic.say("state", "unlock", now="")
        assert (said.code, "wait for it" in said.err) == (6, True)
        says(state, host="other-host")
        assert clinic.say("state", "unlock", now="").code == 6
        assert "unlocked" in clinic.say("state", "unlock", "--host", "other-host", now="").out
        assert clinic.say("sync").code == 0
    assert "nobody holds" in clinic.say("state", "unlock", now="").out


def test_several_at_once_take_turns(tmp_path: Path) -> None:
    log = tmp_path / "log"
    argv = [sys.executable, "-c", TURNS, str(tmp_path / "state"), str(log)]
    running = [subprocess.Popen([*argv, name]) for name in "abc"]
    assert [process.wait(timeout=30) for process in running] == [0, 0, 0]
    lines = log.read_text().splitlines()
    assert len(lines) == 30
    for entered, left in zip(lines[::2], lines[1::2], strict=True):
        assert (entered.split()[0], left) == (left.split()[0], entered.replace("in", "out"))


def test_the_note_and_the_folder_are_the_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir(mode=0o755)
    with locked(folder):
        assert oct(folder.stat().st_mode & 0o777) == "0o700"
        assert {oct(path.stat().st_mode & 0o777) for path in folder.iterdir()} == {"0o600"}


def test_a_folder_that_cannot_be_made_is_one_line(clinic: Clinic) -> None:
    (clinic.folder / "state").write_text("a file where the folder should be")
    said = clinic.say("sync")
    assert said.code == ExitCode.FAILED
    assert "cannot be locked" in said.err
