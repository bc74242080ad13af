"""A portal on the clinic's own server: its certificate is signed by nobody whom the public knows."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from dentsync.sandbox.server import running
from tests.clinic import ANNA, DAY, SPEED, Clinic, founded


@pytest.fixture
def boxed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[tuple[Clinic, trustme.CA]]:
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    for blob in certificate.cert_chain_pems:
        blob.write_to_path(str(chain), append=True)
    certificate.private_key_pem.write_to_path(str(key))
    with running(tmp_path / "portal", speed=SPEED, tls=(chain, key)) as box:
        monkeypatch.setenv("DENTSYNC_WEBHOOK", box.webhook)
        yield founded(tmp_path / "clinic", box, capsys.readouterr), authority


def test_portal_whose_certificate_is_named_is_trusted(boxed: tuple[Clinic, trustme.CA]) -> None:
    clinic, authority = boxed
    authority.cert_pem.write_to_path(str(clinic.folder / "portal.pem"))
    clinic.configure('target = "bitrix24"', 'target = "bitrix24"\ncertificates = "portal.pem"')
    clinic.patients(ANNA)
    # A process of its own: its connections end with it.
    command = [sys.executable, "-m", "dentsync.cli", "sync", "-c", str(clinic.folder / "config.toml"), "--now", DAY]
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0
    assert len(clinic.contacts()) == 1


@pytest.mark.parametrize("text", ["", "no certificate", None])
def test_file_without_certificates_is_one_line(boxed: tuple[Clinic, trustme.CA], text: str | None) -> None:
    clinic, _ = boxed
    if text is not None:
        clinic.folder.joinpath("portal.pem").write_text(text)
    clinic.configure('target = "bitrix24"', 'target = "bitrix24"\ncertificates = "portal.pem"')
    said = clinic.say("check")
    assert said.code == 2
    assert said.err.count("\n") == 1
    assert "crm.certificates" in said.err
    assert "portal.pem" in said.err
