"""Reads what the mailer of a test wrote into its folder."""

import email
import email.policy
import re
from email.message import EmailMessage
from pathlib import Path


def read_mails(folder: Path) -> list[EmailMessage]:
    """All mails, oldest first."""
    files = sorted((folder / "mail").glob("*.eml"))
    return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]  # type: ignore[misc]


def body_of(mail: EmailMessage) -> str:
    return str(mail.get_content())


def path_in(mail: EmailMessage, base_url: str = "http://127.0.0.1:5000") -> str:
    """The path of the first link to this site."""
    found = re.search(re.escape(base_url) + r"(/\S+)", body_of(mail))
    assert found is not None, body_of(mail)
    return found[1]
