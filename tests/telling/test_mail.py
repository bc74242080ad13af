"""Letters over real SMTP: how they travel, and that what became of them is said honestly."""

import socket
import ssl
from pathlib import Path

import pytest

from dentsync.load.mail import Account, Attachment, Letter, send
from tests.telling.post import PASSWORD, USER, Mailroom, free_port, mailroom, speaking

LETTER = Letter(("admin@clinic.example", "director@clinic.example"), "Отчёт за октябрь", "Здравствуйте!\n")


def account(port: int, **given: object) -> Account:
    usual = {
        "host": "127.0.0.1",
        "port": port,
        "security": "starttls",
        "sender": USER,
        "user": USER,
        "password": PASSWORD,
    }
    return Account(**usual | given)  # type: ignore[arg-type]


def openly(port: int) -> Account:
    return account(port, security="none", user="", password="")


def test_a_letter_travels_under_starttls_with_a_password(post: Mailroom) -> None:
    assert send(LETTER, account(post.port)).result == "sent"
    [letter] = post.letters
    assert letter["Subject"] == "Отчёт за октябрь"
    assert letter["To"] == "admin@clinic.example, director@clinic.example"
    assert letter.get_content() == "Здравствуйте!\r\n"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert all(byte < 128 for byte in post.raw[0])


def test_a_letter_travels_under_tls_from_the_start(trusted: ssl.SSLContext) -> None:
    with mailroom(trusted, "tls") as room:
        assert send(LETTER, account(room.port, security="tls", user="", password="")).result == "sent"
    assert len(room.raw) == 1


def test_an_attachment_arrives_byte_by_byte_under_its_name(post: Mailroom) -> None:
    content = bytes(range(256)) * 300
    letter = Letter(
        ("a@b.example",),
        "Зарплата",
        "Во вложении.",
        (Attachment("Зарплата за октябрь.xlsx", content, "application/x"),),
    )
    assert send(letter, account(post.port)).result == "sent"
    [attachment] = post.letters[0].iter_attachments()
    assert attachment.get_filename() == "Зарплата за октябрь.xlsx"
    assert attachment.get_content() == content


def test_lines_that_begin_with_a_dot_arrive_as_they_are(post: Mailroom) -> None:
    body = ".\r\n..two\r\n.one\r\nend\r\n.\r\n"
    send(Letter(("a@b.example",), "x", body), account(post.port))
    assert post.letters[0].get_content() == body


def test_the_same_id_is_the_same_letter(post: Mailroom) -> None:
    letter = Letter(("a@b.example",), "x", "y", id="abc123")
    send(letter, account(post.port))
    send(letter, account(post.port))
    assert [one["Message-ID"] for one in post.letters] == ["<abc123.dentsync@clinic.example>"] * 2


def test_a_wrong_password_is_refused_and_not_shown(post: Mailroom) -> None:
    delivery = send(LETTER, account(post.port, password="wr0ng-Canary"))
    assert (delivery.result, post.raw) == ("refused", [])
    assert "535" in delivery.why
    assert "wr0ng-Canary" not in repr(delivery) + repr(account(post.port, password="wr0ng-Canary"))


def test_a_server_without_starttls_gets_neither_password_nor_letter() -> None:
    with mailroom(security="none") as room:
        delivery = send(LETTER, account(room.port))
    assert (delivery.result, room.raw) == ("refused", [])
    assert "STARTTLS" in delivery.why


def test_a_certificate_that_nobody_vouches_for_is_refused(authority: tuple[Path, ssl.SSLContext]) -> None:
    with mailroom(authority[1]) as room:
        delivery = send(LETTER, account(room.port))
    assert (delivery.result, room.raw) == ("refused", [])
    assert "certificate" in delivery.why


def test_a_certificate_of_another_host_is_refused(post: Mailroom, monkeypatch: pytest.MonkeyPatch) -> None:
    everywhere = socket.create_connection
    monkeypatch.setattr(
        socket, "create_connection", lambda address, *rest: everywhere(("127.0.0.1", address[1]), *rest)
    )
    assert "certificate" in send(LETTER, account(post.port, host="smtp.example")).why


def test_one_unwanted_address_does_not_cost_the_others_their_letter(post: Mailroom) -> None:
    post.unwanted = ("director@clinic.example",)
    delivery = send(LETTER, account(post.port))
    assert (delivery.result, delivery.refused) == ("sent", ("director@clinic.example",))
    assert "director" not in repr(delivery)


def test_no_wanted_address_is_no_letter(post: Mailroom) -> None:
    post.unwanted = LETTER.to
    delivery = send(LETTER, account(post.port))
    assert (delivery.result, post.raw) == ("refused", [])
    assert "550" in delivery.why
    assert "@" not in delivery.why


def test_a_letter_the_server_does_not_want_is_refused(post: Mailroom) -> None:
    post.does = "refuse"
    assert send(LETTER, account(post.port)).result == "refused"


def test_a_connection_lost_after_the_letter_was_handed_over_is_an_unknown_end(post: Mailroom) -> None:
    post.does = "hang up"
    assert send(LETTER, account(post.port)).result == "unknown"
    assert len(post.raw) == 1, "it did arrive"


def test_a_connection_lost_before_the_letter_is_a_refusal() -> None:
    def hang_up_at_data(client: socket.socket) -> None:
        client.sendall(b"220 here\r\n")
        while not (line := client.recv(1024)).startswith(b"DATA"):
            assert line
            client.sendall(b"250 OK\r\n")

    with speaking(hang_up_at_data) as port:
        assert send(LETTER, openly(port), seconds=5).result == "refused"


def test_a_farewell_that_is_not_answered_does_not_take_the_letter_back() -> None:
    def hang_up_at_the_end(client: socket.socket) -> None:
        client.sendall(b"220 here\r\n")
        got = b""
        while not got.endswith(b"\r\n.\r\n"):
            got += (line := client.recv(4096))
            assert line
            if not got.partition(b"DATA\r\n")[1]:
                client.sendall(b"250 OK\r\n")
            elif line.startswith(b"DATA"):
                client.sendall(b"354 go on\r\n")
        client.sendall(b"250 taken\r\n")

    with speaking(hang_up_at_the_end) as port:
        assert send(LETTER, openly(port), seconds=5).result == "sent"


def test_nobody_there_is_a_refusal_in_words() -> None:
    delivery = send(LETTER, openly(free_port()))
    assert (delivery.result, "refused" in delivery.why) == ("refused", True)


def test_an_address_that_mail_cannot_carry_is_said(post: Mailroom) -> None:
    assert "@" in send(Letter(("анна@clinic.example",), "x", "y"), account(post.port)).why
    assert send(Letter(("anna@клиника.example",), "x", "y"), account(post.port)).result == "sent"
    assert post.letters[0]["To"] == "anna@xn--80apagcdp.example"
