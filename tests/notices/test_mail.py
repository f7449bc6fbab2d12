"""Mails as they leave: whole, readable, once, and never with a header of somebody else's making."""

import email
import email.policy
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from config import KNOWN_LANGUAGES, Settings
from forum.notices.letters import FOLDER, write_letter
from forum.notices.mail import Envelopes, FileMailer, Mail, MailServerDown, NoMailer, SmtpMailer, make_mailer

ENVELOPES = Envelopes(
    "Sportello <help@example.it>", "https://help.example.it", lambda: datetime(2026, 3, 2, tzinfo=UTC)
)
MAIL = Mail("anna@example.it", "Perché no?", "Ciao Anna,\n\nè tutto qui.\n" + "x" * 200 + "\n", "test-7", "it")


class PostOffice(threading.Thread):
    """A mail server that takes everything, or refuses recipients, or speaks TLS from the start."""

    def __init__(self, context: ssl.SSLContext | None = None, refuses: bool = False) -> None:
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.context, self.refuses = context, refuses
        self.mails: list[bytes] = []
        self.visits = 0

    def run(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.visits += 1
            try:
                if self.context is not None:
                    connection = self.context.wrap_socket(connection, server_side=True)
                self.speak(connection)
            except OSError:
                pass
            finally:
                connection.close()

    def speak(self, connection: Any) -> None:
        stream = connection.makefile("rwb")

        def say(line: str) -> None:
            stream.write(line.encode() + b"\r\n")
            stream.flush()

        say("220 here")
        while line := stream.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                say("354 go on")
                lines = []
                while (part := stream.readline()) != b".\r\n":
                    lines.append(part)
                self.mails.append(b"".join(lines))
                say("250 taken")
            elif verb == b"RCPT" and self.refuses:
                say("550 nobody here")
            elif verb == b"QUIT":
                say("221 bye")
                return
            else:
                say("250 fine")


@pytest.fixture
def office() -> Iterator[PostOffice]:
    made = PostOffice()
    made.start()
    yield made
    made.listener.close()


def parse(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, policy=email.policy.default)  # type: ignore[return-value]


def test_a_mail_says_what_it_is() -> None:
    message = ENVELOPES.fill(MAIL)
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["From"] == "Sportello <help@example.it>"
    assert message["Date"] == "Mon, 02 Mar 2026 00:00:00 +0000"
    assert message["Message-ID"] == ENVELOPES.fill(MAIL)["Message-ID"]
    assert message["Message-ID"].endswith("@help.example.it>")
    other = Mail(MAIL.to, MAIL.subject, MAIL.body, "test-8", "it")
    assert message["Message-ID"] != ENVELOPES.fill(other)["Message-ID"]


@pytest.mark.parametrize(
    "bad", ["Hello\r\nBcc: all@example.it", "Hello\nX: y", "Hello\rX: y", "Hello\u2028X: y", "Hello\x0bX: y"]
)
def test_nothing_begins_a_header_of_its_own(bad: str) -> None:
    raw = ENVELOPES.fill(Mail("anna@example.it", bad, "text", "k", "en")).as_bytes()
    parsed = parse(raw)
    assert parsed["Bcc"] is None
    assert parsed["X"] is None
    assert "Hello" in parsed["Subject"]


def test_a_mail_in_a_folder_is_whole_readable_and_there_once(tmp_path: Path) -> None:
    mailer = FileMailer(tmp_path / "mail", ENVELOPES)
    for _ in range(2):
        mailer.send(MAIL)
    (file,) = (tmp_path / "mail").iterdir()
    assert file.name.startswith("20260302T000000")
    assert file.suffix == ".eml"
    assert file.stat().st_mode & 0o077 == 0
    text = file.read_text(encoding="utf-8")
    assert "è tutto qui." in text
    assert "x" * 200 in text, "long lines, such as links, are not broken"
    assert parse(file.read_bytes())["Subject"] == "Perché no?"


def test_a_mail_server_gets_the_mail_once(office: PostOffice) -> None:
    mailer = SmtpMailer(f"smtp://127.0.0.1:{office.port}", ENVELOPES)
    for _ in range(2):
        mailer.send(MAIL)
    (raw,) = office.mails
    parsed = parse(raw)
    assert parsed["To"] == "anna@example.it"
    assert "è tutto qui." in parsed.get_content()
    assert max(len(line) for line in raw.splitlines()) < 998


def test_a_server_that_is_down_is_not_asked_for_every_mail() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    mailer = SmtpMailer(f"smtp://127.0.0.1:{port}", ENVELOPES)
    with pytest.raises(OSError):
        mailer.send(MAIL)
    with pytest.raises(MailServerDown):
        mailer.send(MAIL)


def test_a_refused_recipient_is_an_error_and_stops_nobody_else() -> None:
    office = PostOffice(refuses=True)
    office.start()
    mailer = SmtpMailer(f"smtp://127.0.0.1:{office.port}", ENVELOPES)
    for _ in range(2):
        with pytest.raises(Exception, match="nobody here"):
            mailer.send(MAIL)
    office.listener.close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate that nobody has signed but itself, for localhost."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    command = [
        *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"),
        *("-addext", "subjectAltName=DNS:localhost", "-keyout", str(path), "-out", str(path.with_suffix(".crt"))),
    ]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=60)
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    return path


def test_a_server_is_believed_only_with_a_good_certificate(certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.with_suffix(".crt"), certificate)
    office = PostOffice(context)
    office.start()
    url = f"smtps://localhost:{office.port}"
    with pytest.raises(ssl.SSLCertVerificationError):
        SmtpMailer(url, ENVELOPES).send(MAIL)
    assert office.mails == []
    trusting = ssl.create_default_context(cafile=str(certificate.with_suffix(".crt")))
    SmtpMailer(url, ENVELOPES, trusting).send(MAIL)
    assert len(office.mails) == 1
    office.listener.close()


def test_without_tls_nothing_is_sent_where_tls_was_asked_for(office: PostOffice) -> None:
    with pytest.raises(Exception, match="STARTTLS"):
        SmtpMailer(f"smtp+starttls://user:secret@127.0.0.1:{office.port}", ENVELOPES).send(MAIL)
    assert office.mails == []


@pytest.mark.parametrize(
    "mail_out, kind",
    [("none", NoMailer), ("file:", FileMailer), ("smtp://h", SmtpMailer), ("smtps://u:p@h:1", SmtpMailer)],
)
def test_the_settings_choose_the_way_out(tmp_path: Path, mail_out: str, kind: type) -> None:
    mailer = make_mailer(Settings(data=tmp_path, mail_out=mail_out))
    assert isinstance(mailer, kind)
    mailer.send(MAIL) if kind is not SmtpMailer else None


@pytest.mark.parametrize("language", KNOWN_LANGUAGES)
@pytest.mark.parametrize("name", sorted(path.stem for path in (FOLDER / "en").glob("*.txt")))
def test_every_letter_is_whole_in_every_language(name: str, language: str) -> None:
    assert (FOLDER / language / f"{name}.txt").is_file()
    values = {word: f"<{word}&>" for word in ("site", "link", "sign_in", "forgotten", "name")}
    letter = write_letter(name, language, to="a@example.it", key="k", **values)
    assert letter.language == language
    assert letter.subject and letter.subject == letter.subject.strip()
    assert "{" not in letter.subject + letter.body
    assert "&amp;" not in letter.body and "&lt;" not in letter.body
    assert "<site&>" in letter.subject


def test_a_language_we_do_not_speak_gets_english() -> None:
    for wish in ("de", "../en", ""):
        assert write_letter("sign_up", wish, to="a@example.it", key="k", site="S", link="L").language == "en"
