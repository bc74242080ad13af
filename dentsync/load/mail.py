"""Letters over SMTP, and what became of them.

A letter is ``sent`` when the server took it, ``refused`` when it certainly did not, ``unknown`` when the connection was
lost after the letter was handed over: then nobody can say, and only the caller knows whether sending it twice is worse.
Never in the open: TLS from the start, or STARTTLS, which a server that does not offer it is refused for.
"""

import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import localtime, make_msgid
from typing import Literal

from dentsync.lang import _

SECONDS = 15.0
"""The longest silence of a mail server."""

_POLICY = SMTP.clone(cte_type="7bit")  # not every server takes eight bits
_DOT = re.compile(rb"^\.", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Account:
    """A mailbox to send from. ``security``: "starttls", "tls" from the start, or "none" on this machine only."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file beside the letter. ``type`` is its media type, for example "application/pdf"."""

    name: str
    content: bytes = field(repr=False)
    type: str


@dataclass(frozen=True, slots=True)
class Letter:
    """Plain text to some people. The same ``id`` (letters and digits) twice is the same letter to good servers.

    ``html``: the same text as a page, for programs that show pages.
    """

    to: tuple[str, ...] = field(repr=False)
    subject: str
    body: str = field(repr=False)
    attachments: tuple[Attachment, ...] = ()
    id: str = ""
    html: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a letter, and why. ``refused``: addresses that the server did not take, though it took others."""

    result: Literal["sent", "refused", "unknown"]
    why: str = ""
    refused: tuple[str, ...] = field(default=(), repr=False)


def send(letter: Letter, account: Account, *, seconds: float = SECONDS) -> Delivery:
    """Hand a letter to the account's server. Raises nothing for what the network or the server does."""
    try:
        message = message_of(letter, account)
        with _connected(account, seconds) as server:
            refused = _addressed(server, letter, account)
            delivery = _handed_over(server, message.as_bytes())
    except UnicodeError:
        return Delivery("refused", _("an address has other than Latin letters before its @"))
    except (smtplib.SMTPException, OSError) as error:
        return Delivery("refused", _why(error))
    return Delivery(delivery.result, delivery.why, refused)


def message_of(letter: Letter, account: Account) -> EmailMessage:
    """The letter as it travels. Raises UnicodeError for an address that cannot."""
    message = EmailMessage(policy=_POLICY)
    message["From"] = _wire(account.sender)
    message["To"] = ", ".join(map(_wire, letter.to))
    message["Subject"] = letter.subject
    message["Date"] = localtime()
    domain = _wire(account.sender).rpartition("@")[2]
    message["Message-ID"] = f"<{letter.id}.dentsync@{domain}>" if letter.id else make_msgid("dentsync", domain)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday answers it
    message.set_content(letter.body)
    if letter.html:
        message.add_alternative(letter.html, subtype="html")
    for one in letter.attachments:
        main, _sep, sub = one.type.partition("/")
        message.add_attachment(one.content, maintype=main, subtype=sub, filename=one.name)
    return message


def _wire(address: str) -> str:
    local, _at, domain = address.rpartition("@")
    local.encode("ascii")
    return f"{local}@{domain.encode('idna').decode()}"


# ── the conversation ──────────────────────────────────────────────────────────────────────────


@contextmanager
def _connected(account: Account, seconds: float) -> Iterator[smtplib.SMTP]:
    context = ssl.create_default_context()
    here = socket.gethostname()  # asking the network for a longer name may take longer than the letter
    server: smtplib.SMTP
    if account.security == "tls":
        server = smtplib.SMTP_SSL(account.host, account.port, here, timeout=seconds, context=context)
    else:
        server = smtplib.SMTP(account.host, account.port, here, timeout=seconds)
    try:
        if account.security == "starttls":
            server.starttls(context=context)
        if account.user:
            server.login(account.user, account.password)
        yield server
        with suppress(smtplib.SMTPException, OSError):  # the letter is there, whatever is answered to a farewell
            server.quit()
    finally:
        server.close()


def _addressed(server: smtplib.SMTP, letter: Letter, account: Account) -> tuple[str, ...]:
    """Name the sender and the receivers; those that are not taken, if others are. Raises SMTPException."""
    server.ehlo_or_helo_if_needed()
    code, text = server.mail(_wire(account.sender))
    if code != 250:
        raise smtplib.SMTPSenderRefused(code, text, account.sender)
    answers = {address: server.rcpt(_wire(address)) for address in letter.to}
    refused = {address: answer for address, answer in answers.items() if answer[0] not in (250, 251)}
    if len(refused) == len(answers):
        raise smtplib.SMTPRecipientsRefused(refused)
    return tuple(refused)


def _handed_over(server: smtplib.SMTP, content: bytes) -> Delivery:
    """Without its last line the letter is not complete, and the server must not deliver it (RFC 5321 4.1.1.4)."""
    code, text = server.docmd("DATA")
    if code != 354:
        raise smtplib.SMTPDataError(code, text)
    server.send(_DOT.sub(b"..", content.rstrip(b"\r\n") + b"\r\n"))
    try:
        server.send(b".\r\n")
        code, _text = server.getreply()
    except (smtplib.SMTPServerDisconnected, OSError):
        return Delivery("unknown", _("the connection was lost after the letter was handed over"))
    return (
        Delivery("sent")
        if code == 250
        else Delivery("refused", _full(code) or _("the server refuses the letter ({code})").format(code=code))
    )


def _full(code: int) -> str:
    """What RFC 5321 4.2.3 means by these codes; empty for others."""
    line = _("the mailbox is full or the letter too large ({code}); make room there")
    return line.format(code=code) if code in (452, 552) else ""


def _why(error: Exception) -> str:
    """One reason, without addresses and without the server's own words: they may repeat what was sent."""
    match error:
        case ssl.SSLCertVerificationError():
            return _("the mail server's certificate is not trusted; check mail.host and this machine's clock")
        case smtplib.SMTPNotSupportedError():
            return _("the mail server offers no STARTTLS or no way to log in; check mail.port and mail.security")
        case smtplib.SMTPAuthenticationError(smtp_code=code):
            return _("the mail server does not accept user and password ({code})").format(code=code)
        case smtplib.SMTPSenderRefused(smtp_code=code):
            return _("the mail server refuses the sender ({code}); check mail.from").format(code=code)
        case smtplib.SMTPRecipientsRefused(recipients=answers):
            code = next(iter(answers.values()))[0]
            return _full(code) or _("the mail server takes none of the addresses ({code})").format(code=code)
        case smtplib.SMTPResponseException(smtp_code=code):
            return _("the mail server refuses ({code})").format(code=code)
        case smtplib.SMTPException():
            return _("the mail server hung up")
        case _:
            reason = getattr(error, "strerror", None) or type(error).__name__
            return _("no connection to the mail server: {reason}").format(reason=reason)
