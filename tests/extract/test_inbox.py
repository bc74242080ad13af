import errno
import os
from pathlib import Path

import pytest

from dentsync.errors import ConfigError, SourceError
from dentsync.extract.inbox import Found, archive, is_settled, scan, sha256_of
from tests.extract.build import MORNING

PATTERNS = {"patients": "patients_*.csv", "visits": "visits_*.xlsx"}
SHA = "ab" * 32


def drop(inbox: Path, name: str, content: bytes = b"x", mtime: float = 1_000.0) -> Path:
    path = inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (mtime, mtime))
    return path


def found(path: Path, feed: str = "patients") -> Found:
    stat = path.stat()
    return Found(path, feed, stat.st_size, stat.st_mtime_ns)


def test_files_come_oldest_first_each_with_its_feed(tmp_path: Path) -> None:
    drop(tmp_path, "patients_2.csv", mtime=30)
    drop(tmp_path, "VISITS_1.XLSX", mtime=20)
    drop(tmp_path, "patients_1.csv", mtime=10)
    drop(tmp_path, "a_patients_1.csv")
    inbox = scan(tmp_path, PATTERNS)
    assert [(file.path.name, file.feed) for file in inbox.found] == [
        ("patients_1.csv", "patients"),
        ("VISITS_1.XLSX", "visits"),
        ("patients_2.csv", "patients"),
    ]
    assert [path.name for path in inbox.unknown] == ["a_patients_1.csv"]


@pytest.mark.parametrize(
    "name", ["patients_1.csv.tmp", "patients_1.CSV.part", "~$visits_1.xlsx", ".patients_1.csv", "patients_1.crdownload"]
)
def test_unfinished_and_hidden_files_are_skipped_and_named(tmp_path: Path, name: str) -> None:
    drop(tmp_path, name)
    inbox = scan(tmp_path, {"all": "*"})
    assert [path.name for path in inbox.skipped] == [name]
    assert not inbox.found
    assert not inbox.unknown


def test_file_that_two_feeds_claim_is_a_mistake_of_the_configuration(tmp_path: Path) -> None:
    drop(tmp_path, "patients_new.csv")
    with pytest.raises(ConfigError, match=r"patients_new\.csv: matches the files of two feeds, patients and new"):
        scan(tmp_path, {**PATTERNS, "new": "*_new.csv"})


def test_only_folders_that_a_pattern_names_are_looked_into(tmp_path: Path) -> None:
    drop(tmp_path, "north/patients_1.csv")
    drop(tmp_path, "patients_1.csv")
    drop(tmp_path, "archive/2026-10-05/patients/patients_1.csv")
    assert len(scan(tmp_path, PATTERNS).found) == 1
    inbox = scan(tmp_path, {**PATTERNS, "north": "North/patients_*.csv"})
    assert [file.feed for file in inbox.found] == ["north", "patients"]
    assert not inbox.unknown


def test_missing_inbox_is_a_mistake_of_the_configuration(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such folder"):
        scan(tmp_path / "nowhere", PATTERNS)


def test_file_is_settled_when_it_is_old_enough_and_did_not_change(tmp_path: Path) -> None:
    file = found(drop(tmp_path, "patients_1.csv", mtime=1_000))
    assert not is_settled(file, 30, now=1_029)
    assert is_settled(file, 30, now=1_030)
    drop(tmp_path, "patients_1.csv", b"xy", mtime=1_000)
    assert not is_settled(file, 30, now=1_030)


def test_clock_of_the_mis_that_runs_ahead_does_not_stop_its_files(tmp_path: Path) -> None:
    file = found(drop(tmp_path, "patients_1.csv", mtime=10_000))
    assert is_settled(file, 30, now=1_000)


def test_file_that_went_away_is_not_settled(tmp_path: Path) -> None:
    file = found(path := drop(tmp_path, "patients_1.csv"))
    path.unlink()
    assert not is_settled(file, 0, now=9_000)


def test_sha256_is_of_the_file_that_was_scanned_or_of_none(tmp_path: Path) -> None:
    file = found(drop(tmp_path, "patients_1.csv", b"abc"))
    assert sha256_of(file) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    drop(tmp_path, "patients_1.csv", b"abc", mtime=2_000)
    with pytest.raises(SourceError, match=r"patients_1\.csv: is still being written"):
        sha256_of(file)


def test_archived_file_lies_under_its_day_and_feed_and_is_gone_from_the_inbox(tmp_path: Path) -> None:
    path = drop(tmp_path, "inbox/patients_1.csv", b"abc")
    target = archive(found(path), tmp_path / "archive", SHA, MORNING)
    assert target == tmp_path / "archive/2026-10-05/patients/abababab_patients_1.csv"
    assert target.read_bytes() == b"abc"
    assert not path.exists()


def test_archiving_overwrites_nothing(tmp_path: Path) -> None:
    targets = []
    for content in (b"one", b"two", b"three"):
        path = drop(tmp_path, "patients_1.csv", content)
        targets.append(archive(found(path), tmp_path / "archive", SHA, MORNING))
    assert [target.read_bytes() for target in targets] == [b"one", b"two", b"three"]


def test_file_that_was_written_anew_meanwhile_stays_for_the_next_run(tmp_path: Path) -> None:
    file = found(path := drop(tmp_path, "patients_1.csv", b"old"))
    drop(tmp_path, "patients_1.csv", b"new", mtime=2_000)
    with pytest.raises(SourceError, match="written anew"):
        archive(file, tmp_path / "archive", SHA, MORNING)
    assert path.read_bytes() == b"new"


def other_disk(source: Path, target: Path, *, rename: object = Path.replace) -> Path:
    """What renaming says when the archive is on another disk."""
    if source.suffix != ".part":
        raise OSError(errno.EXDEV, "Invalid cross-device link")
    return rename(source, target)  # type: ignore[operator]


def test_archive_on_another_disk_gets_a_whole_copy_before_the_original_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = found(path := drop(tmp_path, "patients_1.csv", b"abc"))
    monkeypatch.setattr(Path, "replace", other_disk)
    target = archive(file, tmp_path / "archive", sha256_of(file), MORNING)
    assert target.read_bytes() == b"abc"
    assert list(target.parent.iterdir()) == [target]
    assert not path.exists()


def test_copy_that_differs_is_thrown_away_and_the_original_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = found(path := drop(tmp_path, "patients_1.csv", b"abc"))
    monkeypatch.setattr(Path, "replace", other_disk)
    with pytest.raises(SourceError, match=r"cannot be moved to the archive .* the copy differs"):
        archive(file, tmp_path / "archive", SHA, MORNING)
    assert path.read_bytes() == b"abc"
    assert list((tmp_path / "archive/2026-10-05/patients").iterdir()) == []


def test_archive_that_cannot_be_written_leaves_the_original(tmp_path: Path) -> None:
    file = found(path := drop(tmp_path, "patients_1.csv", b"abc"))
    (tmp_path / "archive").write_bytes(b"a file where the folder should be")
    with pytest.raises(SourceError, match="cannot be moved to the archive"):
        archive(file, tmp_path / "archive", SHA, MORNING)
    assert path.read_bytes() == b"abc"
