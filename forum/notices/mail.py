"""Mail out: what a mail is, and the ways it leaves: as a file to read, by SMTP, or not at all."""

import hashlib
import logging
import os
import re
import smtplib
import ssl
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from config import Settings
from forum.base.clock import utc_now
from forum.base.texts import clean_line

log = logging.getLogger(__name__)

#: A mail server that does not speak within this time is as good as down.
TIMEOUT = timedelta(seconds=10)

#: After a mail server could not be reached, the mails behind in the queue do not each wait for it too.
REST = timedelta(seconds=20)

#: A batch that failed half-way is carried again one by one; what left already is remembered this far back.
REMEMBERED = 2000

DEFAULT_PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}

_UNSAFE = re.compile(r"[^A-Za-z0-9-]+")


@dataclass(frozen=True)
class Mail:
    """One mail to one person; `key` names the happening it tells of, so that telling twice is noticed."""

    to: str
    subject: str
    body: str
    key: str
    language: str


class Mailer(Protocol):
    """Lets a mail leave, or raises; a mail with a key it already let go leaves once."""

    def send(self, mail: Mail) -> None: ...


class MailServerDown(Exception):
    """It could not be reached a moment ago, so it was not asked again."""


class Envelopes:
    """Puts mails into the form in which they travel."""

    def __init__(self, sender: str, base_url: str, clock: Callable[[], datetime] = utc_now) -> None:
        name, address = parseaddr(clean_line(sender))
        self.sender = Address(display_name=name, addr_spec=address)
        self.domain = urlsplit(base_url).hostname or "localhost"
        self.clock = clock

    def fill(self, mail: Mail) -> EmailMessage:
        """The whole message. Lines are cleaned here once more, so that nothing can begin a header of its own."""
        message = EmailMessage(policy=SMTP)
        message["From"] = self.sender
        message["To"] = Address(addr_spec=clean_line(mail.to))
        message["Subject"] = clean_line(mail.subject)
        message["Date"] = format_datetime(self.clock())
        message["Message-ID"] = f"<{self.name(mail)}@{self.domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        message["Content-Language"] = mail.language
        message.set_content(mail.body, charset="utf-8", cte="quoted-printable")
        return message

    def name(self, mail: Mail) -> str:
        """The same for the same happening and person, whenever and by whichever process it is sent."""
        digest = hashlib.sha256(f"{mail.key}\n{mail.to}".encode()).hexdigest()[:16]
        return f"{_UNSAFE.sub('-', mail.key)}.{digest}"


class FileMailer:
    """Writes every mail as a readable file, for installations without a mail server and for tests."""

    def __init__(self, folder: Path, envelopes: Envelopes) -> None:
        self.folder = folder
        self.envelopes = envelopes

    def send(self, mail: Mail) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = self.envelopes.name(mail)
        if next(self.folder.glob(f"*-{name}.eml"), None) is not None:
            return
        moment = self.envelopes.clock().strftime("%Y%m%dT%H%M%S.%f")
        message = self.envelopes.fill(mail)
        # Quoted-printable would break long links for the eyes of whoever reads the file.
        message.set_content(mail.body, charset="utf-8", cte="8bit")
        half = self.folder / f".{moment}-{name}.{os.getpid()}"
        descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(message.as_bytes(policy=SMTP.clone(linesep="\n", max_line_length=None, cte_type="8bit")))
            file.flush()
            os.fsync(file.fileno())
        half.replace(self.folder / f"{moment}-{name}.eml")


class SmtpMailer:
    """Hands mails to a mail server: in the clear, over TLS, or in the clear until both agree on TLS."""

    def __init__(self, url: str, envelopes: Envelopes, context: ssl.SSLContext | None = None) -> None:
        parts = urlsplit(url)
        self.scheme = parts.scheme
        self.host = parts.hostname or "localhost"
        self.port = parts.port or DEFAULT_PORTS[parts.scheme]
        self.user = unquote(parts.username or "")
        self.secret = unquote(parts.password or "")
        self.envelopes = envelopes
        self.context = context or ssl.create_default_context()
        self._rest_until = 0.0
        self._sent: OrderedDict[str, None] = OrderedDict()

    def send(self, mail: Mail) -> None:
        name = self.envelopes.name(mail)
        if name in self._sent:
            return
        if time.monotonic() < self._rest_until:
            raise MailServerDown(f"{self.host} could not be reached a moment ago")
        message = self.envelopes.fill(mail)
        try:
            server = self._connect()
        except (OSError, smtplib.SMTPException):
            self._rest_until = time.monotonic() + REST.total_seconds()
            raise
        with server:
            server.send_message(message)
        self._sent[name] = None
        if len(self._sent) > REMEMBERED:
            self._sent.popitem(last=False)

    def greet(self) -> None:
        """Say hello and goodbye, to know whether a mail could leave; raises what sending would."""
        with self._connect() as server:
            server.noop()

    def _connect(self) -> smtplib.SMTP:
        timeout = TIMEOUT.total_seconds()
        server: smtplib.SMTP
        if self.scheme == "smtps":
            server = smtplib.SMTP_SSL(self.host, self.port, timeout=timeout, context=self.context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=timeout)
        try:
            if self.scheme == "smtp+starttls":
                server.starttls(context=self.context)
            if self.user:
                server.login(self.user, self.secret)
        except BaseException:
            server.close()
            raise
        return server


class NoMailer:
    """For installations that send no mail at all."""

    def send(self, mail: Mail) -> None:
        log.info("a mail (%s) was dropped, because MAIL_OUT is none", mail.key)


def make_mailer(settings: Settings) -> Mailer:
    """The way out that the settings name."""
    envelopes = Envelopes(settings.mail_from, settings.base_url)
    if settings.mail_out == "none":
        return NoMailer()
    if settings.mail_folder is not None:
        return FileMailer(settings.mail_folder, envelopes)
    return SmtpMailer(settings.mail_out, envelopes)
